/// The campaign alleged of Moonshot: hundreds of unlike accounts, and a late phase after reasoning traces.
public struct MoonshotParameters: Sendable, Equatable {
    /// Accounts ever made.
    public var accounts = 700.0
    /// Exchanges of all accounts.
    public var exchanges = 3_468_000.0
    /// 2025-11-03 to 2026-02-12.
    public var days = 2...103
    /// 2026-01-15.
    public var lateFromDay = 75
    /// Share of accounts that are of the late phase.
    public var lateAccountShare = 0.15
    /// Share of exchanges that are of the late phase.
    public var lateVolumeShare = 0.25
    /// Median life in days.
    public var lifeDaysMedian = 45.0
    /// Standard deviation of the logarithm of an account's total: uneven on purpose.
    public var totalSigma = 1.1
    /// Accounts to a card, mean.
    public var accountsPerCard = 1.3
    /// Template families before the late phase, one for each account.
    public var templateFamilies = 60
    /// Template families of the late phase.
    public var lateTemplateFamilies = 3
    /// Share of account-days on the most used of those.
    public var lateTopTemplateShare = 0.6
    /// Mean share of requests that elicit reasoning, late phase.
    public var lateCotRate = 0.8
    /// The same, before.
    public var cotRate = 0.05

    /// The assumed campaign.
    public init() {}
}
