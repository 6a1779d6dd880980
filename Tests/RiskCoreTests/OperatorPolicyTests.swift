import RiskCore
import TestSupport
import Testing

@Suite struct OperatorPolicyTests {
    private typealias Rule = OperatorPolicy.Rule

    /// As a calibration does: another line at each decision point.
    private static func margin(_ probability: Double, _ type: EventType) -> Double {
        (probability - 0.5) * 10 * Double(type.rawValue + 1)
    }

    private func table(_ version: Int = 7, _ rules: OperatorPolicy.Rule...) throws -> DecisionTable {
        try DecisionTable(try OperatorPolicy(version: version, rules: rules), margin: Self.margin)
    }

    @Test func aRuleForAllHoldsWhereADecisionPointHasNoneOfItsOwn() throws {
        let table = try table(
            7, Rule(eventType: .usage, decision: .stepUp, threshold: .margin(2.5)),
            Rule(decision: .review, threshold: .probability(0.9)), Rule(decision: .stepUp, threshold: .margin(1)))
        #expect(table.decide(margin: 2.4, at: .usage) == (.allow, "operator.default@7"))
        #expect(table.decide(margin: 2.5, at: .usage) == (.stepUp, "operator.usage.step_up@7"))
        #expect(table.decide(margin: 12, at: .usage) == (.review, "operator.any.review@7"))
        #expect(table.decide(margin: 1, at: .signup) == (.stepUp, "operator.any.step_up@7"))
        #expect(table.decide(margin: 4, at: .signup) == (.review, "operator.any.review@7"))
        #expect(table.decide(margin: 7.9, at: .payment).decision == .stepUp)
    }

    /// The strictest rule that is reached, found by looking at every rule, over random ladders.
    @Test func decisionsAreThoseOfTheStrongestRuleReached() throws {
        for seed in 1...300 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var rules: [Rule] = []
            for scope in [nil, EventType.signup, .payment, .usage] {
                for decision in Decision.allCases.dropFirst() where Bool.random(using: &generator) {
                    // Bands that never cross, whichever scope a rule is from; as a margin or as its probability.
                    let margin = Double(decision.rawValue) + Double.random(in: 0..<0.9, using: &generator)
                    let isShare = scope != nil && Bool.random(using: &generator)
                    let share = 0.5 + margin / 10 / Double((scope?.rawValue ?? 0) + 1)
                    rules.append(
                        Rule(
                            eventType: scope, decision: decision,
                            threshold: isShare && share < 1 ? .probability(share) : .margin(margin)))
                }
            }
            guard !rules.isEmpty else { continue }
            let table = try DecisionTable(try OperatorPolicy(version: 1, rules: rules), margin: Self.margin)
            for type in EventType.allCases {
                for step in 0...80 {
                    let margin = Double(step) / 10 + 0.05
                    let expected = Decision.allCases.dropFirst().last { decision in
                        let own = rules.first { $0.decision == decision && $0.eventType == type }
                        guard let rule = own ?? rules.first(where: { $0.decision == decision && $0.eventType == nil })
                        else { return false }
                        switch rule.threshold {
                        case .margin(let threshold): return margin >= threshold
                        case .probability(let share): return margin >= Self.margin(share, type)
                        }
                    }
                    #expect(table.decide(margin: margin, at: type).decision == expected ?? .allow, "seed \(seed)")
                }
            }
        }
    }

    @Test func whatIsNoLadderIsRefused() throws {
        let crossing = #expect(throws: FieldError.self) {
            try table(
                1, Rule(decision: .stepUp, threshold: .margin(3)), Rule(decision: .review, threshold: .margin(2)))
        }
        #expect(crossing?.path == "rules[0].margin" && crossing?.found == "the margin 3.0 for step_up")
        // The calibration decides: at a sign-up 0.7 is a margin of 2, at usage one of 6.
        let mixed = #expect(throws: FieldError.self) {
            try table(
                1, Rule(decision: .review, threshold: .margin(4)),
                Rule(decision: .monitor, threshold: .probability(0.7)))
        }
        #expect(mixed?.path == "rules[1].probability" && mixed?.expected.contains("review needs at usage") == true)
        _ = try table(
            1, Rule(eventType: .signup, decision: .review, threshold: .margin(4)),
            Rule(decision: .monitor, threshold: .probability(0.7)))
        _ = try table(
            1, Rule(decision: .stepUp, threshold: .margin(2)), Rule(decision: .review, threshold: .margin(2)))
    }

    @Test(
        arguments: [
            (1, [], "rules"), (0, [Rule(decision: .cap, threshold: .margin(1))], "version"),
            (1, [Rule(decision: .allow, threshold: .margin(1))], "rules[0].decision"),
            (1, [Rule(decision: .cap, threshold: .margin(.infinity))], "rules[0].margin"),
            (1, [Rule(decision: .cap, threshold: .probability(0))], "rules[0].probability"),
            (1, [Rule(decision: .cap, threshold: .probability(.nan))], "rules[0].probability"),
            (
                1, [Rule(decision: .cap, threshold: .margin(1)), Rule(decision: .cap, threshold: .probability(0.5))],
                "rules[1]"
            ),
        ] as [(Int, [OperatorPolicy.Rule], String)])
    func wrongValuesAreRefusedByPath(version: Int, rules: [OperatorPolicy.Rule], path: String) {
        let error = #expect(throws: FieldError.self) { try OperatorPolicy(version: version, rules: rules) }
        #expect(error?.path == path)
    }
}
