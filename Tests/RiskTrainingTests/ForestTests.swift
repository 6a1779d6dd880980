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
                data: view, table: table, options: options.trees, seed: options.seed + UInt64(forest), threads: 1
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

    @Test func forestsShareTheTreesThatAModelMayHave() throws {
        let data = TrainingData(
            features: [ModelFeature(name: "x", direction: .raises)], columns: [[1, 2]], labels: [true, false])
        func error(_ change: @escaping (inout TreeOptions) -> Void) -> TrainingError? {
            trainingError { _ = try TreeTrainingTests.train(data, TreeTrainingTests.options(change)) }
        }
        #expect(error { $0.forests = 3 }?.message == "forests: expected 1, 2, 4, 8, found 3.0")
        for shape in TreeOptions.Shape.allCases {
            let limits = [1, 2].map { forests in
                error { ($0.shape, $0.forests, $0.treeLimit, $0.leaves) = (shape, forests, 1_000_000, 255) }
            }
            #expect(limits.allSatisfy { $0?.code == .badOption })
            #expect(limits[1]?.message.contains("in each of 2 forests") == true)
        }
    }
}
