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
        /// Share of the held-out honest accounts that ever reached the threshold at this decision point when it was
        /// set; of rows, where rows belong to no account.
        public var falsePositiveShare: Double

        /// A rule.
        public init(eventType: EventType?, decision: Decision, threshold: Double, falsePositiveShare: Double) {
            self.eventType = eventType
            self.decision = decision
            self.threshold = threshold
            self.falsePositiveShare = falsePositiveShare
        }
    }

    /// Says how the rules came about; stands in the rule's name of each answer. The trainer's: 1 counted events, 2
    /// accounts, 3 does and keeps a reserve.
    public var version: Int
    /// The rules, in any order.
    public var rules: [Rule]

    /// A policy; without rules everything is allowed.
    public init(version: Int, rules: [Rule]) {
        self.version = version
        self.rules = rules
    }

    /// The rules that hold at a decision point: its own, or, if it has none, those for all.
    public func rules(at eventType: EventType) -> [Rule] {
        let scope = rules.contains { $0.eventType == eventType } ? eventType : nil
        return rules.filter { $0.eventType == scope }
    }

    /// The margin from which a decision or a stronger one holds at a decision point; nil: no rule gives one of them.
    public func threshold(of decision: Decision, at eventType: EventType) -> Double? {
        rules(at: eventType).filter { $0.decision >= decision }.map(\.threshold).min()
    }
}
