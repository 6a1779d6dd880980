internal import RiskCore

/// Collects what the rules in a model's file make of every event that is judged, decision by decision.
struct PolicyJudge {
    /// A decision and who got it: its judge sees 0 where it or a stronger one holds, and -infinity elsewhere.
    private struct Judged {
        var decision: Decision
        /// The margin from which it holds, by decision point; nil: never.
        var thresholds: [Double?]
        var judge: ModelJudge
    }

    private let judged: [Judged]

    /// Judges each decision above `allow` that any of the rules names.
    init(_ policy: Policy, ledger: AccountLedger) {
        let named = Set(policy.rules.map(\.decision))
        judged = Decision.allCases.dropFirst().filter(named.contains).map { decision in
            Judged(
                decision: decision, thresholds: EventType.allCases.map { policy.threshold(of: decision, at: $0) },
                judge: ModelJudge(name: decision.word, ledger: ledger, keepsEvents: false))
        }
    }

    /// Takes one event, as ``ModelJudge/see(_:account:part:margin:added:)`` does.
    func see(_ event: AccountEvent, account: Int, part: EvaluationPlan.Part, margin: Double, added: Double) {
        for one in judged {
            let holds = one.thresholds[event.type.rawValue].map { margin >= $0 } ?? false
            one.judge.see(event, account: account, part: part, margin: holds ? 0 : -.infinity, added: added)
        }
    }

    /// What each decision does in the test, the mildest first.
    var rows: [PolicyRow] {
        judged.map { PolicyRow(decision: $0.decision, outcome: ModelTable.outcome(of: $0.judge, threshold: 0)) }
    }
}
