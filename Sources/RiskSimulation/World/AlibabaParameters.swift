/// The campaign alleged of Alibaba: two pools, the second made when the first is banned.
public struct AlibabaParameters: Sendable, Equatable {
    /// Accounts of the first pool.
    public var firstPoolAccounts = 5_000.0
    /// Accounts of the second pool.
    public var secondPoolAccounts = 20_000.0
    /// Exchanges of both.
    public var exchanges = 29_100_000.0
    /// 2026-04-22 to 2026-06-05.
    public var days = 172...216
    /// The first pool is made in as many days, fewer each day.
    public var firstPoolBirthDays = 13
    /// The first pool is banned in the night before this day, 2026-05-16.
    public var banDay = 196
    /// The second pool's median life and the standard deviation of its logarithm (95 % within 14 days).
    public var lifeDaysMedian = 4.0
    /// Standard deviation of the logarithm of that life.
    public var lifeDaysSigma = 0.76
    /// Exchanges a day at the start and before it rises.
    public var firstVolume = 250_000.0
    /// Exchanges a day from the plateau on.
    public var plateauVolume = 910_000.0
    /// The first day of the plateau, 2026-05-25.
    public var plateauDay = 205
    /// Volume of the day after the ban and of the next, against the day before it.
    public var volumeAfterBan = [0.2, 0.93]
    /// The most exchanges of an account in a day.
    public var dailyCap = 900.0
    /// First and second pool.
    public var accountsPerCard = [1.2, 2.1]
    /// Share of requests with the injected suffix, mean.
    public var templateShare = 0.9
    /// Mean share of requests that elicit reasoning.
    public var cotRate = 0.9
    /// Share of the second pool on stolen keys of aged accounts.
    public var stolenKeyShare = 0.06
    /// What the second pool takes over from the first, as a share of its accounts.
    public var inheritedMask = 0.15
    /// Devices of the first pool.
    public var inheritedDevice = 0.02
    /// Card programmes of the first pool.
    public var inheritedProgramme = 0.4
    /// Exits of the first pool.
    public var inheritedExit = 0.2
    /// Share on a new model a day after its launch.
    public var pivotShare = 0.35

    /// The assumed campaign.
    public init() {}
}
