/// Thresholds on the margin that turn a score into a decision.
public struct Policy: Sendable, Equatable {
    /// One threshold.
    public struct Rule: Sendable, Equatable {
        /// The decision point; nil for all that have no rule of their own.
        public var eventType: EventType?
        /// What holds from the threshold on.
        public var decision: Decision
        /// The margin, in log-odds.
        public var threshold: Double
        /// Share of held-out honest events at or above the threshold when it was set.
        public var falsePositiveShare: Double

        /// A rule.
        public init(eventType: EventType?, decision: Decision, threshold: Double, falsePositiveShare: Double) {
            self.eventType = eventType
            self.decision = decision
            self.threshold = threshold
            self.falsePositiveShare = falsePositiveShare
        }
    }

    /// Grows whenever the rules change.
    public var version: Int
    /// The rules, in any order.
    public var rules: [Rule]

    /// A policy; without rules everything is allowed.
    public init(version: Int, rules: [Rule]) {
        self.version = version
        self.rules = rules
    }

    /// The strongest decision whose threshold the margin reaches, and the name of the rule that gave it.
    ///
    /// A decision point with rules of its own uses only those. Below all thresholds: allow, by the rule `default`.
    public func decide(margin: Double, at eventType: EventType) -> (decision: Decision, rule: String) {
        let hasOwnRules = rules.contains { $0.eventType == eventType }
        let scope = hasOwnRules ? eventType : nil
        var strongest = Decision.allow
        for rule in rules where rule.eventType == scope && margin >= rule.threshold && rule.decision > strongest {
            strongest = rule.decision
        }
        let place = scope?.word ?? "any"
        return (strongest, strongest == .allow ? "default@\(version)" : "\(place).\(strongest.word)@\(version)")
    }
}
