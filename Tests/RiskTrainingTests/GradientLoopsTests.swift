import Glibc
import RiskModels
import Testing

@testable import RiskTraining

/// The inner loops against the same in plain words.
@Suite struct GradientLoopsTests {
    static func pairs(_ random: inout Randoms, _ count: Int) -> [GradientPair] {
        (0..<count).map { _ in
            GradientPair(
                Int32.random(in: -(1 << 30)...(1 << 30), using: &random.generator),
                Int32.random(in: 0...(1 << 28), using: &random.generator))
        }
    }

    @Test(arguments: [1, 3]) func partitioningKeepsTheOrderOnBothSides(threads: Int) {
        let team = WorkerTeam(threads: threads)
        for seed in 0..<40 as Range<UInt64> {
            var random = Randoms(seed: seed)
            // Some with more than one block of rows.
            let tableCount = seed % 10 == 0 ? 50_000 : 300
            let codes = (0..<tableCount).map { _ in UInt8(random.int(0..<256)) }
            let rows = (0..<tableCount).filter { _ in random.int(0..<4) > 0 }.map { Int32($0) }
            let pairs = Self.pairs(&random, tableCount)
            let partition = RowPartition(capacity: rows.count, tableRowCount: tableCount, keepsPairs: true)
            partition.start(rows[...])
            var leaves = [rows]
            for level in 0..<3 {
                let goesRight = (0..<256).map { _ in random.int(0..<3) == 0 }
                // All leaves at once, or one of them.
                let divided = level < 2 ? 0..<leaves.count : 1..<2
                partition.divide(divided, codes: codes, goesRight: goesRight, team: team)
                let rights = divided.map { leaf in leaves[leaf].filter { goesRight[Int(codes[Int($0)])] } }
                for leaf in divided { leaves[leaf].removeAll { goesRight[Int(codes[Int($0)])] } }
                leaves += rights
                #expect(leaves.indices.map { Array(partition.rows($0)) } == leaves, "seed \(seed), level \(level)")
            }
            pairs.withUnsafeBufferPointer { partition.gather([0, 3], from: $0, team: team) }
            for leaf in [0, 3] {
                #expect(Array(partition.pairs(leaf)) == leaves[leaf].map { pairs[Int($0)] }, "seed \(seed)")
            }
        }
    }

    @Test func sumsAreThoseOfTheRows() {
        for seed in 0..<60 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let tableCount = 1 + random.int(0..<200)
            let columns = (0..<1 + random.int(0..<8)).map { _ in
                (0..<tableCount).map { _ in UInt8(random.int(0..<256)) }
            }
            let group = GradientLoops.sideBySide(columns, rowCount: tableCount)
            let isAll = random.int(0..<3) == 0
            let rows = (0..<tableCount).filter { _ in isAll || random.int(0..<3) > 0 }.map { Int32($0) }
            let pairs = Self.pairs(&random, rows.count)
            let slots = columns.indices.filter { _ in random.int(0..<4) > 0 }.map { UInt8($0) }
            let sums = UnsafeMutableBufferPointer<GradientSum>.allocate(capacity: 256 * 8)
            defer { sums.deallocate() }
            sums.initialize(repeating: .zero)
            rows.withUnsafeBufferPointer { rows in
                pairs.withUnsafeBufferPointer { pairs in
                    GradientLoops.accumulate(
                        group: group, rows: isAll ? nil : rows, pairs: pairs, slots: slots,
                        into: slots.map { sums.baseAddress! + 256 * Int($0) })
                }
            }
            var expected = Array(repeating: GradientSum.zero, count: 256 * 8)
            for slot in slots {
                for (row, pair) in zip(rows, pairs) {
                    expected[256 * Int(slot) + Int(columns[Int(slot)][Int(row)])] &+= pair.sum
                }
            }
            #expect(Array(sums) == expected, "seed \(seed)")
        }
    }

    @Test func binsAreFoundAsByLookingAtEachThreshold() {
        for seed in 0..<60 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let thresholds = Set((0..<random.int(0..<255)).map { _ in (100 * random.normal()).rounded() }).sorted()
            let values = (0..<random.int(0..<100)).map { _ in
                [.nan, .infinity, -.infinity, 0, -0.0, thresholds.randomElement(using: &random.generator) ?? 1][
                    random.int(0..<6)] + [0, 0, random.normal()][random.int(0..<3)]
            }
            let expected = values.map { value in
                value.isNaN ? 0 : UInt8(1 + thresholds.count { value >= $0 })
            }
            #expect(GradientLoops.bins(values, thresholds: thresholds) == expected, "seed \(seed)")
        }
    }

    @Test func gradientsAreThoseOfTheLogLoss() {
        for seed in 0..<10 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let count = 1 + random.int(0..<100)
            var data = TrainingData(
                features: [ModelFeature(name: "x")], columns: [(0..<count).map { Double($0) }],
                labels: (0..<count).map { _ in random.int(0..<2) == 0 })
            if seed % 2 == 0 { data.weights = (0..<count).map { _ in 3 * random.uniform() } }
            let start = (0..<count).map { _ in 20 * random.normal() }
            let scale = GradientScale(largestWeight: 6)
            let margins = MarginTable(data, start: start, positiveWeight: 2, scale: scale)
            let rows = (0..<count).filter { _ in random.int(0..<3) > 0 }
            let partition = RowPartition(capacity: rows.count, tableRowCount: count, keepsPairs: true)
            partition.start(rows.map { Int32($0) }[...])
            margins.takeGradients(partition, team: WorkerTeam(threads: 1))
            for (place, row) in rows.enumerated() {
                #expect(partition.pairs(0)[place] == margins.pairs[row])
                let weight = (data.weights?[row] ?? 1) * (data.labels[row] ? 2 : 1)
                let probability = 1 / (1 + exp(-start[row]))
                let found = scale.numbers(margins.pairs[row].sum)
                #expect(abs(found.x - weight * (probability - (data.labels[row] ? 1 : 0))) < 1e-7, "seed \(seed)")
                #expect(abs(found.y - weight * probability * (1 - probability)) < 1e-7, "seed \(seed)")
            }
        }
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
