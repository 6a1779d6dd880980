import RiskCore
import RiskModels
import RiskWire
import Testing

@Suite struct LeafWiseRefusalTests {
    private let features = [
        ModelFeature(name: "n"), ModelFeature(name: "c", categories: ["a", "b", "c"]), ModelFeature(name: "m"),
    ]

    private func document(_ change: (inout LeafWiseTree) -> Void) -> ModelDocument {
        let number = TreeSplit(feature: 0, condition: .atLeast(1), missingGoesRight: true)
        let words = TreeSplit(feature: 1, condition: .among([0, 3]), missingGoesRight: false)
        var tree = LeafWiseTree(
            nodes: [
                .init(number, left: .node(1), right: .node(2)), .init(words, left: .leaf(0), right: .leaf(3)),
                .init(number, left: .leaf(2), right: .leaf(1)),
            ], leaves: [0, 1, 2, 3], covers: [1, 0, 2, 1])
        change(&tree)
        return ModelDocument(
            name: "hostile", features: features,
            kind: .trees(TreeModel(base: LogisticModel(intercept: 0, terms: []), trees: [], leafWiseTrees: [tree])))
    }

    private func refusal(_ document: ModelDocument) -> ModelFileError? {
        do throws(ModelFileError) {
            let decoded = try ModelFile.decodeDocument(ModelFile.encode(document)).document
            _ = try LoadedModel(decoded, digest: [])
            return nil
        } catch {
            return error
        }
    }

