public import RiskCore

/// What an account truly is: one row of the truth file, never read by training.
public struct TruthRow: Sendable, Equatable {
    /// The account.
    public let account: Reference
    /// honest, campaign or background_abuse.
    public let kind: String
    /// A campaign's name; empty for all others.
    public let campaign: String
    /// The kind of customer, or the part of a campaign.
    public let segment: String
}
