import RiskModels
import Testing

@testable import RiskTraining

/// The inner loops against the same in plain words.
@Suite struct GradientLoopsTests {
    /// A table of one numeric and one categorical column with random codes.
    static func table(_ random: inout Randoms, rowCount: Int) -> BinnedTable {
        let numbers = (0..<rowCount).map { _ in random.int(0..<5) == 0 ? .nan : Double(random.int(0..<40)) }
        let words = (0..<rowCount).map { _ in Double(random.int(0..<4)) }
        return BinnedTable(
            TrainingData(
                features: [ModelFeature(name: "n"), ModelFeature(name: "c", categories: ["a", "b", "c"])],
                columns: [numbers, words], labels: Array(repeating: true, count: rowCount)), threads: 1)
    }

    static func pairs(_ random: inout Randoms, _ count: Int) -> [GradientPair] {
        (0..<count).map { _ in
            GradientPair(
                Int32.random(in: -(1 << 30)...(1 << 30), using: &random.generator),
                Int32.random(in: 0...(1 << 28), using: &random.generator))
        }
    }

    @Test func partitioningKeepsTheOrderOnBothSides() {
        for seed in 0..<60 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let count = random.int(0..<200)
            let codes = (0..<300).map { _ in UInt8(random.int(0..<256)) }
            let rows = (0..<300).filter { _ in random.int(0..<300) < count }.map { Int32($0) }
            let pairs = Self.pairs(&random, rows.count)
            let goesRight = (0..<256).map { _ in random.int(0..<3) == 0 }
            var partition = RowPartition(rows: rows, pairs: pairs)
            partition.divide(codes: codes, goesRight: goesRight)
            let sides = [false, true].map { side in
                zip(rows, pairs).filter { goesRight[Int(codes[Int($0.0)])] == side }
            }
            #expect(partition.rows == sides.joined().map { $0.0 }, "seed \(seed)")
            #expect(partition.pairs == sides.joined().map { $0.1 }, "seed \(seed)")
            #expect(partition.ranges == [0..<sides[0].count, sides[0].count..<rows.count], "seed \(seed)")
        }
    }

    @Test func sumsOfEveryLevelAreThoseOfItsRows() {
        for seed in 0..<20 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let rowCount = 1 + random.int(0..<300)
            let table = Self.table(&random, rowCount: rowCount)
            let rows = (0..<rowCount).filter { _ in random.int(0..<4) > 0 }.map { Int32($0) }
            var partition = RowPartition(rows: rows, pairs: Self.pairs(&random, rows.count))
            let histograms = LevelHistograms(table, depth: 4)
            for level in 0..<4 {
                for index in table.columns.indices {
                    histograms.update(index, partition)
                    let expected = Self.naiveSums(table.columns[index], partition)
                    #expect(
                        Array(histograms.sums(index, leafCount: 1 << level)) == expected, "seed \(seed), level \(level)"
                    )
                }
                guard let column = table.columns.randomElement(using: &random.generator) else { break }
                partition.divide(
                    codes: column.codes, goesRight: (0..<column.bins.binCount).map { _ in random.int(0..<2) == 0 })
            }
        }
    }

    private static func naiveSums(_ column: BinnedTable.Column, _ partition: RowPartition) -> [GradientSum] {
        var sums = Array(repeating: GradientSum.zero, count: partition.ranges.count * column.bins.binCount)
        for (leaf, range) in partition.ranges.enumerated() {
            for index in range {
                let bin = Int(column.codes[Int(partition.rows[index])])
                sums[leaf * column.bins.binCount + bin] &+= partition.pairs[index].sum
            }
        }
        return sums
    }

    @Test func fixedPointHoldsTheHeaviestRow() {
        for weight in [1e-280, 1e-9, 0.3, 1, 1.5, 2, 7, 1e6, 1e300] {
            let scale = GradientScale(largestWeight: weight)
            let pair = scale.pair(slope: -weight, curvature: weight / 4)
            let numbers = scale.numbers(pair.sum)
            #expect(abs(numbers.x + weight) <= 1e-8 * weight && abs(numbers.y - weight / 4) <= 1e-8 * weight)
        }
    }
}