    @Test func everyPartOutOfPlaceIsRefusedByName() {
        #expect(refusal(document { _ in }) == nil)
        let faults: [(String, (inout LeafWiseTree) -> Void)] = [
            ("leaves: expected 2 to 1024, found 1", { $0 = LeafWiseTree(nodes: [], leaves: [1], covers: [1]) }),
            ("nodes: expected 3, found 2", { $0.nodes.removeLast() }),
            ("covers: expected 4, found 5", { $0.covers.append(1) }),
            ("nodes[0].left", { $0.nodes[0].left = .node(0) }),
            ("nodes[0].right", { $0.nodes[0].right = .node(1) }),
            ("nodes[0].right", { $0.nodes[0].right = .node(3) }),
            ("nodes[1].left", { $0.nodes[1].left = .node(1) }),
            ("nodes[2].left", { $0.nodes[2].left = .node(1) }),
            ("nodes[2].right", { $0.nodes[2].right = .leaf(0) }),
            ("nodes[2].right", { $0.nodes[2].right = .leaf(4) }),
            ("nodes[1].right", { $0.nodes[1].right = .leaf(Int(Int32.max) / 2) }),
            ("nodes[1].split.feature", { $0.nodes[1].split.feature = 3 }),
            ("nodes[0].split.threshold", { $0.nodes[0].split.condition = .atLeast(.infinity) }),
            ("nodes[0].split: expected categories for", { $0.nodes[0].split.feature = 1 }),
            ("nodes[1].split: expected a threshold for", { $0.nodes[1].split.feature = 2 }),
            ("nodes[1].split.codes[1]", { $0.nodes[1].split.condition = .among([0, 4]) }),
            ("leaves[2]", { $0.leaves[2] = .nan }),
            ("leaves[2]", { $0.leaves[2] = 1e7 }),
            ("covers[0]", { $0.covers[0] = -1 }),
        ]
        for (part, change) in faults {
            let error = refusal(document(change))
            #expect(
                error?.code == .invalid && error?.message.hasPrefix("leaf_wise_trees[0].\(part)") == true,
                "\(part): \(error as Any)")
        }
    }

    @Test func treesThatAreTooDeepOrTooManyAreRefused() {
        let split = TreeSplit(feature: 0, condition: .atLeast(1), missingGoesRight: true)
        func chain(_ count: Int) -> LeafWiseTree {
            LeafWiseTree(
                nodes: (0..<count).map { index in
                    .init(split, left: .leaf(index), right: index == count - 1 ? .leaf(count) : .node(index + 1))
                }, leaves: Array(repeating: 0, count: count + 1), covers: Array(repeating: 1, count: count + 1))
        }
        #expect(refusal(document { $0 = chain(64) }) == nil)
        #expect(refusal(document { $0 = chain(65) })?.message.contains("at most 64 levels") == true)
        #expect(refusal(document { $0 = chain(1024) })?.message.contains("at most 1023, found 1024") == true)
        var many = document { _ in }
        many.kind = .trees(
            TreeModel(
                base: LogisticModel(intercept: 0, terms: []), trees: [],
                leafWiseTrees: Array(repeating: chain(64), count: 4097)))
        #expect(refusal(many)?.message.contains("nodes in all") == true)
    }

    /// A tree in which the answers about two raising features and a lowering one only ever add up that way.
    private func monotone(_ random: inout RandomTrees) -> ModelDocument {
        let features = [
            ModelFeature(name: "a", direction: .raises), ModelFeature(name: "b", direction: .raises),
            ModelFeature(name: "c", direction: .lowers), ModelFeature(name: "free"),
            ModelFeature(name: "word", categories: ["x", "y"]),
        ]
        let trees = (0..<random.int(1...3)).map { _ in
            var tree = random.leafWiseTree(features, leafCount: random.int(2...9))
            for node in tree.nodes.indices where tree.nodes[node].split.feature < 3 {
                tree.nodes[node].split.missingGoesRight = false
            }
            var values = Array(repeating: 0.0, count: tree.nodes.count)
            for (index, node) in tree.nodes.enumerated() {
                // What is below on the right never is below what is on the left: halves of an interval.
                let step = pow2(-index) * (node.split.feature == 2 ? -1 : 1)
                for (child, value) in [(node.left, values[index] - step), (node.right, values[index] + step)] {
                    switch child {
                    case .node(let next): values[next] = value
                    case .leaf(let leaf): tree.leaves[leaf] = value
                    }
                }
            }
            return tree
        }
        return ModelDocument(
            name: "monotone", features: features,
            kind: .trees(TreeModel(base: LogisticModel(intercept: -1, terms: []), trees: [], leafWiseTrees: trees)))
    }

    private func pow2(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// The definition, by trying every value that makes a difference.
    private func isMonotone(_ tree: LeafWiseTree, _ document: ModelDocument) -> Bool {
        let naive = NaiveTrees(document: document)
        let choices: [[Double]] = document.features.indices.map { feature in
            if document.features[feature].categories != nil { return [.nan, 0, 1, 2] }
            let thresholds = tree.nodes.compactMap { node -> Double? in
                guard node.split.feature == feature, case .atLeast(let threshold) = node.split.condition else {
                    return nil
                }
                return threshold
            }
            return [.nan, -100] + Set(thresholds).sorted()
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
        return true
    }

    @Test func theProofIsTheDefinition() throws {
        var (sound, refused) = (0, 0)
        for seed in 0..<250 as Range<UInt64> {
            var random = RandomTrees(seed: 6_000_000 + seed)
            var document = monotone(&random)
            guard case .trees(var model) = document.kind else { continue }
            // Some leaves trade places, some missing values go elsewhere.
            let tree = random.int(0...model.leafWiseTrees.count - 1)
            let leaves = model.leafWiseTrees[tree].leaves.count
            if random.int(0...1) == 0 {
                model.leafWiseTrees[tree].leaves.swapAt(random.int(0...leaves - 1), random.int(0...leaves - 1))
            }
            if random.int(0...2) == 0 {
                model.leafWiseTrees[tree].nodes[random.int(0...leaves - 2)].split.missingGoesRight = true
            }
            document.kind = .trees(model)
            let isSound = model.leafWiseTrees.allSatisfy { isMonotone($0, document) }
            let error = refusal(document)
            #expect((error == nil) == isSound, "seed \(seed): \(error as Any)")
            #expect(error == nil || error?.code == .notMonotone, "seed \(seed): \(error as Any)")
            if error == nil { sound += 1 } else { refused += 1 }
        }
        #expect(sound > 30 && refused > 30, "\(sound) sound, \(refused) refused")
    }
}
