import Testing

@testable import RiskTraining

/// What leaves are worth, against the definition and closed forms.
@Suite struct LeafRuleTests {
    private static func value(_ rule: LeafRule, _ slope: Double, _ curvature: Double, parent: Double = 0) -> Double {
        rule.value(
            slope: slope, curvature: curvature, l2: rule.l2, parent: parent, lower: -.infinity, upper: .infinity)
    }

    @Test func noOtherValueGainsMore() {
        for seed in 0..<200 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let rule = LeafRule(l1: random.uniform(), l2: random.uniform(), minHessian: 0)
            let (slope, curvature) = (3 * random.normal(), 0.1 + random.uniform())
            let value = Self.value(rule, slope, curvature)
            func gain(_ value: Double) -> Double {
                rule.gain(slope: slope, curvature: curvature, l2: rule.l2, value: value)
            }
            for _ in 0..<20 { #expect(gain(value + random.normal()) <= gain(value) + 1e-12, "seed \(seed)") }
            #expect(gain(value) >= 0 && gain(0) == 0, "seed \(seed)")
        }
    }

    @Test func slopesBelowL1LeaveNothing() {
        let rule = LeafRule(l1: 2, l2: 1, minHessian: 0)
        #expect(Self.value(rule, 1.9, 3) == 0 && Self.value(rule, -2, 3) == 0)
        #expect(Self.value(rule, 6, 3) == -1 && Self.value(rule, -6, 3) == 1)
    }

    @Test func smoothingMovesAValueTowardsItsParents() {
        let own = -4.0 / (3 + 1)
        for smoothing in [0, 0.5, 3, 1e12] {
            let rule = LeafRule(l2: 1, pathSmoothing: smoothing, minHessian: 0)
            let expected = (own * 3 + 5 * smoothing) / (3 + smoothing)
            #expect(abs(Self.value(rule, 4, 3, parent: 5) - expected) < 1e-9)
        }
    }

    @Test func boundsAreKept() {
        let rule = LeafRule(l2: 0, pathSmoothing: 1, minHessian: 0)
        let value = rule.value(slope: -10, curvature: 1, l2: 0, parent: 2, lower: -1, upper: 3)
        #expect(value == 3)
    }
}
