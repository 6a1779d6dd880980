internal import RiskCore

/// Collects what the rules in a model's file make of every event that is judged, decision by decision.
struct PolicyJudge {
    /// A decision and who got it: its judge sees 0 where it or a stronger one holds, and -infinity elsewhere.
    private struct Judged {
        var decision: Decision
        var judge: ModelJudge
    }

    /// As the service decides.
    private let decisions: DecisionTable
    private let judged: [Judged]

    /// Judges each decision above `allow` that any of the rules names.
    init(_ policy: Policy, ledger: AccountLedger) {
        decisions = DecisionTable(policy)
        let named = Set(policy.rules.map(\.decision))
        judged = Decision.allCases.dropFirst().filter(named.contains).map {
            Judged(decision: $0, judge: ModelJudge(name: $0.word, ledger: ledger, keepsEvents: false))
        }
    }

    /// Takes one event, as ``ModelJudge/see(_:account:part:margin:added:)`` does.
    func see(_ event: AccountEvent, account: Int, part: EvaluationPlan.Part, margin: Double, added: Double) {
        let decided = decisions.decide(margin: margin, at: event.type).decision
        for one in judged {
            let holds = decided >= one.decision
            one.judge.see(event, account: account, part: part, margin: holds ? 0 : -.infinity, added: added)
        }
    }

    /// What each decision does in the test, the mildest first.
    var rows: [PolicyRow] {
        judged.map { PolicyRow(decision: $0.decision, outcome: ModelTable.outcome(of: $0.judge, threshold: 0)) }
    }
}
