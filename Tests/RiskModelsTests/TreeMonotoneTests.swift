import RiskCore
import RiskModels
import Testing

@Suite struct TreeMonotoneTests {
    /// Random trees in which `a` and `b` raise and `c` lowers: leaves are made by adding what is never negative.
    private func monotone(_ random: inout RandomTrees) -> ModelDocument {
        let features = [
            ModelFeature(name: "a", direction: .raises), ModelFeature(name: "b", direction: .raises),
            ModelFeature(name: "c", direction: .lowers), ModelFeature(name: "free"),
            ModelFeature(name: "word", categories: ["x", "y"]),
        ]
        var trees: [SymmetricTree] = []
        for _ in 0..<random.int(1...4) {
            var tree = random.tree(features, depth: random.int(1...6))
            for level in tree.splits.indices where tree.splits[level].feature < 3 {
                tree.splits[level].missingGoesRight = false
            }
            let steps = tree.splits.map { split -> Double in
                let step = Double(random.int(0...3)) / 7
                return split.feature == 2 ? -step : split.feature < 2 ? step : Double(random.int(-3...3)) / 7
            }
            for leaf in tree.leaves.indices {
                tree.leaves[leaf] = tree.splits.indices.reduce(0) { $0 + (leaf >> $1 & 1 == 1 ? steps[$1] : 0) }
            }
            trees.append(tree)
        }
        let base = LogisticModel(
            intercept: -1,
            terms: [LogisticTerm(feature: 0, shape: .numeric(transform: .signedLog, center: 0, scale: 1, weight: 0.5))])
        return ModelDocument(name: "monotone", features: features, kind: .trees(TreeModel(base: base, trees: trees)))
    }

    private func refusal(_ document: ModelDocument) -> ModelFileError? {
        do throws(ModelFileError) {
            _ = try LoadedModel(document, digest: [])
            return nil
        } catch {
            return error
        }
    }

    @Test func noPairOfRowsGoesAgainstADirection() throws {
        var pairs = 0
        for seed in 0..<200 as Range<UInt64> {
            var random = RandomTrees(seed: seed)
            let document = monotone(&random)
            guard case .trees(let trees) = document.kind else { continue }
            // Its base is monotone, so it will do as a floor.
            let model = try LoadedModel(seed % 2 == 0 ? document : document.withFloor(trees.base), digest: [])
            for _ in 0..<50 {
                var row = random.row(document.features)
                for feature in 0..<3 { row[feature] = abs(row[feature]) }
                let feature = random.int(0...2)
                var more = row
                more[feature] = (row[feature].isNaN ? 0 : row[feature]) + Double(random.int(0...9)) / 4
                let (before, after) = (model.margin(row), model.margin(more))
                #expect(feature == 2 ? after <= before : after >= before, "seed \(seed): \(row) to \(more[feature])")
                pairs += 1
            }
        }
        #expect(pairs == 10_000)
    }

    @Test func anyLeafThatGoesAgainstADirectionIsRefused() throws {
        var refused = 0
        for seed in 0..<300 as Range<UInt64> {
            var random = RandomTrees(seed: 5000 + seed)
            var document = monotone(&random)
            guard case .trees(var model) = document.kind else { continue }
            let tree = random.int(0...model.trees.count - 1)
            let leaves = model.trees[tree].leaves.count
            model.trees[tree].leaves.swapAt(random.int(0...leaves - 1), random.int(0...leaves - 1))
            document.kind = .trees(model)
            let isSound = try isMonotone(model, document)
            let error = refusal(document)
            #expect((error == nil) == isSound, "seed \(seed): \(error as Any)")
            if let error {
                refused += 1
                #expect(error.code == .notMonotone && error.message.contains("trees[\(tree)] gives"), "seed \(seed)")
            }
        }
        #expect(refused > 50)
    }

