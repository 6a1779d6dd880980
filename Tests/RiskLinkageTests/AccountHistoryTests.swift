import RiskCore
import RiskLinkage
import TestSupport
import Testing

/// What an account's own events leave behind for its next one.
@Suite struct AccountHistoryTests {
    static let startMs: Int64 = 1_700_000_000_000
    static let dayMs: Int64 = 86_400_000

    static func event(
        _ account: String, _ type: String = "usage", atMs: Int64, _ numbers: [EventField: Double] = [:],
        references: [EventField: String] = [:], words: [EventField: String] = [:]
    ) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: type)
        try builder.set(.eventTimeMs, whole: UInt64(atMs))
        try builder.set(.accountRef, reference: Reference(account))
        for (field, value) in numbers { try builder.set(field, number: value) }
        for (field, value) in references { try builder.set(field, reference: Reference(value)) }
        for (field, value) in words { try builder.set(field, word: value) }
        return try builder.build()
    }

    @Test func anEventNeverSeesItself() throws {
        var state = LinkState()
        let facts = state.apply(
            try Self.event(
                "a", "signup", atMs: Self.startMs, [.verificationLevel: 3, .accountAgeS: 60, .clientVersionLagDays: 9]))
        #expect(facts.account == AccountFacts())
        #expect(facts.population == PopulationFacts())
    }

    @Test func signUpIsRememberedAtUsageAndOnlyOfTheSameAccount() throws {
        var state = LinkState()
        _ = state.apply(try Self.event("a", "signup", atMs: Self.startMs, [.verificationLevel: 3]))
        _ = state.apply(try Self.event("a", "payment", atMs: Self.startMs + 1000, [.planPriceUsdMonth: 20]))
        let facts = state.apply(try Self.event("a", atMs: Self.startMs + Self.dayMs, [.requests24h: 5])).account
        #expect(facts.profile[.verificationLevel] == 3 && facts.profile[.planPriceUsdMonth] == 20)
        #expect(facts.firstSeenMs == Self.startMs && facts.bornAtMs == Self.startMs)
        #expect(facts.usualRequests == nil)
        #expect(state.apply(try Self.event("b", atMs: Self.startMs + Self.dayMs)).account == AccountFacts())
    }

    @Test func aDryRunLeavesNothingBehind() throws {
        var state = LinkState()
        let event = try Self.event("a", "signup", atMs: Self.startMs, [.verificationLevel: 3])
        #expect(state.facts(for: event) == state.facts(for: event))
        #expect(state.apply(event).account.firstSeenMs == nil)
    }

    /// Against the same measures taken from all of the account's earlier events.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func agreesWithLookingThroughAllEarlierEvents(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState()
        var past: [Reference: [AccountEvent]] = [:]
        var timeMs = Self.startMs
        for step in 0..<300 {
            timeMs += Int64.random(in: 0...9_000_000, using: &generator)
            let event = try Self.event(
                "a\(Int.random(in: 0..<8, using: &generator))",
                ["signup", "usage", "usage", "usage"].randomElement(using: &generator) ?? "usage", atMs: timeMs,
                randomNumbers(&generator))
            let dry = state.facts(for: event)
            let facts = state.apply(event)
            #expect(dry == facts, "seed \(seed) step \(step)")
            let events = past[event.account] ?? []
            let place = "seed \(seed) step \(step)"
            #expect(facts.account.firstSeenMs == events.first?.timeMs, "\(place)")
            for field in [EventField.proxyConfidence, .verificationLevel] {
                let last = events.last { !$0.number(field).isNaN }?.number(field)
                let found = facts.account.profile[field]
                #expect(last.map { abs($0 - found) < 1e-6 } ?? found.isNaN, "\(place)")
            }
            expectSame(facts.account.firstDayUtilisation, NaiveHistory.firstDayUtilisation(events), place)
            expectSame(facts.account.earlyClimb, NaiveHistory.earlyClimb(events), place)
            expectSame(facts.account.usualRequests, NaiveHistory.usual(.requests24h, events) { _ in true }, place)
            expectSame(
                facts.account.usualNewestModelShare,
                NaiveHistory.usual(.newestModelShare, events) { $0.number(.hoursSinceLaunch) > 48 }, place)
            past[event.account, default: []].append(event)
        }
    }

    private func randomNumbers(_ generator: inout SeededGenerator) -> [EventField: Double] {
        let all: [EventField: Double] = [
            .proxyConfidence: .random(in: 0...1, using: &generator),
            .verificationLevel: Double(Int.random(in: 0...6, using: &generator)),
            .limitUtilisationP95: .random(in: 0...1, using: &generator),
            .requests24h: Double(Int.random(in: 0...9000, using: &generator)),
            .newestModelShare: .random(in: 0...1, using: &generator),
            .hoursSinceLaunch: Double(Int.random(in: 0...96, using: &generator)),
        ]
        var chosen: [EventField: Double] = [:]
        for field in EventField.allCases {
            if let value = all[field], Int.random(in: 0..<3, using: &generator) > 0 { chosen[field] = value }
        }
        return chosen
    }

    private func expectSame(_ found: Double?, _ expected: Double?, _ place: String) {
        let agree = found.map { found in expected.map { abs(found - $0) <= 1e-5 * max(1, abs($0)) } ?? false }
        #expect(
            agree ?? (expected == nil), "\(place): \(String(describing: found)), not \(String(describing: expected))")
    }

    @Test func aBurstOfEventsIsNoHabit() throws {
        var state = LinkState()
        for day in 0..<30 as Range<Int64> {
            _ = state.apply(try Self.event("a", atMs: Self.startMs + day * Self.dayMs, [.requests24h: 100]))
        }
        let now = Self.startMs + 30 * Self.dayMs
        for _ in 0..<50 { _ = state.apply(try Self.event("a", atMs: now, [.requests24h: 9000])) }
        let usual = try #require(state.apply(try Self.event("a", atMs: now)).account.usualRequests)
        #expect(usual < 1300, "one day of much use is an eighth of the habit")
    }

    @Test func aForgottenAccountStartsAnew() throws {
        var state = LinkState(capacity: LinkState.Capacity(accounts: 10, identifiers: 10))
        for index in 0..<100 {
            _ = state.apply(
                try Self.event("a\(index)", "signup", atMs: Self.startMs + Int64(index), [.verificationLevel: 1]))
        }
        #expect(state.counts.accounts == 10)
        #expect(state.apply(try Self.event("a0", atMs: Self.startMs + 200)).account == AccountFacts())
        #expect(state.apply(try Self.event("a99", atMs: Self.startMs + 200)).account.firstSeenMs != nil)
    }

    /// An old clock or an absurd age must not trap or travel.
    @Test func absurdAgesAreBornAtTheBeginningOfTime() throws {
        var state = LinkState()
        _ = state.apply(
            try Self.event("a", atMs: 5, [.accountAgeS: Double(FieldSpec.wholeMaximum), .requests24h: 1e15]))
        #expect(state.apply(try Self.event("a", atMs: 6)).account.bornAtMs == 0)
    }
}
