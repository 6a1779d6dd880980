import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

/// The split search against trying everything.
@Suite struct SplitSearchTests {
    /// The gain of a split by its definition, over the rows of all leaves.
    private static func naiveGain(
        _ search: SplitSearch, _ column: BinnedTable.Column, _ partition: RowPartition, _ leaves: [GrowingLeaf],
        _ goesRight: [Bool], l2: Double
    ) -> Double {
        var gain = 0.0
        for (leaf, range) in zip(leaves, partition.ranges) where leaf.gradient.y >= search.minHessian {
            var sides = [SIMD2<Double>.zero, .zero]
            for index in range {
                let side = goesRight[Int(column.codes[Int(partition.rows[index])])] ? 1 : 0
                sides[side] += search.scale.numbers(partition.pairs[index].sum)
            }
            let values = sides.map { $0.y >= search.minHessian ? -$0.x / ($0.y + l2) : leaf.value }
            let sign = column.direction == .raises ? 1.0 : column.direction == .lowers ? -1 : 0
            if sign * (values[1] - values[0]) < 0 { continue }
            for (side, value) in zip(sides, values) {
                let pull = side.y >= search.minHessian ? l2 : 0
                gain -= 2 * side.x * value + (side.y + pull) * value * value
            }
            gain -= leaf.gradient.x * leaf.gradient.x / (leaf.gradient.y + search.l2)
        }
        return gain
    }

    private static func candidates(_ column: BinnedTable.Column) -> [[Bool]] {
        let count = column.bins.binCount
        var result: [[Bool]] = []
        for first in 1..<count {
            for missing in column.direction == .free ? [false, true] : [false] {
                result.append([missing] + (1..<count).map { $0 >= first })
            }
        }
        return result
    }

    @Test(arguments: FeatureDirection.allCases)
    func theBestSplitOfANumberIsTheBestOfAll(direction: FeatureDirection) {
        for seed in 0..<60 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let count = 20 + random.int(0..<200)
            let column = (0..<count).map { _ in random.int(0..<4) == 0 ? .nan : Double(random.int(0..<8)) }
            let table = BinnedTable(
                TrainingData(
                    features: [ModelFeature(name: "x", direction: direction)], columns: [column],
                    labels: column.map { _ in random.int(0..<2) == 0 }), threads: 1)
            let scale = GradientScale(largestWeight: 1)
            let search = SplitSearch(l2: Double(random.int(0..<3)) + 0.5, minHessian: 1, scale: scale)
            let pairs = column.map { _ in scale.pair(slope: random.uniform() * 2 - 1, curvature: random.uniform() / 4) }
            var partition = RowPartition(rows: (0..<Int32(count)).map { $0 }, pairs: pairs)
            partition.divide(codes: (0..<count).map { _ in UInt8(random.int(0..<2)) }, goesRight: [false, true])
            let leaves = partition.ranges.map { range in
                search.leaf(partition.pairs[range].reduce(GradientSum.zero) { $0 &+ $1.sum }, parentValue: 0.1)
            }
            let histograms = LevelHistograms(table, depth: 2)
            histograms.update(0, RowPartition(rows: partition.rows, pairs: partition.pairs))
            histograms.update(0, partition)
            let found = search.best(
                table.columns[0], index: 0, sums: histograms.sums(0, leafCount: 2), leaves: leaves)
            let all = Self.candidates(table.columns[0]).map {
                Self.naiveGain(search, table.columns[0], partition, leaves, $0, l2: search.l2)
            }
            let best = max(0, all.max() ?? 0)
            #expect(abs((found?.gain ?? 0) - best) < 1e-6, "seed \(seed)")
            if let found {
                let own = Self.naiveGain(search, table.columns[0], partition, leaves, found.goesRight, l2: search.l2)
                #expect(abs(own - best) < 1e-6, "seed \(seed)")
                #expect(direction == .free || !found.goesRight[0], "missing goes left")
            }
        }
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
            let search = SplitSearch(l2: 1, minHessian: 1, scale: scale)
            let pairs = column.map { scale.pair(slope: effects[Int($0)] + random.normal() / 10, curvature: 0.25) }
            let partition = RowPartition(rows: (0..<1000).map { $0 }, pairs: pairs)
            let leaves = [search.leaf(pairs.reduce(GradientSum.zero) { $0 &+ $1.sum }, parentValue: 0)]
            let histograms = LevelHistograms(table, depth: 1)
            histograms.update(0, partition)
            let found = search.best(table.columns[0], index: 0, sums: histograms.sums(0, leafCount: 1), leaves: leaves)
            let l2 = search.l2 + SplitSearch.categoryL2
            let best =
                (0..<32).map { subset in
                    let goesRight = [false, false] + (0..<5).map { subset >> $0 & 1 == 1 }
                    return Self.naiveGain(search, table.columns[0], partition, leaves, goesRight, l2: l2)
                }.max() ?? 0
            #expect(abs((found?.gain ?? 0) - max(0, best)) < 1e-6, "seed \(seed)")
        }
    }
}
