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

}
