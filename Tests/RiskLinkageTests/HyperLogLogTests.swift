import RiskCore
import TestSupport
import Testing

@testable import RiskLinkage

@Suite struct HyperLogLogTests {
    private func sketch(of count: Int, seed: UInt64) -> HyperLogLog {
        var generator = SeededGenerator(seed: seed)
        var sketch = HyperLogLog()
        for _ in 0..<count { sketch.add(generator.next()) }
        return sketch
    }

    /// Four standard errors are left once in 16,000 times by chance.
    @Test(arguments: [(1, 300), (10, 300), (100, 300), (1000, 300), (3000, 200), (10_000, 60), (100_000, 6)])
    func staysWithinFourStandardErrors(count: Int, trials: Int) {
        var sum = 0.0
        for seed in 1...UInt64(trials) {
            let estimate = sketch(of: count, seed: seed << 20 + UInt64(count)).estimate
            let bound = max(0.6, 4 * HyperLogLog.standardError * Double(count))
            #expect(abs(estimate - Double(count)) <= bound, "seed \(seed): \(estimate) for \(count)")
            sum += estimate
        }
        let bias = sum / Double(trials) / Double(count) - 1
        #expect(abs(bias) < 4 * HyperLogLog.standardError / Double(trials).squareRoot(), "bias \(bias) at \(count)")
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func neverFallsAndKnowsWhatItHas(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var sketch = HyperLogLog()
        var members: [UInt64] = []
        for _ in 0..<3000 {
            let before = sketch.estimate
            let member = generator.next()
            let isKnown = sketch.mayContain(member)
            let changed = sketch.add(member)
            #expect(changed != isKnown && sketch.estimate >= before, "seed \(seed)")
            members.append(member)
        }
        let after = sketch.estimate
        for member in members {
            #expect(sketch.mayContain(member) && !sketch.add(member), "seed \(seed)")
        }
        #expect(sketch.estimate == after)
    }

    @Test func extremeHashesAreCounted() {
        var sketch = HyperLogLog()
        #expect(sketch.estimate == 0)
        for hash in [0, UInt64.max, 1, 1 << 63] { sketch.add(hash) }
        #expect(sketch.estimate > 1.5 && sketch.estimate < 4.5 && sketch.mayContain(0))
    }

    /// A replay in another process, another day, must count the same.
    @Test func hashesOfReferencesAreFixed() {
        #expect(StableHash.hash(Reference("a")) == 0x864B_1B97_8299_A626)
        #expect(StableHash.hash(Reference("tenant-17")) == 0xCA2F_01B7_F609_36A0)
        #expect(StableHash.hash(Reference([97], namespace: .serverKeyed)) != StableHash.hash(Reference("a")))
        var sketch = HyperLogLog()
        for number in 0..<20_000 { sketch.add(StableHash.hash(Reference("account-\(number)"))) }
        #expect(abs(sketch.estimate - 20_000) < 4 * HyperLogLog.standardError * 20_000)
    }
}
