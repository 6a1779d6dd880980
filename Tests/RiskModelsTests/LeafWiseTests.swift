import RiskCore
import RiskModels
import RiskWire
import Testing

@Suite struct LeafWiseTests {
    private func trees(_ document: ModelDocument) -> TreeModel {
        guard case .trees(let model) = document.kind else {
            return TreeModel(base: .init(intercept: 0, terms: []), trees: [])
        }
        return model
    }

    /// Margin and contributions by the definition.
    private func naive(_ document: ModelDocument, _ row: [Double]) throws -> (margin: Double, contributions: [Double]) {
        var linear = document
        linear.kind = .logistic(trees(document).base)
        var contributions: [Double] = []
        var margin = try LoadedModel(linear, digest: []).score(row, contributions: &contributions)
        let naive = NaiveTrees(document: document)
        func add(_ leaf: Double, _ values: [Double]) {
            margin += leaf
            for feature in values.indices { contributions[feature] += values[feature] }
        }
        for tree in trees(document).trees {
            add(tree.leaves[naive.leaf(tree, row)], naive.shapleyValues(tree, row))
        }
        for tree in trees(document).leafWiseTrees {
            add(tree.leaves[naive.leaf(tree, row)], naive.shapleyValues(tree, row))
        }
        return (margin, contributions)
    }

    @Test func reasonsAreTheShapleyValuesOfTheDefinition() throws {
        var (worst, worstServed) = (0.0, 0.0)
        for seed in 0..<40 as Range<UInt64> {
            var random = RandomTrees(seed: 4_000_000 + seed)
            let document = random.leafWiseDocument(isMixed: seed % 2 == 1)
            let model = try LoadedModel(document, digest: [])
            for _ in 0..<3 {
                let row = random.row(document.features)
                let expected = try naive(document, row)
                var exact: [Double] = []
                var served: [Double] = []
                let margin = model.explain(row, contributions: &exact)
                #expect(abs(margin - expected.margin) < 1e-9, "seed \(seed), row \(row)")
                #expect(model.score(row, contributions: &served).bitPattern == margin.bitPattern, "seed \(seed)")
                #expect(model.margin(row).bitPattern == margin.bitPattern, "seed \(seed)")
                #expect(abs(model.residual(margin: margin, contributions: exact)) < 1e-9, "seed \(seed), row \(row)")
                #expect(abs(model.residual(margin: margin, contributions: served)) < 1e-5, "seed \(seed), row \(row)")
                for feature in exact.indices {
                    worst = max(worst, abs(exact[feature] - expected.contributions[feature]))
                    worstServed = max(worstServed, abs(served[feature] - exact[feature]))
                }
            }
        }
        #expect(worst < 1e-12)
        #expect(worstServed < 1e-5)
    }

    /// A path that asks about more features than eight or sixteen points are exact for.
    @Test(arguments: [17, 33, 63]) func longPathsStillAddUp(featureCount: Int) throws {
        var random = RandomTrees(seed: UInt64(featureCount))
        let features = (0..<featureCount).map { ModelFeature(name: "f\($0)") }
        let nodes = (0..<featureCount).map { index in
            LeafWiseTree.Node(
                TreeSplit(feature: index, condition: .atLeast(0), missingGoesRight: true), left: .leaf(index),
                right: index == featureCount - 1 ? .leaf(featureCount) : .node(index + 1))
        }
        let tree = LeafWiseTree(
            nodes: nodes, leaves: (0...featureCount).map { _ in Double(random.int(-9...9)) },
            covers: (0...featureCount).map { _ in Double(random.int(1...9)) })
        let document = ModelDocument(
            name: "chain", features: features,
            kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: [], leafWiseTrees: [tree])))
        let model = try LoadedModel(document, digest: [])
        for _ in 0..<20 {
            let row = features.map { _ in random.int(0...9) == 0 ? -1 : 1.0 }
            var contributions: [Double] = []
            let margin = model.explain(row, contributions: &contributions)
            #expect(abs(model.residual(margin: margin, contributions: contributions)) < 1e-9, "row \(row)")
            _ = model.score(row, contributions: &contributions)
            #expect(abs(model.residual(margin: margin, contributions: contributions)) < 1e-4, "row \(row)")
        }
    }

    @Test func bothChildrenOfANodeThatNoRowReachedWeighTheSame() throws {
        let split = TreeSplit(feature: 0, condition: .atLeast(0), missingGoesRight: false)
        let other = TreeSplit(feature: 1, condition: .atLeast(0), missingGoesRight: false)
        let tree = LeafWiseTree(
            nodes: [.init(split, left: .leaf(0), right: .node(1)), .init(other, left: .leaf(1), right: .leaf(2))],
            leaves: [1, 2, 6], covers: [4, 0, 0])
        let document = ModelDocument(
            name: "half", features: [ModelFeature(name: "a"), ModelFeature(name: "b")],
            kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: [], leafWiseTrees: [tree])))
        let model = try LoadedModel(document, digest: [])
        var contributions: [Double] = []
        // Alone, b changes nothing; knowing a, it moves 4 to 6; knowing b, a moves 1 to 6; alone 1 to 4.
        #expect(model.explain([1, 1], contributions: &contributions) == 6)
        #expect(model.bias == 1)
        #expect(abs(contributions[0] - 4) < 1e-12 && abs(contributions[1] - 1) < 1e-12, "\(contributions)")
    }

    @Test func treesComeBackAsTheyWereToTheBit() throws {
        for seed in 0..<20 as Range<UInt64> {
            var random = RandomTrees(seed: 5_000_000 + seed)
            var document = random.leafWiseDocument(leafCount: 30, isMixed: seed % 2 == 0)
            document = try LoadedModel.addingGoldenInputs(
                (0..<3).map { _ in random.row(document.features) }, to: document)
            let file = ModelFile.encode(document)
            let loaded = try ModelFile.load(file)
            #expect(loaded.document == document, "seed \(seed)")
            #expect(ModelFile.encode(loaded.document) == file, "seed \(seed)")
            document.goldenInputs[1].margin = document.goldenInputs[1].margin.nextUp
            #expect(throws: ModelFileError.self, "seed \(seed)") { try ModelFile.load(ModelFile.encode(document)) }
        }
    }

    @Test func hostileBytesNeverCrash() throws {
        var random = RandomTrees(seed: 78)
        let plain = random.leafWiseDocument(leafCount: 6)
        let document = try LoadedModel.addingGoldenInputs([random.row(plain.features)], to: plain)
        try expectNoHarm(ofHostileBytesOf: document, seeds: 0..<4_000, flipping: 1)
    }
}
