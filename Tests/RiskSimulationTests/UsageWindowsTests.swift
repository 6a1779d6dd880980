import TestSupport
import Testing

@testable import RiskSimulation

struct UsageWindowsTests {
    /// A payment can fall between an account's last active day and one that is laid long after it.
    @Test func thirtyDaysAreCountedHoweverFarTheNextDayIsLaid() {
        for seed in 0..<300 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var windows = UsageWindows()
            windows.open(0)
            var counts: [Int: Int] = [:]
            var day = Int.random(in: 0...5, using: &generator)
            for _ in 0..<8 {
                let latest = counts.keys.max() ?? -1000
                for asked in max(latest + 1, 0)..<day {
                    // Before a day is laid, everything of the thirty days before is there.
                    let expected = counts.reduce(0) { (asked - 30..<asked).contains($1.key) ? $0 + $1.value : $0 }
                    #expect(
                        latest < 0 || asked > latest + 31
                            || windows.requestsOfThirtyDays(slot: 0, before: asked) == expected, "seed \(seed)")
                }
                windows.begin(day: day, slot: 0)
                let count = Int.random(in: 1...500, using: &generator)
                windows.set(slot: 0, hour: day * 24 + 3, requests: count, onNewest: 0)
                for asked in latest..<day where asked >= 0 {
                    let told = windows.requestsOfThirtyDays(slot: 0, before: asked)
                    let past = counts.reduce(0) { (asked - 30..<asked).contains($1.key) ? $0 + $1.value : $0 }
                    #expect(told >= 0 && told <= past, "seed \(seed)")
                }
                counts[day] = count
                day += Int.random(in: 1...60, using: &generator)
            }
        }
    }
}
