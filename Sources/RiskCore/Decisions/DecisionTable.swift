/// A policy laid out for deciding: the rules of each decision point, strongest first, with their names.
public struct DecisionTable: Sendable {
    private struct Row: Sendable {
        let threshold: Double
        let decision: Decision
        let name: String
    }

    private let rows: [[Row]]
    private let defaultName: String

    /// Lays a model's policy out.
    public init(_ policy: Policy) {
        rows = EventType.allCases.map { type in
            policy.rules(at: type).sorted { $0.decision > $1.decision }.map { rule in
                let name = "\(rule.eventType?.word ?? "any").\(rule.decision.word)@\(policy.version)"
                return Row(threshold: rule.threshold, decision: rule.decision, name: name)
            }
        }
        defaultName = "default@\(policy.version)"
    }

    /// Lays an operator's policy out for one model. The names of its rules begin with `operator.`.
    ///
    /// - Parameters:
    ///   - policy: The policy.
    ///   - margin: The margin that the model's calibration gives a probability at a decision point.
    /// - Throws: ``FieldError`` if at some decision point a milder decision has a higher threshold than a stronger one.
    public init(_ policy: OperatorPolicy, margin: (Double, EventType) -> Double) throws(FieldError) {
        var rows: [[Row]] = []
        for type in EventType.allCases {
            let ladder = try policy.ladder(at: type) { margin($0, type) }
            rows.append(
                ladder.map { rule, threshold in
                    let scope = OperatorPolicy.name(rule.eventType)
                    return Row(
                        threshold: threshold, decision: rule.decision,
                        name: "operator.\(scope).\(rule.decision.word)@\(policy.version)")
                })
        }
        self.rows = rows
        defaultName = "operator.default@\(policy.version)"
    }

    /// The strongest decision whose threshold the margin reaches, and the name of the rule that gave it. Below all
    /// thresholds: allow, by the rule `default`.
    public func decide(margin: Double, at eventType: EventType) -> (decision: Decision, rule: String) {
        for row in rows[eventType.rawValue] where margin >= row.threshold { return (row.decision, row.name) }
        return (.allow, defaultName)
    }
}
