internal import RiskCore

/// Collects what a model's own rules make of every event, decision by decision: what its file would do in service.
struct PolicyJudge {
    /// A decision and how far each event is above the margin from which it holds at the event's decision point.
    private struct Judged {
        var decision: Decision
        /// By decision point; nil: it never holds there.
        var thresholds: [Double?]
        var judge: ModelJudge
    }

    private let judged: [Judged]

    /// Judges each decision that any of the rules names.
    init(_ policy: Policy, ledger: AccountLedger) {
        let named = Set(policy.rules.map(\.decision))
        judged = Decision.allCases.filter(named.contains).map { decision in
            Judged(
                decision: decision, thresholds: EventType.allCases.map { policy.threshold(of: decision, at: $0) },
                judge: ModelJudge(name: decision.word, ledger: ledger, keepsEvents: false))
        }
    }

    /// Takes one event, as ``ModelJudge/see(_:account:part:margin:added:)`` does.
    func see(_ event: AccountEvent, account: Int, part: EvaluationPlan.Part, margin: Double, added: Double) {
        for one in judged {
            let above = one.thresholds[event.type.rawValue].map { margin - $0 } ?? -.infinity
            one.judge.see(event, account: account, part: part, margin: above, added: added)
        }
    }

    /// What each decision does in the test, the mildest first.
    var rows: [PolicyRow] {
        judged.map { PolicyRow(decision: $0.decision, outcome: ModelTable.outcome(of: $0.judge, threshold: 0)) }
    }
}
