/// The campaign alleged of DeepSeek: few equal accounts on one job queue and few cards.
public struct DeepSeekParameters: Sendable, Equatable {
    public var accounts = 300.0
    public var exchanges = 153_000.0
    /// 2025-11-17 to 2026-01-23.
    public var days = 16...83
    /// Accounts that are there in the first days; the others replace what ends.
    public var firstPool = 150.0
    public var lifeDaysMedian = 28.0
    /// Days of the two ban waves, and the share of live accounts each takes.
    public var banWaveDays = [45, 68]
    public var banWaveShare = 0.12
    /// Coefficient of variation of an account's total.
    public var totalVariation = 0.25
    public var cards = 40.0
    public var templateFamilies = 8
    public var topTemplateShare = 0.35
    public var prefixes = 60.0
    public var cotRate = 0.55

    public init() {}
}

/// The campaign alleged of Moonshot: hundreds of unlike accounts, and a late phase after reasoning traces.
public struct MoonshotParameters: Sendable, Equatable {
    public var accounts = 700.0
    public var exchanges = 3_468_000.0
    /// 2025-11-03 to 2026-02-12.
    public var days = 2...103
    /// 2026-01-15.
    public var lateFromDay = 75
    public var lateAccountShare = 0.15
    public var lateVolumeShare = 0.25
    public var lifeDaysMedian = 45.0
    public var totalSigma = 1.1
    public var accountsPerCard = 1.3
    public var templateFamilies = 60
    public var lateTemplateFamilies = 3
    public var lateTopTemplateShare = 0.6
    public var lateCotRate = 0.8
    public var cotRate = 0.05

    public init() {}
}

/// The campaign alleged of MiniMax: a relay network that carries strangers' traffic beside its own.
public struct MiniMaxParameters: Sendable, Equatable {
    public var accounts = 23_000.0
    /// Live at the same time; the others replace banned ones.
    public var pool = 20_800.0
    /// 2025-12-08 to 2026-02-18.
    public var days = 37...109
    /// Days in which the pool is made.
    public var rampDays = 24
    public var distilledExchanges = 13_260_000.0
    /// Mean of the beta distribution of an account's share of distillation; its first shape is 2.
    public var distillShare = 0.4
    /// All exchanges of an account, mean.
    public var exchangesPerAccount = 1_420.0
    /// Share of distillation on the new model by hours since its launch.
    public var pivot: [Point] = [.init(0, 0.1), .init(6, 0.1), .init(12, 0.28), .init(24, 0.47), .init(72, 0.62)]
    public var accountsPerInstrument = 2.9
    public var catchAllDomains = 110.0
    public var relayTemplateShare = 0.7
    public var templateFamilies = 25
    public var accountsPerExit = 6.5
    /// Probability that a block is followed by a try on a sibling.
    public var failoverShare = 0.85

    public init() {}

    /// A point of a curve by hours since a launch.
    public struct Point: Sendable, Equatable {
        public var hours: Double
        public var share: Double
        init(_ hours: Double, _ share: Double) {
            self.hours = hours
            self.share = share
        }
    }

    /// The share on the new model, between the points by straight lines.
    func pivotShare(hours: Double) -> Double {
        for (left, right) in zip(pivot, pivot.dropFirst()) where hours < right.hours {
            return left.share + (right.share - left.share) * (hours - left.hours) / (right.hours - left.hours)
        }
        return pivot[pivot.count - 1].share
    }
}

/// The campaign alleged of Alibaba: two pools, the second made when the first is banned.
public struct AlibabaParameters: Sendable, Equatable {
    public var firstPoolAccounts = 5_000.0
    public var secondPoolAccounts = 20_000.0
    public var exchanges = 29_100_000.0
    /// 2026-04-22 to 2026-06-05.
    public var days = 172...216
    /// The first pool is made in as many days, fewer each day.
    public var firstPoolBirthDays = 13
    /// The first pool is banned in the night before this day, 2026-05-16.
    public var banDay = 196
    /// The second pool's median life and the standard deviation of its logarithm (95 % within 14 days).
    public var lifeDaysMedian = 4.0
    public var lifeDaysSigma = 0.76
    /// Exchanges a day at the start and from ``plateauDay`` on, 2026-05-25.
    public var firstVolume = 250_000.0
    public var plateauVolume = 910_000.0
    public var plateauDay = 205
    /// Volume of the day after the ban and of the next, against the day before it.
    public var volumeAfterBan = [0.2, 0.93]
    /// The most exchanges of an account in a day.
    public var dailyCap = 900.0
    /// First and second pool.
    public var accountsPerCard = [1.2, 2.1]
    public var templateShare = 0.9
    public var cotRate = 0.9
    /// Share of the second pool on stolen keys of aged accounts.
    public var stolenKeyShare = 0.06
    /// What the second pool takes over from the first, as a share of its accounts.
    public var inheritedMask = 0.15
    public var inheritedDevice = 0.02
    public var inheritedProgramme = 0.4
    public var inheritedExit = 0.2
    /// Share on a new model a day after its launch.
    public var pivotShare = 0.35

    public init() {}
}

/// Abuse that is no distillation.
public struct BackgroundParameters: Sendable, Equatable {
    public var relayAccounts = 6_000.0
    public var relayLifeDays = 10.0
    /// Commercial relays among which the accounts are divided.
    public var relayOperators = 12
    public var creditFarmAccounts = 25_000.0
    public var creditFarmLifeDays = 2.0
    public var cardTesterAccounts = 4_000.0
    public var stolenKeys = 800.0
    /// Hours that a stolen key is used.
    public var stolenKeyHours = 2.0...72.0

    public init() {}
}
