/// The campaign alleged of DeepSeek: few equal accounts on one job queue and few cards.
public struct DeepSeekParameters: Sendable, Equatable {
    /// Accounts ever made.
    public var accounts = 300.0
    /// Exchanges of all accounts.
    public var exchanges = 153_000.0
    /// 2025-11-17 to 2026-01-23.
    public var days = 16...83
    /// Accounts that are there in the first days; the others replace what ends.
    public var firstPool = 150.0
    /// Median life in days; the mean is near 35.
    public var lifeDaysMedian = 28.0
    /// Days of the two ban waves, and the share of live accounts each takes.
    public var banWaveDays = [45, 68]
    /// Share of live accounts that each wave takes.
    public var banWaveShare = 0.12
    /// Coefficient of variation of an account's total.
    public var totalVariation = 0.25
    /// Cards, used by accounts as Zipf has it with exponent 1.1.
    public var cards = 40.0
    /// Template families.
    public var templateFamilies = 8
    /// Share of account-days on the most used family.
    public var topTemplateShare = 0.35
    /// Address prefixes of its racks and VPN exits.
    public var prefixes = 60.0
    /// Mean share of requests that elicit reasoning.
    public var cotRate = 0.55

    /// The assumed campaign.
    public init() {}
}
