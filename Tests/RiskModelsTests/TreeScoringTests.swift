import RiskCore
import RiskModels
import RiskWire
import Testing

@Suite struct TreeScoringTests {
    private func trees(_ document: ModelDocument) -> TreeModel {
        guard case .trees(let model) = document.kind else {
            return TreeModel(base: .init(intercept: 0, terms: []), trees: [])
        }
        return model
    }

    /// The base as a model of its own.
    private func base(_ document: ModelDocument) throws -> LoadedModel {
        var document = document
        document.kind = .logistic(trees(document).base)
        return try LoadedModel(document, digest: [])
    }

    @Test func reasonsAreTheShapleyValuesOfTheDefinition() throws {
        var worst = 0.0
        for seed in 0..<60 as Range<UInt64> {
            var random = RandomTrees(seed: seed)
            let document = random.document()
            let model = try LoadedModel(document, digest: [])
            let linear = try base(document)
            let naive = NaiveTrees(document: document)
            let noReason = trees(document).trees.reduce(linear.bias) {
                $0 + naive.value($1, Array(repeating: 0, count: model.featureCount), coalition: 0)
            }
            #expect(abs(model.bias - noReason) < 1e-9, "seed \(seed)")
            for _ in 0..<3 {
                let row = random.row(document.features)
                var expected: [Double] = []
                var margin = linear.score(row, contributions: &expected)
                for tree in trees(document).trees {
                    margin += tree.leaves[naive.leaf(tree, row)]
                    let values = naive.shapleyValues(tree, row)
                    for feature in expected.indices { expected[feature] += values[feature] }
                }
                var contributions: [Double] = []
                let found = model.score(row, contributions: &contributions)
                #expect(abs(found - margin) < 1e-9, "seed \(seed), row \(row)")
                #expect(abs(contributions.reduce(model.bias, +) - found) < 1e-9, "seed \(seed), row \(row)")
                for (one, other) in zip(contributions, expected) { worst = max(worst, abs(one - other)) }
            }
        }
        #expect(worst < 1e-9)
    }

    /// As training makes them: exact margins, and reasons as fine as 32 bits that still add up exactly.
    @Test func reasonsOfShortTablesAreShapleyValuesToEightDigits() throws {
        for seed in 0..<4 as Range<UInt64> {
            var random = RandomTrees(seed: 7_000_000 + seed)
            let features = (0..<5).map { ModelFeature(name: "f\($0)", categories: $0 == 4 ? ["a", "b"] : nil) }
            let model = TreeModel(
                base: .init(intercept: 0.5, terms: []), trees: (0..<40).map { _ in random.tree(features, depth: 5) })
            let document = ModelDocument(name: "short", features: features, kind: .trees(model)).withShortLeaves()
            let loaded = try LoadedModel(document, digest: [])
            let naive = NaiveTrees(document: document)
            for _ in 0..<3 {
                let row = random.row(features)
                var expected = Array(repeating: 0.0, count: features.count)
                var margin = 0.5
                for tree in trees(document).trees {
                    margin += tree.leaves[naive.leaf(tree, row)]
                    for (feature, value) in naive.shapleyValues(tree, row).enumerated() { expected[feature] += value }
                }
                var contributions: [Double] = []
                #expect(loaded.score(row, contributions: &contributions) == margin, "seed \(seed), row \(row)")
                #expect(abs(contributions.reduce(loaded.bias, +) - margin) < 1e-12, "seed \(seed), row \(row)")
                let worst = zip(contributions, expected).map { abs($0 - $1) }.max() ?? 0
                #expect(worst < 1e-7, "seed \(seed), row \(row)")
            }
        }
    }

    @Test func shortLeavesKeepTheirOrderTheirSignsAndTheirSize() {
        for seed in 0..<200 as Range<UInt64> {
            var random = RandomTrees(seed: 8_000_000 + seed)
            let scale = [1e-200, 1e-6, 0.1, 1, 1e5][random.int(0...4)]
            let leaves = (0..<64).map { _ in scale * Double.random(in: -1...1, using: &random.generator) }
            let share = Double.random(in: 0..<1, using: &random.generator)
            let short = SymmetricTree.shortened(leaves, roundedUpBy: share)
            let largest = leaves.map(abs).max() ?? 0
            for (one, leaf) in zip(short, leaves) {
                #expect(abs(one - leaf) <= largest / 63, "seed \(seed)")
                #expect(one == 0 || (one < 0) == (leaf < 0), "seed \(seed)")
            }
            let order = leaves.indices.sorted { leaves[$0] < leaves[$1] }
            #expect(zip(order, order.dropFirst()).allSatisfy { short[$0] <= short[$1] }, "seed \(seed)")
            #expect(SymmetricTree.shortened(short, roundedUpBy: share) == short, "seed \(seed)")
        }
        #expect(SymmetricTree.shortened([0, 0]) == [0, 0] && SymmetricTree.shortened([]) == [])
        let tiny = Double.leastNonzeroMagnitude * 2024
        #expect(SymmetricTree.shortened([tiny, -tiny]) == [tiny, -tiny])
    }

