/// What the link state knows of one identifier at the moment of an event. Counts never include the account itself.
public struct LinkFacts: Sendable, Equatable {
    /// Distinct other accounts.
    public var accounts = 0.0
    /// Distinct organisations other than the account's own.
    public var organisations = 0.0
    /// Distinct identifiers of the class's companion; 0 for a class without one.
    public var companions = 0.0
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
    /// When the identifier was first seen, Unix milliseconds.
    public var firstSeenMs: Int64 = 0
    /// When an account on it was last labelled abusive, Unix milliseconds; nil if never.
    public var lastBanMs: Int64?

    /// An identifier never seen before.
    public init() {}
}

/// The facts of one account at the moment of one event: of all its identifiers, and of itself.
public struct LinkSnapshot: Sendable, Equatable {
    /// Facts by ``IdentifierClass`` raw value; nil where the account has no identifier of the class.
    public var facts: [LinkFacts?]
    /// What the account's own earlier events said.
    public var account = AccountFacts()
    /// What other accounts make ordinary.
    public var population = PopulationFacts()

    /// No identifiers and no past.
    public init() {
        facts = Array(repeating: nil, count: IdentifierClass.slotCount)
    }

    /// The facts of one class; nil if the account has no identifier of it.
    public subscript(identifierClass: IdentifierClass) -> LinkFacts? {
        get { facts[identifierClass.rawValue] }
        set { facts[identifierClass.rawValue] = newValue }
    }
}
