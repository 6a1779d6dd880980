/// An account that is alive in the world: its profile, where it stands in its life, and what is due next.
struct AccountState: Sendable {
    var profile: AccountProfile
    var stream: RandomStream
    let serial: UInt64
    var membership: Membership
    /// When it signed up; before the start for one that is there from the first.
    let signupMs: Int64
    /// The first hour that may have requests.
    var firstHour: Int
    /// The first day that has none any more.
    var endDay: Int
    /// Exchanges of before the world.
    var priorExchanges = 0
    /// Planned requests of each day, for accounts of campaigns: where they stand, and the day of the first.
    var plannedStart = -1
    var plannedFirstDay = 0
    /// Share of distillation in its traffic.
    var distillShare: Double = 1
    /// Whether it is what it became in the middle of its life.
    var hasTurned = false
    /// Whether its sign-up is part of the stream and still to come.
    var signupIsDue = false
    var paymentDueMs = Int64.max
    var hasPaid = false
    var usageDueMs = Int64.max
    var usageIsDaily = false
    /// The day whose requests are laid, how many they are, and the exchanges before it.
    var day = -1
    var dayCount = 0
    var exchangesBefore = 0
    /// Exchanges at the last checkpoint or above it.
    var checkpoint = 0
    var hasEvents = false

    /// When its next event is due.
    var dueMs: Int64 { min(signupIsDue ? signupMs : .max, min(paymentDueMs, usageDueMs)) }

    /// The lifetime count of exchanges at which the next record is due: 5, 20, 100, then every 500.
    func nextCheckpoint() -> Int {
        for first in [5, 20, 100] where checkpoint < first { return first }
        return (checkpoint / 500 + 1) * 500
    }
}

/// What an account truly is.
struct Membership: Sendable, Equatable {
    enum Kind: UInt8, Sendable {
        case honest, campaign, backgroundAbuse

        var word: String {
            switch self {
            case .honest: "honest"
            case .campaign: "campaign"
            case .backgroundAbuse: "background_abuse"
            }
        }
    }
    var kind: Kind
    /// A campaign's name; empty for all others.
    var campaign: StaticString
    var segment: StaticString
    /// Its row of ``ReproductionTally``: 0 to 3 the campaigns, 4 start-ups, then the adversaries; -1 for none.
    var tallyIndex: Int = -1

    static func == (left: Self, right: Self) -> Bool {
        left.kind == right.kind && left.campaign.description == right.campaign.description
            && left.segment.description == right.segment.description
    }
}
