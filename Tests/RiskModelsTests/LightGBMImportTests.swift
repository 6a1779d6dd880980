import Foundation
import RiskModels
import RiskWire
import TestSupport
import Testing

/// `Tests/Fixtures/lightgbm`: a model of LightGBM 4.7 and what it gives for some rows, missing and unknown values among
/// them.
@Suite struct LightGBMImportTests {
    private func fixture(_ name: String) throws -> String { try Fixtures.text("lightgbm/\(name)") }

    @Test func marginsAndReasonsAreLightGBMs() throws {
        let document = try LightGBMText.document(try fixture("model.txt"), name: "fixture")
        let model = try LoadedModel(document, digest: [])
        #expect(model.document.features.map { $0.categories?.count } == [nil, nil, nil, nil, 40])
        var compared = 0
        for line in try fixture("scores.csv").split(separator: "\n").dropFirst() {
            let numbers = line.split(separator: ",").compactMap { Double($0) }
            var exact: [Double] = []
            var served: [Double] = []
            let row = Array(numbers[0..<5])
            let margin = model.explain(row, contributions: &exact)
            _ = model.score(row, contributions: &served)
            #expect(abs(margin - numbers[5]) < 1e-9, "row \(row)")
            #expect(abs(model.bias - numbers[11]) < 1e-9)
            for feature in 0..<5 {
                #expect(abs(exact[feature] - numbers[6 + feature]) < 1e-9, "row \(row), feature \(feature)")
                #expect(abs(served[feature] - numbers[6 + feature]) < 1e-5, "row \(row), feature \(feature)")
            }
            compared += 1
        }
        #expect(compared == 40)
    }

    @Test func whatOurTreesCannotSayIsRefusedByLine() throws {
        let text = try fixture("model.txt")
        let faults: [(String, String, String)] = [
            ("num_class=1", "num_class=3", "line 3: num_class: expected 1, found 3"),
            ("binary sigmoid:1", "regression", "line 7: objective: expected binary sigmoid:1, found regression"),
            ("tree\n", "wood\n", "line 1: expected a model of LightGBM"),
            ("end of trees", "", "expected the line 'end of trees'"),
            ("is_linear=0", "is_linear=1", "is_linear: expected 0"),
            ("decision_type=10", "decision_type=6", "zeros as missing values"),
            ("split_feature=0", "split_feature=5", "split_feature: expected 0 to 4"),
            ("num_leaves=9", "num_leaves=8", "expected 7"),
            ("num_leaves=9", "num_leaves=99999", "num_leaves: expected 1 to 1024, found 99999"),
            ("cat_boundaries=0", "cat_boundaries=9", "cat_boundaries: expected a set"),
            ("left_child=", "left_child=x", "left_child: expected 8 whole numbers"),
        ]
        for (old, new, message) in faults {
            let changed = try text.changed(old, to: new)
            expectImportRefusal(message, of: new) { () throws(ImportError) in
                try LightGBMText.document(changed, name: "x")
            }
        }
    }

    @Test func aTreeThatGoesInACircleIsRefusedWhenItIsLoaded() throws {
        let text = try fixture("model.txt")
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("left_child=") })
        let range = try #require(text.range(of: line))
        let circle = "left_child=0" + line.dropFirst("left_child=".count).drop { $0 != " " }
        let document = try LightGBMText.document(text.replacingCharacters(in: range, with: circle), name: "x")
        #expect(throws: ModelFileError.self) { try LoadedModel(document, digest: []) }
    }

    @Test func hostileTextNeverCrashes() throws {
        let text = Array(try fixture("model.txt").utf8)
        for seed in 0..<300 as Range<UInt64> {
            var random = RandomTrees(seed: seed)
            var hostile = text
            for _ in 0...random.int(0...3) {
                let index = random.int(0...hostile.count - 1)
                switch random.int(0...2) {
                case 0: hostile[index] = UInt8(random.int(32...126))
                case 1: hostile.removeSubrange(index..<min(hostile.count - 1, index + random.int(0...40)))
                default: hostile[index] = UInt8(ascii: "9")
                }
            }
            if let document = try? LightGBMText.document(String(decoding: hostile, as: UTF8.self), name: "x") {
                _ = try? LoadedModel(document, digest: [])
            }
        }
    }
}
