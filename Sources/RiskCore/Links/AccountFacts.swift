/// What the link state remembers of an account at the moment of an event: only what its own earlier events said.
public struct AccountFacts: Sendable, Equatable {
    /// The time of its first event here, Unix milliseconds; nil if this is the first.
    public var firstSeenMs: Int64?
    /// When it signed up, by its sign-up event or by `account_age_s`, Unix milliseconds; nil if nothing said so.
    public var bornAtMs: Int64?
    /// The last value of each sign-up and payment field.
    public var profile = AccountProfile()
    /// The largest 95th percentile of limit utilisation that usage events of its first day gave; nil if none did.
    public var firstDayUtilisation: Double?
    /// The largest 95th percentile of limit utilisation, divided by the days since sign-up (at least 1), that usage
    /// events of its first four days gave; nil if none did.
    public var earlyClimb: Double?
    /// Its usual number of requests in 24 hours, the last week weighing most; nil without earlier usage.
    public var usualRequests: Double?
    /// Its usual share of the newest model once that was out for more than two days; nil if that is not known.
    public var usualNewestModelShare: Double?

    /// Nothing known.
    public init() {}

    /// A usage event this long after sign-up is of the first day.
    public static let firstDayMs: Int64 = 86_400_000
    /// A usage event this long after sign-up is of the first four days.
    public static let earlyMs: Int64 = 4 * 86_400_000

    /// What was reached for each day since sign-up; the first day counts whole.
    public static func climb(to utilisation: Double, ageMs: Int64) -> Double {
        utilisation / max(1, Double(ageMs) / 86_400_000)
    }

    /// An event's numbers with remembered values in place of missing ones.
    func completed(_ numbers: [Double], atMs: Int64) -> [Double] {
        // Its first event: nothing to look for, and no copy.
        if firstSeenMs == nil && bornAtMs == nil && profile.isEmpty { return numbers }
        var numbers = numbers
        profile.complete(&numbers)
        let age = EventField.accountAgeS.slot
        if numbers[age].isNaN, let bornAtMs { numbers[age] = Double(max(0, atMs - bornAtMs) / 1000) }
        return numbers
    }
}

/// What other accounts make ordinary for a value of this one: a mean and how far they scatter.
public struct PopulationSpread: Sendable, Equatable {
    /// Other accounts that gave a value.
    public var count: Double
    /// Their mean.
    public var mean: Double
    /// Their standard deviation.
    public var deviation: Double

    /// A spread.
    public init(count: Double, mean: Double, deviation: Double) {
        self.count = count
        self.mean = mean
        self.deviation = deviation
    }
}

/// What the link state learned of clients and values from all other accounts, each by its latest values.
public struct PopulationFacts: Sendable, Equatable {
    /// Other accounts that claim the same client.
    public var claimants = 0.0
    /// Those of ``claimants`` that have the same TLS fingerprint.
    public var claimantsAlike = 0.0
    /// `metadata_missing_rate` of accounts with the same TLS fingerprint; nil if no other gave one.
    public var metadataMissingRate: PopulationSpread?
    /// `client_version_lag_days` of all accounts; nil if no other gave one.
    public var clientVersionLagDays: PopulationSpread?
    /// `email_localpart_entropy` of accounts of the same class of e-mail domain; nil if no other gave one.
    public var emailLocalpartEntropy: PopulationSpread?

    /// Nothing learned.
    public init() {}

    /// What is learned by the account's TLS fingerprint goes.
    ///
    /// - Parameter claimStands: Whether it has another one, that nobody else has: then its claimed client still has
    ///   claimants, none of them alike. Without a fingerprint to compare, nothing is said of them.
    public mutating func forgetFingerprint(claimStands: Bool) {
        if !claimStands { claimants = 0 }
        (claimantsAlike, metadataMissingRate) = (0, nil)
    }
}
