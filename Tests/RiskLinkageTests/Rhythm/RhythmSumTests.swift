import TestSupport
import Testing

@testable import RiskLinkage

/// A group's rhythm against looking at every pair.
@Suite struct RhythmSumTests {
    private func randomVector(_ generator: inout SeededGenerator) -> RhythmVector {
        var vector = RhythmVector()
        for index in 0..<52 { vector[index] = Int.random(in: -40...40, using: &generator) }
        return vector
    }

    private func similarity(_ left: RhythmVector, _ right: RhythmVector) -> Double {
        Double((0..<RhythmVector.width).reduce(0) { $0 + left[$1] * right[$1] }) / (127 * 127)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func agreesWithEveryPair(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var members: [RhythmVector] = []
        var (sum, half) = (RhythmSum(), RhythmSum())
        for step in 0..<40 {
            if members.count > 3, Bool.random(using: &generator) {
                let index = Int.random(in: 0..<members.count, using: &generator)
                sum.remove(members.remove(at: index))
                // A member that changes.
                sum.remove(members[0])
                members[0] = randomVector(&generator)
                sum.add(members[0])
            } else {
                members.append(randomVector(&generator))
                sum.add(members[members.count - 1])
            }
            #expect(sum.count == members.count)
            let own = Bool.random(using: &generator) ? members[0] : nil
            let others = own == nil ? members[...] : members.dropFirst()
            var pairs: [Double] = []
            for (index, left) in others.enumerated() {
                for right in others.dropFirst(index + 1) { pairs.append(similarity(left, right)) }
            }
            let expected = pairs.isEmpty ? nil : pairs.reduce(0, +) / Double(pairs.count)
            let found = sum.synchrony(leavingOut: own)
            #expect((found == nil) == (expected == nil), "seed \(seed) step \(step)")
            #expect(abs((found ?? 0) - (expected ?? 0)) < 1e-9, "seed \(seed) step \(step)")
        }
        for member in members.prefix(members.count / 2) { half.add(member) }
        var rest = RhythmSum()
        for member in members.dropFirst(members.count / 2) { rest.add(member) }
        half.add(rest)
        #expect(half.synchrony(leavingOut: nil) == sum.synchrony(leavingOut: nil), "seed \(seed): order and merging")
    }

    @Test func aVectorIsComparedWithTheOthersMean() {
        var generator = SeededGenerator(seed: 1)
        let (own, other) = (randomVector(&generator), randomVector(&generator))
        var sum = RhythmSum()
        #expect(sum.similarity(to: own, isMember: false) == nil && sum.synchrony(leavingOut: nil) == nil)
        sum.add(own)
        #expect(sum.similarity(to: own, isMember: true) == nil)
        #expect(abs((sum.similarity(to: own, isMember: false) ?? 0) - 1) < 1e-12)
        sum.add(other)
        let scale = (Double(own.dot(own)) * Double(other.dot(other))).squareRoot()
        #expect(abs((sum.similarity(to: own, isMember: true) ?? 9) - Double(own.dot(other)) / scale) < 1e-12)
        #expect(sum.similarity(to: RhythmVector(), isMember: false) == nil)
    }
}
