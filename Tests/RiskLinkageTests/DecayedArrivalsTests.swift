import TestSupport
import Testing

@testable import RiskLinkage

/// How many accounts arrived, each counting less as time passes.
@Suite struct DecayedArrivalsTests {
    private let dayMs = 86_400_000.0

    /// The sum of a week by itself is to the bit the one among all three.
    @Test func aWeekAloneIsTheSame() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var arrivals = DecayedArrivals(atMs: 1_770_000_000_000)
            var nowMs: Int64 = 1_770_000_000_000
            for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                arrivals.add(atMs: nowMs)
                nowMs += Int64(Double.random(in: 0..<9, using: &generator) * dayMs)
            }
            let ownAtMs = nowMs - Int64(Double.random(in: -1..<30, using: &generator) * dayMs)
            for own in [nil, ownAtMs, nowMs] {
                #expect(
                    arrivals.week(atMs: nowMs, leavingOut: own) == arrivals.values(atMs: nowMs, leavingOut: own).week)
            }
        }
    }
}
