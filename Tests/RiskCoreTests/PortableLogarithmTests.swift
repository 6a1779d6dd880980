import Glibc
import RiskCore
import TestSupport
import Testing

@Suite struct PortableLogarithmTests {
    @Test func agreesWithTheCLibrary() {
        var generator = SeededGenerator(seed: 1)
        var worst = 0.0
        for _ in 0..<200_000 {
            let x = exp(Double.random(in: -45...700, using: &generator))
            let expected = log1p(x)
            let found = portableLog1p(x)
            worst = max(worst, abs(found - expected) / max(expected, x < 1 ? x : 1))
        }
        #expect(worst < 2e-15, "worst relative error \(worst)")
        #expect(portableLog1p(0) == 0)
        #expect(portableLog1p(.infinity) == .infinity)
    }

    /// A count that grows by one must never give a smaller logarithm.
    @Test func growsWithWholeNumbers() {
        var previous = portableLog1p(0)
        for count in 1...2_000_000 {
            let next = portableLog1p(Double(count))
            #expect(next > previous)
            previous = next
        }
    }

    @Test func signedLogIsOddAndKeepsMissing() {
        #expect(signedLog(-3) == -signedLog(3))
        #expect(signedLog(.nan).isNaN)
    }
}
