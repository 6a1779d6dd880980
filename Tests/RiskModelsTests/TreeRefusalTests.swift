import RiskCore
import RiskModels
import RiskWire
import Testing

@Suite struct TreeRefusalTests {
    private let features = [
        ModelFeature(name: "n"), ModelFeature(name: "c", categories: ["a", "b", "c"]), ModelFeature(name: "m"),
    ]

    private func document(_ change: (inout TreeModel) -> Void) -> ModelDocument {
        let tree = SymmetricTree(
            splits: [
                TreeSplit(feature: 0, condition: .atLeast(1), missingGoesRight: true),
                TreeSplit(feature: 1, condition: .among([0, 3]), missingGoesRight: false),
            ], leaves: [0, 1, 2, 3], covers: [1, 0, 2, 1])
        var model = TreeModel(
            base: LogisticModel(intercept: 0, terms: [LogisticTerm(feature: 2, shape: .missing(weight: 1))]),
            trees: [tree, tree])
        change(&model)
        return ModelDocument(name: "hostile", features: features, kind: .trees(model))
    }

    private func refusal(_ document: ModelDocument) -> ModelFileError? {
        do throws(ModelFileError) {
            // Through the bytes too: they must give the same refusal, or an earlier one.
            let decoded = try ModelFile.decodeDocument(ModelFile.encode(document)).document
            _ = try LoadedModel(decoded, digest: [])
            return nil
        } catch {
            return error
        }
    }

    @Test func everyPartOutOfPlaceIsRefusedByName() {
        #expect(refusal(document { _ in }) == nil)
        let faults: [(String, (inout TreeModel) -> Void)] = [
            ("trees: expected 1 to 16384, found 0", { $0.trees = [] }),
            ("trees[1].splits: expected 1 to 8, found 0", { $0.trees[1].splits = [] }),
            ("trees[1].leaves: expected 4, found 3", { $0.trees[1].leaves.removeLast() }),
            ("trees[1].covers: expected 4, found 5", { $0.trees[1].covers.append(1) }),
            ("trees[1].splits[0].feature: expected 0 to 2, found 3", { $0.trees[1].splits[0].feature = 3 }),
            ("trees[1].splits[0].feature", { $0.trees[1].splits[0].feature = Int(UInt32.max) }),
            ("trees[1].splits[0].threshold", { $0.trees[1].splits[0].condition = .atLeast(.nan) }),
            ("trees[1].splits[0].threshold", { $0.trees[1].splits[0].condition = .atLeast(-.infinity) }),
            ("trees[1].splits[0]: expected categories for", { $0.trees[1].splits[0].feature = 1 }),
            ("trees[1].splits[1]: expected a threshold for", { $0.trees[1].splits[1].feature = 2 }),
            ("trees[1].splits[1].codes[1]", { $0.trees[1].splits[1].condition = .among([0, 4]) }),
            ("trees[1].splits[1].codes[1]", { $0.trees[1].splits[1].condition = .among([1, 1]) }),
            ("trees[1].splits[1].codes[1]", { $0.trees[1].splits[1].condition = .among([2, 1]) }),
            ("trees[1].leaves[2]", { $0.trees[1].leaves[2] = .infinity }),
            ("trees[1].leaves[2]", { $0.trees[1].leaves[2] = .nan }),
            ("trees[1].leaves[2]", { $0.trees[1].leaves[2] = -1e7 }),
            ("trees[1].covers[0]", { $0.trees[1].covers[0] = -1 }),
            ("trees[1].covers[0]", { $0.trees[1].covers[0] = .infinity }),
            ("trees[1].covers[0]", { $0.trees[1].covers[0] = .nan }),
            ("linear_base.intercept", { $0.base.intercept = .nan }),
            ("linear_base.terms[0].feature", { $0.base.terms[0].feature = 3 }),
            ("floor.intercept", { $0.floor = LogisticModel(intercept: .infinity, terms: []) }),
            (
                "floor.terms: expected at most 4 for each of the 3 features, found 13",
                {
                    $0.floor = LogisticModel(
                        intercept: 0, terms: Array(repeating: .init(feature: 2, shape: .missing(weight: 1)), count: 13))
                }
            ),
            (
                "floor.terms[0].feature",
                { $0.floor = LogisticModel(intercept: 0, terms: [.init(feature: 3, shape: .missing(weight: 1))]) }
            ),
        ]
        for (path, change) in faults {
            let error = refusal(document(change))
            #expect(error?.code == .invalid && error?.message.hasPrefix(path) == true, "\(path): \(error as Any)")
        }
    }

    @Test func aModelThatAsksForTooMuchIsRefusedBeforeItIsLaidOut() {
        let deep = SymmetricTree(
            splits: (0..<9).map { _ in TreeSplit(feature: 0, condition: .atLeast(1), missingGoesRight: true) },
            leaves: Array(repeating: 0, count: 512), covers: Array(repeating: 0, count: 512))
        #expect(refusal(document { $0.trees = [deep] })?.message == "trees[0].splits: expected at most 8, found 9")
        let stump = SymmetricTree(
            splits: [TreeSplit(feature: 0, condition: .atLeast(1), missingGoesRight: true)], leaves: [0, 1],
            covers: [1, 1])
        let many = document { $0.trees = Array(repeating: stump, count: 16_385) }
        #expect(refusal(many)?.message == "trees: expected at most 16384, found 16385")
        // 8 levels: 2304 numbers a tree.
        let wide = SymmetricTree(
            splits: (0..<8).map { TreeSplit(feature: $0 % 2 * 2, condition: .atLeast(1), missingGoesRight: true) },
            leaves: Array(repeating: 0, count: 256), covers: Array(repeating: 0, count: 256))
        let large = document { $0.trees = Array(repeating: wide, count: 1821) }
        #expect(throws: ModelFileError.self) { try LoadedModel(large, digest: []) }
        var categories = document { model in
            let set = TreeSplit(feature: 1, condition: .among([]), missingGoesRight: true)
            model.trees = Array(repeating: SymmetricTree(splits: [set], leaves: [0, 1], covers: [1, 1]), count: 4096)
        }
        categories.features[1].categories = (0..<4096).map { "\($0)" }
        #expect(refusal(categories)?.message.contains("categories over all splits") == true)
    }

    @Test func hostileBytesOfTreesNeverCrash() throws {
        var random = RandomTrees(seed: 77)
        let plain = random.document(depths: 1...3)
        for document in [plain, plain.withFloor(random.line(plain.features))] {
            let golden = try LoadedModel.addingGoldenInputs([random.row(plain.features)], to: document)
            try expectNoHarm(ofHostileBytesOf: golden, seeds: 0..<3_000, flipping: 0x80)
        }
    }

    @Test func codesBeyondThirtyTwoBitsAndTreesWithoutABaseAreRefused() {
        // kind = trees { trees { splits { among { codes: 2^32 } } } }
        let set: [UInt8] = [0x1a, 7, 0x0a, 5, 0x80, 0x80, 0x80, 0x80, 0x10]
        let split: [UInt8] = [0x0a, UInt8(set.count)] + set
        let tree: [UInt8] = [0x12, UInt8(split.count)] + split
        let model: [UInt8] = [0x5a, UInt8(tree.count)] + tree
        #expect(throws: ModelFileError.self) { try ModelFile.load(ModelContainer.seal(model)) }
        #expect(throws: ModelFileError(.invalid, "linear_base: expected one, found none")) {
            try ModelFile.load(ModelContainer.seal([0x5a, 0]))
        }
    }
}
