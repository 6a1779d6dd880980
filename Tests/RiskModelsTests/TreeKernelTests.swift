import RiskCore
import RiskModels
import Testing

/// Every way to score that this processor has must give the bits of plain Swift that compares.
@Suite struct TreeKernelTests {
    /// Kernels, and whether answers are looked up where that pays.
    private let ways = TreeKernel.allCases.filter(\.isSupported).flatMap { [($0, true), ($0, false)] }

    /// Compares margins, batches and reasons of all kernels on some rows.
    private func compare(_ document: ModelDocument, _ rows: [[Double]], _ label: String) throws {
        let portable = try LoadedModel(document, digest: [], kernel: .portable, looksUp: false)
        var expected: [Double] = []
        var found: [Double] = []
        for (kernel, looksUp) in ways {
            let label = "\(label), \(kernel), looks up: \(looksUp)"
            let model = try LoadedModel(document, digest: [], kernel: kernel, looksUp: looksUp)
            #expect(model.bias.bitPattern == portable.bias.bitPattern, "\(label)")
            var margins: [Double] = []
            model.margins(of: rows.flatMap { $0 }, into: &margins)
            for (index, row) in rows.enumerated() {
                let margin = portable.score(row, contributions: &expected)
                let same = model.score(row, contributions: &found)
                #expect(margin.bitPattern == same.bitPattern, "\(label), row \(row)")
                #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(label), row \(row)")
                #expect(model.margin(row).bitPattern == margin.bitPattern, "\(label), row \(row)")
                #expect(margins[index].bitPattern == margin.bitPattern, "\(label), row \(row)")
            }
        }
    }

    /// A row with many values right at thresholds and next to them.
    private func row(_ document: ModelDocument, _ random: inout RandomTrees) -> [Double] {
        var row = random.row(document.features)
        for (index, feature) in document.features.enumerated() where feature.categories == nil {
            switch random.int(0...9) {
            case 0: row[index] = .infinity
            case 1: row[index] = -.infinity
            case 2: row[index] = row[index].nextUp
            case 3: row[index] = row[index].nextDown
            case 4: row[index] = -0.0
            case 5: row[index] = -.nan
            default: break
            }
        }
        return row
    }

    @Test func randomModelsScoreTheSameBits() throws {
        for seed in 0..<60 as Range<UInt64> {
            var random = RandomTrees(seed: 3_000_000 + seed)
            let document =
                switch seed % 3 {
                case 0: random.document(depths: 1...8)
                case 1: random.leafWiseDocument(leafCount: 70)
                default: random.leafWiseDocument(leafCount: 40, isMixed: true)
                }
            let rows = (0..<20).map { _ in row(document, &random) }
            try compare(document, rows, "seed \(seed)")
            try compare(document.withFloor(random.line(document.features)), rows, "seed \(seed), with a floor")
        }
    }

    /// Many trees that ask about few features, of as many leaves as a byte or a word of 32 or 64 bits tells apart, and
    /// more; categories of more than a word, and so many that rows of answers would take too much.
    @Test(arguments: [(2, 3), (31, 3), (32, 70), (33, 3), (64, 70), (65, 3), (31, 4000), (64, 4000)])
    func manyTreesOnFewFeaturesScoreTheSameBits(leafCount: Int, categoryCount: Int) throws {
        var random = RandomTrees(seed: UInt64(8_000_000 + leafCount + categoryCount))
        let words = (0..<categoryCount).map { "c\($0)" }
        let features = (0..<3).map { ModelFeature(name: "f\($0)", categories: $0 == 2 ? words : nil) }
        var trees = (0..<70).map { random.tree(features, depth: 1 + $0 % 8) }
        for tree in 0..<40 {
            trees[tree].splits[0] = TreeSplit(
                feature: 0, condition: .atLeast(tree % 2 == 0 ? 0 : -0.0), missingGoesRight: tree % 4 < 2)
        }
        let leafWise = (0..<70).map { _ in random.leafWiseTree(features, leafCount: leafCount) }
        for (trees, leafWise) in [(trees, []), ([], leafWise), (trees, leafWise)] {
            let base = LogisticModel(intercept: 0.5, terms: [])
            let model = TreeModel(base: base, trees: trees, leafWiseTrees: leafWise)
            let document = ModelDocument(name: "few features", features: features, kind: .trees(model))
            let rows = (0..<16).map { _ in row(document, &random) }
            try compare(document, rows, "\(leafCount) leaves, \(categoryCount) categories")
            // And where the definition says.
            let loaded = try LoadedModel(document, digest: [])
            let naive = NaiveTrees(document: document)
            for row in rows {
                let symmetric = trees.reduce(0.5) { $0 + $1.leaves[naive.leaf($1, row)] }
                let expected = leafWise.reduce(symmetric) { $0 + $1.leaves[naive.leaf($1, row)] }
                #expect(abs(loaded.margin(row) - expected) < 1e-9, "row \(row)")
            }
        }
    }

