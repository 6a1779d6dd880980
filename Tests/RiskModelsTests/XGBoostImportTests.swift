import RiskModels
import RiskWire
import Testing

/// What is taken over from XGBoost scores as it does there.
@Suite struct XGBoostImportTests {
    /// XGBoost adds Float32 numbers one by one, so it is off by some 2^-24 of the leaves' magnitude for each of its
    /// trees; its attributions are off by more, since it multiplies along paths besides.
    @Test(arguments: [("numeric", 6, 100), ("codes", 5, 36), ("words", 6, 36)])
    func marginsAndReasonsAreXGBoosts(name: String, treeCount: Int, rowCount: Int) throws {
        let document = try XGBoostFixtures.document(try XGBoostFixtures.text("\(name).json"))
        guard case .trees(let trees) = document.kind else {
            Issue.record("expected trees")
            return
        }
        #expect(trees.leafWiseTrees.count == treeCount)
        let model = try LoadedModel(document, digest: [])
        let count = document.features.count
        let rows = try XGBoostFixtures.rows(name, of: document)
        #expect(rows.count == rowCount)
        for (values, expected) in rows {
            var exact: [Double] = []
            let margin = model.explain(values, contributions: &exact)
            #expect(abs(margin - expected[0]) <= 1e-5 * max(1, abs(expected[0])), "row \(values)")
            #expect(abs(model.bias - expected[count + 1]) < 1e-5)
            for feature in 0..<count {
                #expect(abs(exact[feature] - expected[1 + feature]) < 1e-4, "row \(values), feature \(feature)")
            }
        }
    }

    @Test func featuresHaveXGBoostsNamesAndWords() throws {
        func features(_ name: String) throws -> [ModelFeature] {
            try XGBoostFixtures.document(try XGBoostFixtures.text(name)).features
        }
        #expect(try features("numeric.json").map(\.name) == ["f0", "f1", "f2"])
        #expect(try features("numeric.json").allSatisfy { $0.categories == nil })
        let words = try features("words.json")
        #expect(words.map(\.name) == ["amount", "country", "plan"])
        #expect(words[1].categories == ["us", "de", "sao tome", "jp", "fr", "a b"])
        #expect(words[2].categories == ["30", "-3", "7", "12", "9", "55", "4"])
        #expect(try features("codes.json").map { $0.categories?.first } == [nil, "0", "0"])
    }

    @Test func aModelThatWasStoppedEarlyIsTakenUpToItsBestRoundOrWhole() throws {
        let text = try XGBoostFixtures.text("stopped.json")
        let best = try XGBoostFixtures.document(text)
        let all = try XGBoostFixtures.document(text, rounds: .all)
        #expect(
            best.training.card == "Taken over from XGBoost 3.2.0, binary:logistic, the 5 rounds up to its best of 8.")
        #expect(all.training.card == "Taken over from XGBoost 3.2.0, binary:logistic, 8 rounds.")
        let models = try [best, all].map { try LoadedModel($0, digest: []) }
        let rows = try XGBoostFixtures.rows("stopped", of: best)
        #expect(rows.count == 24)
        for (values, expected) in rows {
            for (model, margin) in zip(models, expected) {
                #expect(abs(model.margin(values) - margin) <= 1e-5 * max(1, abs(margin)), "row \(values)")
            }
        }
    }

    @Test func everyFloat64GoesWhereItsNearestFloat32Does() throws {
        for seed in 0..<200 as Range<UInt64> {
            var random = RandomTrees(seed: seed)
            let threshold: Float =
                switch seed {
                case 0: 0
                case 1: -0.0
                case 2: .greatestFiniteMagnitude
                case 3: -.greatestFiniteMagnitude
                case 4: .leastNonzeroMagnitude
                case 5: -.leastNonzeroMagnitude
                case 6...20: Float(sign: seed % 2 == 0 ? .plus : .minus, exponent: Int(seed) * 12 - 140, significand: 1)
                default: .random(in: -3...3, using: &random.generator)
                }
            let document = try XGBoostFixtures.document(XGBoostFixtures.stump(threshold: "\(threshold)"))
            let model = try LoadedModel(document, digest: [])
            let step = Double(threshold.ulp)
            for near in [-2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 1].map({ Double(threshold) + $0 * step }) {
                for value in [near.nextDown, near, near.nextUp] {
                    let expected: Double = Float(value) < threshold ? -1 : 1
                    #expect(model.margin([value]) == expected, "seed \(seed), \(value) at \(threshold)")
                }
            }
            #expect(model.margin([.nan]) == -1)
        }
    }

    @Test func whatIsNotReadMayBeNoNumber() throws {
        let text = try XGBoostFixtures.text("words.json")
        let document = try XGBoostFixtures.document(text)
        let changed = text.replacing("\"loss_changes\":[", with: "\"loss_changes\":[NaN,-Infinity,")
            .replacing("\"amount\"", with: "\"a \\\" NaN\"")
        var named = document
        named.features[0].name = "a \" NaN"
        #expect(changed != text)
        #expect(try XGBoostFixtures.document(changed) == named)
    }

    @Test func whatWasTakenOverIsAModelFile() throws {
        let document = try XGBoostFixtures.document(try XGBoostFixtures.text("words.json"))
        let withInputs = try LoadedModel.addingGoldenInputs(
            [[.nan, .nan, .nan], [0, 0, 0], [1, 1, 9]], to: document)
        #expect(try ModelFile.load(ModelFile.encode(withInputs)).document == withInputs)
    }
}
