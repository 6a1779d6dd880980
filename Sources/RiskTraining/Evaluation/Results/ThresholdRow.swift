/// A threshold for a stated share of honest accounts ever flagged, and what it does in the test.
struct ThresholdRow: Sendable {
    /// Where a threshold comes from.
    enum Source: String, Sendable, CaseIterable {
        /// Honest accounts of the validation, by the truth, with ``EvaluationPlan/reserve``, as in a trained policy.
        case reserved
        /// Honest accounts of the validation, by the truth, the stated share of them exactly.
        case validation
        /// Accounts of the validation that the provider had not labelled: what it could set by itself.
        case provider
        /// Honest accounts of the test: gives the share exactly, and nobody could know it beforehand.
        case oracle
    }

    var source: Source
    /// The stated share.
    var share: Double
    /// Accounts it was set on.
    var basisCount: Int
    /// The rest is nil if there were too few of them.
    var outcome: Outcome?

    /// What a threshold does in the test.
    struct Outcome: Sendable {
        var threshold: Double
        /// Honest accounts flagged, of those with events in the test.
        var honest: Share
        /// All campaigns together.
        var total: LeakFigures
        var campaigns: [LeakFigures]
        /// By kind of background abuse.
        var background: [(kind: String, share: Share)]
    }
}

/// So many of so many, with a 95 % interval.
struct Share: Sendable, Equatable {
    var hits: Int
    var count: Int

    /// nil of none.
    var value: Double? { count > 0 ? Double(hits) / Double(count) : nil }
    /// Wilson's.
    var interval: Interval { .wilson(hits: Double(hits), of: Double(count)) }
}

/// What a threshold lets through of a campaign.
struct LeakFigures: Sendable, Equatable {
    /// Empty for all campaigns together.
    var campaign: String
    /// Exchanges of the campaign in the test.
    var exchanges: Double
    /// Those up to and including the records at which accounts are first flagged, and all of accounts never flagged.
    var leaked: Double
    /// Of ``leaked`` ÷ ``exchanges``, by drawing accounts anew.
    var interval: Interval
    /// Accounts flagged in the test or before, of those with events in the test.
    var accounts: Share
    /// Those flagged before the test.
    var flaggedBefore: Int

    /// nil without exchanges.
    var leakedShare: Double? { exchanges > 0 ? leaked / exchanges : nil }

    /// Adds up traces at a threshold.
    init(campaign: String, traces: [AccountTrace], threshold: Double) {
        self.campaign = campaign
        let members = traces.map { (part: $0.leaked(threshold: threshold), whole: $0.exchanges) }
        exchanges = members.reduce(0) { $0 + $1.whole }
        leaked = members.reduce(0) { $0 + $1.part }
        interval = .bootstrap(members)
        let fates = traces.map { $0.fate(threshold: threshold) }
        accounts = Share(hits: fates.count { $0 != .never }, count: fates.count)
        flaggedBefore = fates.count { $0 == .before }
    }
}