    /// Trees as training makes them: 8 bits a leaf, 32 an attribution.
    @Test func randomModelsWithShortLeavesScoreTheSameBits() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = RandomTrees(seed: 6_000_000 + seed)
            let document = random.document(depths: 1...8).withShortLeaves()
            let rows = (0..<20).map { _ in row(document, &random) }
            try compare(document, rows, "seed \(seed)")
        }
    }

    /// Blocks of several depths that end in the middle of sixteen trees, features that all trees ask about beside rare
    /// ones, and more trees than stand in one batch.
    @Test(arguments: [(5, 130), (30, 300), (70, 560), (300, 90)])
    func manyTreesWithShortLeavesScoreTheSameBits(featureCount: Int, treeCount: Int) throws {
        var random = RandomTrees(seed: UInt64(featureCount * 1000 + treeCount))
        let features = (0..<featureCount).map { index in
            ModelFeature(name: "f\(index)", categories: index % 7 == 6 ? ["a", "b", "c"] : nil)
        }
        let trees = (0..<treeCount).map { _ in
            let few = Array(features[..<random.int(1...featureCount)])
            return random.tree(few, depth: random.int(2...5))
        }
        let document = ModelDocument(
            name: "many trees", features: features,
            kind: .trees(TreeModel(base: LogisticModel(intercept: 0.25, terms: []), trees: trees)))
        let rows = (0..<10).map { _ in row(document, &random) }
        try compare(document.withShortLeaves(), rows, "\(featureCount) features, \(treeCount) trees")
    }

    /// Features with more thresholds than a byte counts, and more columns than a permutation of bytes holds.
    @Test(arguments: [(1, 700), (3, 150), (90, 3), (180, 2), (400, 2)])
    func manyThresholdsAndColumnsScoreTheSameBits(featureCount: Int, thresholdCount: Int) throws {
        var random = RandomTrees(seed: UInt64(featureCount * 1000 + thresholdCount))
        let features = (0..<featureCount).map { ModelFeature(name: "f\($0)") }
        // Every threshold occurs, in an order of its own.
        var splits = (0..<featureCount * thresholdCount).map { place in
            TreeSplit(
                feature: place % featureCount, condition: .atLeast(Double(place / featureCount) - 7.5),
                missingGoesRight: random.int(0...1) == 0)
        }
        splits.shuffle(using: &random.generator)
        var symmetric: [SymmetricTree] = []
        var leafWise: [LeafWiseTree] = []
        for first in stride(from: 0, to: splits.count - 3, by: 4) {
            var tree = random.tree(features, depth: 4)
            tree.splits = Array(splits[first..<first + 4])
            symmetric.append(tree)
            var other = random.leafWiseTree(features, leafCount: 5)
            for node in 0..<4 { other.nodes[node].split = splits[first + node] }
            leafWise.append(other)
        }
        let document = ModelDocument(
            name: "many", features: features,
            kind: .trees(
                TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: symmetric, leafWiseTrees: leafWise)))
        let rows = (0..<12).map { _ in
            features.map { _ in
                random.int(0...9) == 0 ? .nan : Double(random.int(-20...2 * thresholdCount)) / 2
            }
        }
        try compare(document, rows, "\(featureCount) features, \(thresholdCount) thresholds")
        try compare(
            document.withShortLeaves(), rows, "\(featureCount) features, \(thresholdCount) thresholds, short leaves")
    }

    @Test func modelsBeyondTheKernelsLimitsFallBackToPlainSwift() throws {
        var random = RandomTrees(seed: 9)
        let features = (0..<4096).map { ModelFeature(name: "f\($0)") }
        let trees = (0..<1100).map { _ in random.tree(features, depth: 4) }
        let document = ModelDocument(
            name: "wide", features: features,
            kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: trees)))
        try compare(document, [random.row(features)], "4096 features")
    }
}
