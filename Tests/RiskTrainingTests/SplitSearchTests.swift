import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

/// The split search against trying everything; whole trees are tried in TreeGrowerTests.
@Suite struct SplitSearchTests {
    private static func sums(_ column: BinnedTable.Column, _ rows: [Int], _ pairs: [GradientPair]) -> [GradientSum] {
        var sums = Array(repeating: GradientSum.zero, count: column.bins.binCount)
        for row in rows { sums[Int(column.codes[row])] &+= pairs[row].sum }
        return sums
    }

    private static func best(
        _ search: SplitSearch, _ table: BinnedTable, _ leaves: [[Int]], _ pairs: [GradientPair], parentValue: Double
    ) -> BinSplit? {
        let sums = leaves.map { Self.sums(table.columns[0], $0, pairs) }
        let buffers = sums.map { sums in
            let buffer = UnsafeMutableBufferPointer<GradientSum>.allocate(capacity: sums.count)
            _ = buffer.initialize(from: sums)
            return UnsafeBufferPointer(buffer)
        }
        defer { for buffer in buffers { buffer.deallocate() } }
        let growing = sums.map { search.leaf($0.reduce(.zero) { $0 &+ $1 }, parentValue: parentValue) }
        return search.best(table.columns[0], index: 0, leaves: growing, over: 0) { buffers[$0] }
    }

    @Test func theOrderOfTheSlopesFindsTheBestSubsetOfCategories() {
        for seed in 0..<40 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let words = ["a", "b", "c", "d", "e"]
            // Equal curvatures, so that smoothing does not change the order.
            let column = (0..<1000).map { Double($0 % 5) }
            let effects = words.map { _ in random.normal() / 4 }
            let table = BinnedTable(
                TrainingData(
                    features: [ModelFeature(name: "c", categories: words)], columns: [column],
                    labels: column.map { $0 > 1 }), threads: 1)
            let scale = GradientScale(largestWeight: 2)
            let search = SplitSearch(rule: LeafRule(l2: 1, minHessian: 1), scale: scale, isStrict: seed % 2 == 0)
            let pairs = column.map { scale.pair(slope: effects[Int($0)] + random.normal() / 10, curvature: 0.25) }
            let found = Self.best(search, table, [Array(0..<1000)], pairs, parentValue: 0)
            let sums = Self.sums(table.columns[0], Array(0..<1000), pairs).map { scale.numbers($0) }
            func half(_ subset: Int, _ side: Int) -> Double {
                let sum = (0..<5).reduce(SIMD2<Double>.zero) { subset >> $1 & 1 == side ? $0 + sums[2 + $1] : $0 }
                return sum.x * sum.x / (sum.y + 1 + SplitSearch.categoryL2)
            }
            let all = sums.reduce(SIMD2<Double>.zero, +)
            let best = (1..<31).map { half($0, 0) + half($0, 1) - all.x * all.x / (all.y + 1) }.max() ?? 0
            #expect(abs((found?.gain ?? 0) - max(0, best)) < 1e-6, "seed \(seed)")
        }
    }

    @Test func aSplitThatChangesNothingGainsNothing() {
        // Enough curvature for the leaf, too little for either side: both would keep its value.
        let table = BinnedTable(
            TrainingData(
                features: [ModelFeature(name: "x")], columns: [[0, 0, 1, 1]], labels: [true, true, false, false]),
            threads: 1)
        let scale = GradientScale(largestWeight: 1)
        let pairs = (0..<4).map { _ in scale.pair(slope: -0.9, curvature: 0.25) }
        for l2 in [0, 1, 30.0] {
            let search = SplitSearch(rule: LeafRule(l2: l2, minHessian: 0.75), scale: scale, isStrict: false)
            #expect(Self.best(search, table, [[0, 1, 2, 3]], pairs, parentValue: 0) == nil)
        }
    }

    @Test func missingValuesGoWhereTheyGainMost() {
        let column = (0..<40).map { $0 % 4 == 0 ? .nan : Double($0 % 4) }
        let table = BinnedTable(
            TrainingData(features: [ModelFeature(name: "x")], columns: [column], labels: column.map { $0 > 1 }),
            threads: 1)
        let scale = GradientScale(largestWeight: 1)
        let search = SplitSearch(rule: LeafRule(l2: 1, minHessian: 0), scale: scale, isStrict: true)
        // Missing like 3.
        let pairs = column.map { scale.pair(slope: $0.isNaN || $0 == 3 ? -0.5 : 0.5, curvature: 0.25) }
        let found = Self.best(search, table, [Array(0..<40)], pairs, parentValue: 0)
        #expect(found?.goesRight == [true, false, false, true])
    }
}
