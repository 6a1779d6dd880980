import RiskModels
import Testing

@testable import RiskTraining

@Suite struct FeatureBinsTests {
    private static func thresholds(_ bins: FeatureBins) -> [Double] {
        if case .numeric(let thresholds) = bins.kind { thresholds } else { [] }
    }

    @Test func fewValuesGetABinEach() {
        let bins = FeatureBins(ModelFeature(name: "x"), [3, .nan, 1, 2, 2, 1, 3], weights: nil)
        #expect(bins.binCount == 4 && Self.thresholds(bins) == [1.5, 2.5])
        #expect([.nan, 1, 1.4, 1.5, 2, 2.5, 100].map(bins.bin) == [0, 1, 1, 2, 2, 3, 3])
    }

    @Test func thresholdsAreFloat32WhereTheyCanBe() {
        func short(_ column: [Double]) -> [Bool] {
            Self.thresholds(FeatureBins(ModelFeature(name: "x"), column, weights: nil)).map { Double(Float($0)) == $0 }
        }
        #expect(short([0.1, 0.2, 0.7]) == [true, true])
        // There is none between these, nor is the upper one.
        #expect(short([0.1, Double(0.1).nextUp]) == [false])
        #expect(short([1e300, 3e300]) == [false])
    }

    @Test func aNumberIsRightOfASplitExactlyIfItsBinIs() {
        for seed in 0..<100 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let spread = [1e-300, 1, 1e300, 0x1p-1074][random.int(0..<4)]
            let count = random.int(1..<2000)
            let column = (0..<count).map { _ in
                random.int(0..<9) == 0 ? .nan : spread * (random.int(0..<2) == 0 ? random.normal() : 1).rounded(.up)
            }
            let noisy = seed % 2 == 0 ? column : column.map { $0 + spread * random.uniform() }
            let bins = FeatureBins(ModelFeature(name: "x"), noisy, weights: nil)
            #expect(bins.binCount <= FeatureBins.limit)
            let thresholds = Self.thresholds(bins)
            #expect(zip(thresholds, thresholds.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
            for first in 1..<bins.binCount {
                let condition = bins.condition((0..<bins.binCount).map { $0 >= first })
                guard case .atLeast(let threshold) = condition else { continue }
                #expect(
                    noisy.allSatisfy { $0.isNaN || ($0 >= threshold) == (Int(bins.bin($0)) >= first) }, "seed \(seed)")
            }
        }
    }

    @Test func manyValuesAreSharedOutEvenly() {
        var random = Randoms(seed: 3)
        let column = (0..<50_000).map { _ in random.int(0..<3) == 0 ? 0 : random.normal() }
        let bins = FeatureBins(ModelFeature(name: "x"), column, weights: nil)
        var counts = Array(repeating: 0, count: bins.binCount)
        for value in column { counts[Int(bins.bin(value))] += 1 }
        #expect(bins.binCount > 250 && counts[0] == 0)
        let zero = Int(bins.bin(0))
        #expect(counts[zero] < 17_500, "the frequent value has a bin of its own")
        for bin in counts.indices where bin != 0 && bin != zero { #expect(counts[bin] < 400, "bin \(bin)") }
    }

    @Test func rareAndUnseenCategoriesShareABin() {
        let feature = ModelFeature(name: "c", categories: ["rare", "b", "a"])
        let column = [0] + Array(repeating: 1.0, count: 20) + Array(repeating: 2.0, count: 30) + [3, .nan]
        let bins = FeatureBins(feature, column, weights: nil)
        #expect(bins.binCount == 4)
        #expect([.nan, 0, 1, 2, 3, 99, -1].map(bins.bin) == [0, 1, 3, 2, 1, 1, 1])
        #expect(bins.condition([false, true, false, true]) == .among([0, 1, 3]))
        #expect(bins.condition([true, false, true, false]) == .among([2]))
        // Weights count, not rows.
        #expect(FeatureBins(feature, column, weights: column.map { _ in 0.1 }).binCount == 2)
    }

    @Test func columnsThatSayNothingAreLeftOut() {
        let data = TrainingData(
            features: ["constant", "missing", "sometimes", "x"].map { ModelFeature(name: $0) },
            columns: [[5, 5, 5], [.nan, .nan, .nan], [1, .nan, 1], [1, 2, 3]], labels: [true, false, true])
        #expect(BinnedTable(data, threads: 1).columns.map(\.feature) == [2, 3])
    }
}
