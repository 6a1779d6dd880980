/// A policy laid out for deciding: the rules of each decision point, strongest first, with their names.
public struct DecisionTable: Sendable {
    private struct Row: Sendable {
        let threshold: Double
        let decision: Decision
        let name: String
    }

    private let rows: [[Row]]
    private let defaultName: String

    /// Lays a policy out. A decision point with rules of its own uses only those.
    public init(_ policy: Policy) {
        rows = EventType.allCases.map { type in
            let scope = policy.rules.contains { $0.eventType == type } ? type : nil
            return policy.rules.filter { $0.eventType == scope }.sorted { $0.decision > $1.decision }.map { rule in
                let name = "\(scope?.word ?? "any").\(rule.decision.word)@\(policy.version)"
                return Row(threshold: rule.threshold, decision: rule.decision, name: name)
            }
        }
        defaultName = "default@\(policy.version)"
    }

    /// The strongest decision whose threshold the margin reaches, and the name of the rule that gave it. Below all
    /// thresholds: allow, by the rule `default`.
    public func decide(margin: Double, at eventType: EventType) -> (decision: Decision, rule: String) {
        for row in rows[eventType.rawValue] where margin >= row.threshold { return (row.decision, row.name) }
        return (.allow, defaultName)
    }
}