    @Test func aRowScoresTheSameBitsAloneInABatchAndWithoutReasons() throws {
        for seed in 0..<60 as Range<UInt64> {
            var random = RandomTrees(seed: 1_000_000 + seed)
            let document = random.document()
            let model = try LoadedModel(document, digest: [])
            let count = random.int(0...70)
            let rows = (0..<count).map { _ in random.row(document.features) }
            var margins: [Double] = [1]
            var marginsWithReasons: [Double] = []
            var allContributions: [Double] = []
            model.margins(of: rows.flatMap { $0 }, into: &margins)
            model.scores(of: rows.flatMap { $0 }, into: &marginsWithReasons, contributions: &allContributions)
            #expect(margins.count == count && marginsWithReasons.count == count)
            for (index, row) in rows.enumerated() {
                var contributions: [Double] = []
                let margin = model.score(row, contributions: &contributions)
                let slice = allContributions[index * row.count..<(index + 1) * row.count]
                #expect(model.margin(row).bitPattern == margin.bitPattern, "seed \(seed), row \(row)")
                #expect(margins[index].bitPattern == margin.bitPattern, "seed \(seed), row \(row)")
                #expect(marginsWithReasons[index].bitPattern == margin.bitPattern, "seed \(seed), row \(row)")
                #expect(slice.map(\.bitPattern) == contributions.map(\.bitPattern), "seed \(seed), row \(row)")
            }
        }
    }

    @Test func aFeatureThatChangesNothingGetsNothingAndEqualsGetTheSame() throws {
        let splits = (0..<3).map { TreeSplit(feature: $0, condition: .atLeast(1), missingGoesRight: false) }
        // Bit 2 changes nothing; bits 0 and 1 count alike.
        let tree = SymmetricTree(
            splits: splits, leaves: [0.1, 0.7, 0.7, 3, 0.1, 0.7, 0.7, 3], covers: [9, 3, 3, 1, 4.5, 1.5, 1.5, 0.5])
        let document = ModelDocument(
            name: "axioms", features: (0..<4).map { ModelFeature(name: "f\($0)") },
            kind: .trees(TreeModel(base: LogisticModel(intercept: -1, terms: []), trees: [tree, tree])))
        let model = try LoadedModel(document, digest: [])
        var contributions: [Double] = []
        #expect(abs(model.score([1, 1, 1, 5], contributions: &contributions) - 5) < 1e-12)
        #expect(abs(contributions[2]) < 1e-12 && contributions[3] == 0)
        #expect(abs(contributions[0] - contributions[1]) < 1e-12 && contributions[0] > 1)
    }

    @Test func treesComeBackAsTheyWereToTheBit() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = RandomTrees(seed: 2_000_000 + seed)
            var document = random.document()
            let rows = (0..<5).map { _ in random.row(document.features) }
            document = try LoadedModel.addingGoldenInputs(rows, to: document)
            let file = ModelFile.encode(document)
            let loaded = try ModelFile.load(file)
            #expect(loaded.document == document, "seed \(seed)")
            #expect(ModelFile.encode(loaded.document) == file, "seed \(seed)")
            #expect(loaded.document.kind.word == "trees")
            document.goldenInputs[2].margin = document.goldenInputs[2].margin.nextUp
            #expect(throws: ModelFileError.self, "seed \(seed)") { try ModelFile.load(ModelFile.encode(document)) }
        }
    }

    @Test func hugeAndTinyLeavesStillAddUp() throws {
        for scale in [1e-300, 1e-9, 1, 1e5] {
            let splits = (0..<2).map { TreeSplit(feature: $0, condition: .atLeast(0), missingGoesRight: true) }
            let tree = SymmetricTree(splits: splits, leaves: [-1, 2, 3, 7].map { $0 * scale }, covers: [1, 2, 3, 1])
            let document = ModelDocument(
                name: "scales", features: [ModelFeature(name: "a"), ModelFeature(name: "b")],
                kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: [tree])))
            let model = try LoadedModel(document, digest: [])
            var contributions: [Double] = []
            for row in [[-1, 1], [.nan, .nan], [1, -1]] as [[Double]] {
                let margin = model.score(row, contributions: &contributions)
                #expect(contributions.reduce(model.bias, +) == margin)
                #expect(
                    abs(margin - tree.leaves[NaiveTrees(document: document).leaf(tree, row)]) <= 1e-14 * scale + 1e-270)
            }
        }
    }
}
