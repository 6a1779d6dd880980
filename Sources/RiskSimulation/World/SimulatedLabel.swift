public import RiskCore

/// What the provider got to know of an account.
public struct SimulatedLabel: Sendable, Equatable {
    /// The account.
    public let account: Reference
    /// Whether it is said to be abusive.
    public let isAbusive: Bool
    /// Empty for what is no campaign.
    public let campaign: String
    /// Unix milliseconds.
    public let knownAtMs: Int64
    let serial: UInt64
}
