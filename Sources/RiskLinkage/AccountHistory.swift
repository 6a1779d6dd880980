internal import RiskCore

/// What is remembered of an account's own events, in a few dozen bytes beside its profile.
struct AccountHistory: Sendable {
    private static let never = Int64.min
    /// Averages follow the account's habits within about this time.
    private static let habitMs = 7.0 * 86_400_000
    /// A share of a model that was newest for longer than this, hours, is a habit and not curiosity.
    private static let habitHours = 48.0

    let firstSeenMs: Int64
    /// Exchanges so far, by the most that it stated; at most ``MemberPart/exchangeLimit``.
    private(set) var exchanges: Int64 = 0
    private(set) var profile = AccountProfile()
    private var bornAtMs = AccountHistory.never
    private var lastUsageMs = AccountHistory.never
    private var firstDayUtilisation = Float.nan
    private var earlyClimb = Float.nan
    private var usualRequests = Float.nan
    private var usualNewestModelShare = Float.nan

    init(firstSeenMs: Int64) {
        self.firstSeenMs = firstSeenMs
    }

    /// When it was made or, if nobody said, first seen.
    var madeMs: Int64 { bornAtMs == Self.never ? firstSeenMs : bornAtMs }

    var facts: AccountFacts {
        var facts = AccountFacts()
        facts.firstSeenMs = firstSeenMs
        facts.bornAtMs = bornAtMs == Self.never ? nil : bornAtMs
        facts.profile = profile
        facts.firstDayUtilisation = Self.known(firstDayUtilisation)
        facts.earlyClimb = Self.known(earlyClimb)
        facts.usualRequests = Self.known(usualRequests)
        facts.usualNewestModelShare = Self.known(usualNewestModelShare)
        return facts
    }

    /// Takes in an event, whose facts were asked for before.
    mutating func add(_ event: AccountEvent) {
        profile.remember(event)
        let total = event.number(.exchangesTotal)
        if !total.isNaN { exchanges = max(exchanges, Int64(min(total, Double(MemberPart.exchangeLimit)))) }
        let age = event.number(.accountAgeS)
        if !age.isNaN {
            // No further back than the clock itself goes.
            bornAtMs = max(0, event.timeMs - Int64(min(age, 1e15)) * 1000)
        } else if event.type == .signup {
            bornAtMs = event.timeMs
        }
        if event.type == .usage { addUsage(event) }
    }

    private mutating func addUsage(_ event: AccountEvent) {
        if bornAtMs != Self.never {
            let utilisation = event.number(.limitUtilisationP95)
            let ageMs = max(0, event.timeMs - bornAtMs)
            if ageMs < AccountFacts.firstDayMs { Self.raise(&firstDayUtilisation, to: utilisation) }
            if ageMs < AccountFacts.earlyMs {
                Self.raise(&earlyClimb, to: AccountFacts.climb(to: utilisation, ageMs: ageMs))
            }
        }
        // By the time since the last one, so that a burst of events counts no more than one.
        let gapMs = lastUsageMs == Self.never ? Self.habitMs : Double(max(0, event.timeMs - lastUsageMs))
        let weight = Float(gapMs / (gapMs + Self.habitMs))
        Self.follow(&usualRequests, event.number(.requests24h), weight)
        if event.number(.hoursSinceLaunch) > Self.habitHours {
            Self.follow(&usualNewestModelShare, event.number(.newestModelShare), weight)
        }
        lastUsageMs = max(lastUsageMs, event.timeMs)
    }

    private static func known(_ value: Float) -> Double? { value.isNaN ? nil : Double(value) }

    private static func raise(_ largest: inout Float, to value: Double) {
        if !value.isNaN, !(Float(value) <= largest) { largest = Float(value) }
    }

    private static func follow(_ mean: inout Float, _ value: Double, _ weight: Float) {
        if value.isNaN { return }
        mean = mean.isNaN ? Float(value) : mean + (Float(value) - mean) * weight
    }
}
