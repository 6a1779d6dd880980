import RiskCore
import Testing

@Suite struct PolicyTests {
    private let policy = DecisionTable(
        Policy(
            version: 3,
            rules: [
                Policy.Rule(eventType: nil, decision: .stepUp, threshold: 1, falsePositiveShare: 0.01),
                Policy.Rule(eventType: nil, decision: .review, threshold: 3, falsePositiveShare: 0.001),
                Policy.Rule(eventType: .signup, decision: .monitor, threshold: -1, falsePositiveShare: 0.05),
            ]))

    @Test func theStrongestRuleReachedHolds() {
        #expect(policy.decide(margin: 0.99, at: .usage) == (.allow, "default@3"))
        #expect(policy.decide(margin: 1, at: .usage) == (.stepUp, "any.step_up@3"))
        #expect(policy.decide(margin: 100, at: .payment) == (.review, "any.review@3"))
    }

    @Test func aDecisionPointWithItsOwnRulesUsesOnlyThose() {
        #expect(policy.decide(margin: 100, at: .signup) == (.monitor, "signup.monitor@3"))
        #expect(policy.decide(margin: -2, at: .signup) == (.allow, "default@3"))
    }

    @Test func higherMarginsNeverGetMilderDecisions() {
        for type in EventType.allCases {
            var previous = Decision.allow
            for step in -500...500 {
                let decision = policy.decide(margin: Double(step) / 100, at: type).decision
                #expect(decision >= previous)
                previous = decision
            }
        }
    }
}