    @Test func aFloorThatGoesAgainstADirectionIsRefused() {
        var random = RandomTrees(seed: 9)
        let document = monotone(&random)
        let weight = { LogisticTerm.Shape.numeric(transform: .identity, center: 0, scale: 1, weight: $0) }
        let wrong: [(Int, LogisticTerm.Shape)] = [
            (0, weight(-1)), (2, weight(1)), (1, .missing(weight: 0.5)), (2, .missing(weight: -0.5)),
        ]
        for (feature, shape) in wrong {
            let floor = LogisticModel(intercept: -9, terms: [LogisticTerm(feature: feature, shape: shape)])
            let error = refusal(document.withFloor(floor))
            #expect(error?.code == .notMonotone, "feature \(feature), \(shape): \(error as Any)")
            #expect(error?.message.contains("but floor ") == true, "\(error as Any)")
        }
        let sound = LogisticModel(intercept: -9, terms: [LogisticTerm(feature: 2, shape: weight(-1))])
        #expect(refusal(document.withFloor(sound)) == nil)
    }

    /// The definition, by trying every value that makes a difference.
    private func isMonotone(_ model: TreeModel, _ document: ModelDocument) throws -> Bool {
        let naive = NaiveTrees(document: document)
        for tree in model.trees {
            let choices: [[Double]] = document.features.indices.map { feature in
                if document.features[feature].categories != nil { return [.nan, 0, 1, 2] }
                let thresholds = tree.splits.compactMap { split -> Double? in
                    guard split.feature == feature, case .atLeast(let threshold) = split.condition else { return nil }
                    return threshold
                }
                return [.nan, -100] + thresholds.sorted()
            }
            var rows: [[Double]] = [[]]
            for choice in choices { rows = rows.flatMap { row in choice.map { row + [$0] } } }
            for row in rows {
                for feature in 0..<3 where !row[feature].isNaN {
                    let place = choices[feature].firstIndex(of: row[feature]) ?? 1
                    var less = row
                    less[feature] = choices[feature][place - 1]
                    let step = tree.leaves[naive.leaf(tree, row)] - tree.leaves[naive.leaf(tree, less)]
                    if feature == 2 ? step > 0 : step < 0 { return false }
                }
            }
        }
        return true
    }

    @Test func missingMustNotScoreBeyondTheLowestValue() {
        func document(_ direction: FeatureDirection, leaves: [Double]) -> ModelDocument {
            let split = TreeSplit(feature: 0, condition: .atLeast(3), missingGoesRight: true)
            let tree = SymmetricTree(splits: [split], leaves: leaves, covers: [1, 1])
            return ModelDocument(
                name: "missing", features: [ModelFeature(name: "n", direction: direction)],
                kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: [tree])))
        }
        #expect(refusal(document(.raises, leaves: [0, 1]))?.code == .notMonotone)
        #expect(refusal(document(.lowers, leaves: [1, 0]))?.code == .notMonotone)
        #expect(refusal(document(.free, leaves: [1, 0])) == nil)
        #expect(refusal(document(.raises, leaves: [1, 1])) == nil)
    }

    @Test func onlyLeavesThatCanBeReachedCount() {
        // f >= 1 and f >= 2: leaf 0b10 (only the second) needs a missing value, which goes left at both.
        let splits = [1.0, 2].map { TreeSplit(feature: 0, condition: .atLeast($0), missingGoesRight: false) }
        let tree = SymmetricTree(splits: splits, leaves: [0, 1, -5, 2], covers: [1, 1, 0, 1])
        var document = ModelDocument(
            name: "reach", features: [ModelFeature(name: "f", direction: .raises)],
            kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: [tree])))
        #expect(refusal(document) == nil)
        document.features[0].categories = []
        #expect(refusal(document)?.code == .invalid)
    }

    @Test func categoriesHaveNoDirection() {
        let split = TreeSplit(feature: 0, condition: .among([0]), missingGoesRight: false)
        let tree = SymmetricTree(splits: [split], leaves: [0, 0], covers: [1, 1])
        let document = ModelDocument(
            name: "words", features: [ModelFeature(name: "w", direction: .raises, categories: ["a"])],
            kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: [tree])))
        #expect(refusal(document)?.code == .notMonotone)
    }
}
