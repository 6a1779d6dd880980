/// Names a cluster of linked accounts: the how manieth the link state found. A replay of the log gives the same names.
public struct ClusterID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    public let number: UInt64

    /// The cluster of this number.
    public init(_ number: UInt64) { self.number = number }

    /// Reads `c` and a number, as ``description`` writes it; nil for anything else.
    public init?(_ text: String) {
        guard text.first == "c", let number = UInt64(text.dropFirst()), number > 0, "c\(number)" == text else {
            return nil
        }
        self.number = number
    }

    /// Such as `c17`.
    public var description: String { "c\(number)" }

    /// By number: the older cluster first.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// What the link state knows of the cluster that an account belongs to, at the moment of an event. Figures are of the
/// other members; the account itself is left out of them.
public struct ClusterFacts: Sendable, Equatable {
    /// The cluster.
    public var id: ClusterID
    /// When the first of it came, Unix milliseconds.
    public var bornMs: Int64 = 0
    /// Other members.
    public var accounts = 0.0
    /// Organisations among them other than the account's own.
    public var organisations = 0.0
    /// Other members that joined, decayed with time constants of 1, 7 and 30 days.
    public var arrivals1d = 0.0
    /// The same over seven days.
    public var arrivals7d = 0.0
    /// The same over thirty days.
    public var arrivals30d = 0.0
    /// Other members labelled abusive.
    public var labelledBad = 0.0
    /// Other members labelled verified.
    public var verified = 0.0
    /// When another member was last labelled abusive, Unix milliseconds; nil if never.
    public var lastBanMs: Int64?
    /// Log-odds that the account belongs to it before anything shared is looked at: how large it is and how many come
    /// to it, when the account came or since.
    public var prior = 0.0
    /// Log-odds that the account belongs, by the strongest class of each kind that it shares.
    public var tie = 0.0
    /// Kinds of identifier that speak for it.
    public var tieKinds = 0.0
    /// Days (since 1970) on which other members were first seen.
    public var births: PopulationSpread?
    /// ln(1 + usual requests in 24 hours) of other members.
    public var loads: PopulationSpread?
    /// Mean similarity of rhythm between pairs of other members, −1 to 1; nil if fewer than two have one.
    public var synchrony: Double?
    /// Similarity of the account's rhythm to the mean of the others', −1 to 1; nil without either.
    public var rhythmTie: Double?
    /// Share of other members behind a likely proxy, of those that say; nil if none does.
    public var anonymisedShare: Double?
    /// Share of other members that paid with a virtual card, of those that say; nil if none does.
    public var virtualCardShare: Double?
    /// Share of other members on the commonest template, of those that have one; nil if none has.
    public var templateShare: Double?
    /// Different combinations of sign-up channel and pathway among other members.
    public var routes = 0.0
    /// Share of other members that moved to a new model within two days of its launch, of those that could; nil if
    /// none.
    public var pivotShare: Double?
    /// Exchanges of other members so far, by their last `exchanges_total`.
    public var exchanges = 0.0

    /// A cluster of which nothing is known.
    public init(id: ClusterID) { self.id = id }

    /// Log-odds from which an account belongs.
    public static let tieThreshold = 2.0
}
