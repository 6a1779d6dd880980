import Testing

@testable import RiskTraining

@Suite struct MonotoneLeavesTests {
    private static func isOrdered(_ values: [Double], _ signs: [Int]) -> Bool {
        signs.indices.allSatisfy { level in
            values.indices.allSatisfy { leaf in
                leaf >> level & 1 == 1 || Double(signs[level]) * (values[leaf | 1 << level] - values[leaf]) >= 0
            }
        }
    }

    private static func distance(_ a: [Double], _ b: [Double], _ weights: [Double]) -> Double {
        zip(zip(a, b), weights).reduce(0) { $0 + $1.1 * ($1.0.0 - $1.0.1) * ($1.0.0 - $1.0.1) }
    }

    @Test func theResultIsInOrderAndNoneInOrderIsNearer() {
        for seed in 0..<60 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let signs = (0..<random.int(0..<5)).map { _ in random.int(0..<3) - 1 }
            let values = (0..<1 << signs.count).map { _ in random.normal() }
            let weights = values.map { _ in random.int(0..<5) == 0 ? 0.02 : random.uniform() + 0.1 }
            let found = MonotoneLeaves.project(values, weights: weights, signs: signs)
            #expect(Self.isOrdered(found, signs), "seed \(seed)")
            let best = Self.distance(found, values, weights)
            // A convex set: if a step towards another point of it came nearer, the result would not be the nearest.
            for _ in 0..<20 {
                let other = MonotoneLeaves.project(values.map { $0 + random.normal() }, weights: weights, signs: signs)
                let step = zip(found, other).map { $0 + 0.01 * ($1 - $0) }
                #expect(Self.distance(step, values, weights) > 0.999 * best - 1e-9, "seed \(seed)")
            }
        }
    }

    @Test func whatIsInOrderStays() {
        let values = [1.0, 2, 3, 4, 5, 6, 7, 8]
        let weights = Array(repeating: 1.0, count: 8)
        #expect(MonotoneLeaves.project(values, weights: weights, signs: [1, 1, 1]) == values)
        #expect(MonotoneLeaves.project(values.reversed(), weights: weights, signs: [-1, -1, -1]) == values.reversed())
        #expect(MonotoneLeaves.project([2, 1], weights: [1, 3], signs: [0]) == [2, 1])
        #expect(MonotoneLeaves.project([2, 1], weights: [1, 3], signs: [1]) == [1.25, 1.25])
    }
}
