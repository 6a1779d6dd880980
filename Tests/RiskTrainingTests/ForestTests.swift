import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

/// Models that are the mean of several forests.
@Suite struct ForestTests {
    /// Rows of which every third is an honest copy, of the row before it, that looks abusive and that every other
    /// forest does without.
    private static func data(_ random: inout Randoms, rowCount: Int) -> TrainingData {
        var columns: [[Double]] = [[], []]
        var (labels, weights, others, isAltered): ([Bool], [Double], [Double], [Bool]) = ([], [], [], [])
        for row in 0..<rowCount {
            let isCopy = row % 3 == 2
            let isAbusive = row % 3 == 0 && random.int(0..<2) == 0
            columns[0].append((isAbusive || isCopy ? 1 : -1) + random.normal())
            columns[1].append((isAbusive ? 1 : -1) + 2 * random.normal())
            labels.append(isAbusive)
            weights.append(row % 3 == 0 ? 1 : 0.5)
            others.append(isCopy ? 0 : 1)
            isAltered.append(isCopy)
        }
        var data = TrainingData(
            features: ["crowd", "own"].map { ModelFeature(name: $0) }, columns: columns, labels: labels)
        (data.fitWeights, data.otherFitWeights, data.isAltered) = (weights, others, isAltered)
        return data
    }

    private static func options(_ shape: TreeOptions.Shape, forests: Int, heldOutShare: Double) -> TrainingOptions {
        var options = TreeTrainingTests.options {
            $0.shape = shape
            $0.forests = forests
        }
        options.heldOutShare = heldOutShare
        return options
    }

    @Test(arguments: TreeOptions.Shape.allCases, [2, 4])
    func theModelIsTheMeanOfItsForests(shape: TreeOptions.Shape, forests: Int) throws {
        var random = Randoms(seed: 5)
        let data = Self.data(&random, rowCount: 900)
        let options = Self.options(shape, forests: forests, heldOutShare: 0)
        let table = BinnedTable(data.toFit, threads: 1)
        let rows = Array(0..<data.rowCount)
        let counts = [20, 30, 10, 25].prefix(forests)
        let recipe = TreeLearner.Recipe(base: .none, treeCounts: Array(counts))
        let model = try TreeLearner(options: options).fit(data.toFit, table, rows: rows, by: recipe) { _, _ in }
        // Each by itself. All stand on what the first rows say without any tree.
        let start = try #require(data.toFit.logOdds(of: rows))
        let margins = try counts.enumerated().map { forest, count in
            var view = data.toFit
            if forest % 2 == 1 { view.weights = data.otherFitWeights }
            let weights = try #require(view.weights)
            let alone = Boosting(
                data: view, table: table, options: options.trees,
                seed: options.seed &+ UInt64(forest) &* 0x9E37_79B9_7F4A_7C15, threads: 1
            ).run(
                start: Array(repeating: start, count: data.rowCount),
                fitted: rows.filter { weights[$0] > 0 }, heldOut: [], treeLimit: count
            ) { _ in }
            let trees = TreeModel(
                base: LogisticModel(intercept: start, terms: []), trees: alone.trees.symmetric,
                leafWiseTrees: alone.trees.leafWise)
            return try data.margins(of: .trees(trees), threads: 1)
        }
        #expect(model.trees.count + model.leafWiseTrees.count == counts.reduce(0, +))
        #expect(Set(margins.map { $0[0] }).count == forests, "forests differ")
        for (row, margin) in try data.margins(of: .trees(model), threads: 1).enumerated() {
            let mean = margins.reduce(0) { $0 + $1[row] } / Double(forests)
            // Leaf-wise trees keep their leaves in single precision.
            #expect(abs(margin - mean) < 1e-5, "row \(row): \(margin), by themselves \(margins.map { $0[row] })")
        }
    }

