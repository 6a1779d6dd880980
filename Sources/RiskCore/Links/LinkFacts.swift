/// What the link state knows of one identifier at the moment of an event. Counts never include the account itself.
public struct LinkFacts: Sendable, Equatable {
    /// Distinct other accounts.
    public var accounts = 0.0
    /// Those of them that belong to the account's own tenant; 0 if that came to the identifier after 64 others.
    public var related = 0.0
    /// Distinct organisations other than the account's own.
    public var organisations = 0.0
    /// Distinct identifiers of the class's companion; 0 for a class without one.
    public var companions = 0.0
    /// Whether the account's own companion identifier was seen here, and is left out of ``companions``.
    public var sharesCompanion = false
    /// Other accounts that arrived on the identifier, decayed with a time constant of one day.
    public var arrivals1d = 0.0
    /// The same over seven days.
    public var arrivals7d = 0.0
    /// The same over thirty days.
    public var arrivals30d = 0.0
    /// Other accounts that have been here long and are not labelled abusive: accounts − arrivals30d − labelledBad,
    /// at least 0. Just-made siblings add nothing to it.
    public var established = 0.0
    /// Other accounts that are labelled abusive.
    public var labelledBad = 0.0
    /// Other accounts that are labelled verified.
    public var verified = 0.0
    /// What sharing it says for the account's belonging to its cluster, in nats; 0: nothing.
    public var tie = 0.0
    /// How surprising it would be by chance that so many unrelated accounts share one of this class, in nats.
    public var surprise = 0.0
    /// When the identifier was first seen, Unix milliseconds.
    public var firstSeenMs: Int64 = 0
    /// When an account on it was last labelled abusive, Unix milliseconds; nil if never.
    public var lastBanMs: Int64?

    /// An identifier never seen before.
    public init() {}
}
