public import RiskCore

/// What share of the honest may reach a decision at all.
public struct FalsePositiveBudget: Sendable, Equatable {
    /// The decision, `monitor` or stronger.
    public var decision: Decision
    /// The share, above 0 and below 1.
    public var share: Double

    /// A budget.
    public init(decision: Decision, share: Double) {
        self.decision = decision
        self.share = share
    }

    /// What holds if nobody says otherwise: 5 % are watched, 1 % stepped up, 0.5 % capped, 0.1 % reviewed, and nobody
    /// is suspended without a person.
    public static let standard = [
        FalsePositiveBudget(decision: .monitor, share: 0.05), FalsePositiveBudget(decision: .stepUp, share: 0.01),
        FalsePositiveBudget(decision: .cap, share: 0.005), FalsePositiveBudget(decision: .review, share: 0.001),
    ]

    /// Reads `step_up=0.01,review=0.001`.
    ///
    /// - Throws: ``TrainingError`` with code `badOption`: an unknown word, a share out of range, or budgets that do not
    ///   shrink from the mildest decision to the strongest.
    public static func parse(_ text: String) throws(TrainingError) -> [FalsePositiveBudget] {
        var budgets: [FalsePositiveBudget] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, let share = Double(sides[1]) else {
                throw TrainingError(.badOption, "budget: expected DECISION=SHARE, found \"\(part)\"")
            }
            guard let decision = Decision(word: String(sides[0])), decision != .allow else {
                let words = Decision.allCases.dropFirst().map(\.word).joined(separator: ", ")
                throw TrainingError(.badOption, "budget: expected one of \(words), found \"\(sides[0])\"")
            }
            budgets.append(FalsePositiveBudget(decision: decision, share: share))
        }
        try check(budgets)
        return budgets
    }

    /// The text that ``parse(_:)`` reads.
    public static func text(_ budgets: [FalsePositiveBudget]) -> String {
        budgets.map { "\($0.decision.word)=\($0.share)" }.joined(separator: ",")
    }

    /// - Throws: ``TrainingError`` with code `badOption` that names the budget at fault.
    static func check(_ budgets: [FalsePositiveBudget]) throws(TrainingError) {
        guard !budgets.isEmpty else {
            throw TrainingError(.badOption, "budget: expected at least one DECISION=SHARE, found none")
        }
        for budget in budgets {
            guard budget.decision != .allow else {
                throw TrainingError(.badOption, "budget: expected monitor or stronger, found allow")
            }
            guard budget.share > 0 && budget.share < 1 else {
                throw TrainingError(
                    .badOption,
                    "budget: \(budget.decision.word): expected a share above 0 and below 1, found \(budget.share)")
            }
        }
        for (milder, stronger) in zip(budgets, budgets.dropFirst()) {
            guard milder.decision < stronger.decision else {
                throw TrainingError(
                    .badOption,
                    "budget: expected each decision once, the mildest first, found \(stronger.decision.word) after "
                        + milder.decision.word)
            }
            guard milder.share > stronger.share else {
                throw TrainingError(
                    .badOption,
                    "budget: \(stronger.decision.word): expected less than the \(milder.share) of "
                        + "\(milder.decision.word), found \(stronger.share)")
            }
        }
    }
}