    /// What a forest without the copies holds for a proof, one with them does not.
    @Test func theMeanLiesBetween() throws {
        var random = Randoms(seed: 7)
        let data = Self.data(&random, rowCount: 3000)
        func steepness(_ forests: Int, _ data: TrainingData) throws -> Double {
            let model = try TreeTrainingTests.train(
                data, Self.options(.symmetric, forests: forests, heldOutShare: 0.2))
            #expect(model.document.training.options.contains("forests=\(forests)") == (forests > 1))
            return TreeTrainingTests.margin(model, [2, -1]) - TreeTrainingTests.margin(model, [-2, -1])
        }
        var without = data
        (without.fitWeights, without.otherFitWeights) = (data.otherFitWeights, nil)
        let (one, mean, other) = (try steepness(1, data), try steepness(2, data), try steepness(1, without))
        #expect(one + 0.2 < mean && mean + 0.2 < other, "\(one), \(mean), \(other)")
        // Where all forests learn from the same rows the mean is near each.
        #expect(abs(try steepness(4, without) - other) < (other - one) / 4)
    }

    /// A class that counts for nothing in one forest is no class to learn.
    @Test func everyForestNeedsBothClasses() throws {
        var random = Randoms(seed: 9)
        var data = Self.data(&random, rowCount: 300)
        data.otherFitWeights = data.labels.map { $0 ? 0 : 1 }
        func error(forests: Int) -> TrainingError? {
            trainingError {
                _ = try TreeTrainingTests.train(data, Self.options(.symmetric, forests: forests, heldOutShare: 0))
            }
        }
        #expect(error(forests: 2)?.code == .oneClass && error(forests: 1) == nil)
    }

    /// As many trees as a model may have are shared by its forests; where nobody says how many, one that needs more
    /// than half of them stays alone.
    @Test(arguments: TreeOptions.Shape.allCases)
    func forestsShareTheTreesThatAModelMayHave(shape: TreeOptions.Shape) throws {
        var random = Randoms(seed: 11)
        let data = Self.data(&random, rowCount: 60)
        func options(_ count: Int, _ forests: Int?) -> TreeOptions {
            var options = TreeOptions()
            (options.shape, options.depth, options.leaves, options.treeLimit) = (shape, 8, 255, count)
            options.forests = forests
            return options
        }
        func error(_ count: Int, _ forests: Int?) -> TrainingError? {
            trainingError { try options(count, forests).check() }
        }
        let most = shape == .symmetric ? 1820 : 1032
        for (forests, share) in [(1, most), (2, most / 2), (8, most / 8)] {
            #expect(error(share, forests) == nil && error(share + 1, forests)?.code == .badOption, "\(forests)")
        }
        #expect(error(1, 2)?.message == nil && error(most, 2)?.message.contains("in each of 2 forests") == true)
        #expect(error(most, nil) == nil && error(most + 1, nil)?.code == .badOption)
        #expect(error(1, 3)?.message == "forests: expected 1, 2, 4 or 8, found 3")
        #expect(options(most / 2, nil).forestCount(for: data) == 2)
        #expect(options(most / 2 + 1, nil).forestCount(for: data) == 1)
        var alike = data
        alike.otherFitWeights = nil
        #expect(options(1, nil).forestCount(for: alike) == 1 && options(1, 4).forestCount(for: alike) == 4)
    }

    /// Loading has to prove the trees of all forests together.
    @Test func treesWithDirectionsAreLimitedByTheirProof() throws {
        let features = [ModelFeature(name: "x", direction: .raises)]
        var options = TreeOptions()
        (options.shape, options.leaves) = (.leafWise, 255)
        func mayGrow(_ count: Int, forests: Int) -> Bool {
            options.treeLimit = count
            return trainingError { try options.checkProof(features, forests: forests) } == nil
        }
        let most = try #require((1...1032).last { mayGrow($0, forests: 1) })
        #expect(most < 1032)
        #expect(mayGrow(most / 2, forests: 2) && !mayGrow(most / 2 + 1, forests: 2))
    }
}
