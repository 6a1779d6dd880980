/// The campaign alleged of MiniMax: a relay network that carries strangers' traffic beside its own.
public struct MiniMaxParameters: Sendable, Equatable {
    /// Accounts ever made.
    public var accounts = 23_000.0
    /// Live at the same time; the others replace banned ones.
    public var pool = 20_800.0
    /// 2025-12-08 to 2026-02-18.
    public var days = 37...109
    /// Days in which the pool is made.
    public var rampDays = 24
    /// Exchanges that are distillation; strangers make others.
    public var distilledExchanges = 13_260_000.0
    /// Mean of the beta distribution of an account's share of distillation; its first shape is 2.
    public var distillShare = 0.4
    /// All exchanges of an account, mean.
    public var exchangesPerAccount = 1_420.0
    /// Share of distillation on the new model by hours since its launch.
    public var pivot: [Point] = [.init(0, 0.1), .init(6, 0.1), .init(12, 0.28), .init(24, 0.47), .init(72, 0.62)]
    /// Accounts to a payment instrument, mean.
    public var accountsPerInstrument = 2.9
    /// Mail domains of its own.
    public var catchAllDomains = 110.0
    /// Share of accounts whose commonest template is the relay's own.
    public var relayTemplateShare = 0.7
    /// Template families of the distillation.
    public var templateFamilies = 25
    /// Accounts to a residential exit at a time.
    public var accountsPerExit = 6.5
    /// Probability that a block is followed by a try on a sibling.
    public var failoverShare = 0.85

    /// The assumed campaign.
    public init() {}

    /// A point of a curve by hours since a launch.
    public struct Point: Sendable, Equatable {
        /// Hours since the launch.
        public var hours: Double
        /// Share of requests, 0 to 1.
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
