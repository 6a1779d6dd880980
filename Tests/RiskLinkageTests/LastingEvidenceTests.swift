import RiskCore
import TestSupport
import Testing

@testable import RiskLinkage

/// What is known against an account's neighbours stays known, whatever it buys anew and whoever else is cleared.
@Suite struct LastingEvidenceTests {
    private static let startMs: Int64 = 1_770_000_000_000
    private static let hourMs: Int64 = 3_600_000

    private static func event(
        _ account: String, hour: Int64, org: String? = nil, _ identifiers: [(EventField, String)]
    ) throws -> AccountEvent {
        try LinkStateTests.event(account, atMs: startMs + hour * hourMs, org: org, identifiers)
    }

    private static func label(_ account: String, _ verdict: Label.Verdict, hour: Int64) -> Label {
        Label(account: Reference(account), verdict: verdict, source: "test", knownAtMs: startMs + hour * hourMs)
    }

    @Test(
        arguments: [
            (.deviceRef, .device), (.instrumentRef, .instrument),
        ] as [(EventField, IdentifierClass)])
    func aNewCardDoesNotHideTheOldOne(field: EventField, identifierClass: IdentifierClass) throws {
        var state = LinkState()
        for index in 0..<31 { _ = state.apply(try Self.event("a\(index)", hour: Int64(index), [(field, "old")])) }
        for index in 0..<30 { state.apply(Self.label("a\(index)", .abusive, hour: 40)) }
        func labelled(hour: Int64, _ value: String) throws -> Double? {
            state.apply(try Self.event("a30", hour: hour, [(field, value)]))[identifierClass]?.labelledBad
        }
        #expect(try labelled(hour: 41, "new") == 30)
        #expect(try labelled(hour: 42, "newer") == 30)
        // Three are looked at.
        #expect(try labelled(hour: 43, "newest") == 0)
        #expect(try labelled(hour: 44, "old") == 30)
    }

    /// What an account comes with now is told as long as nobody is labelled on what it had, however many have that.
    @Test(arguments: [nil, "company"])
    func anOldCardOfManyDoesNotHideANewOne(org: String?) throws {
        var state = LinkState()
        for index in 0..<100 {
            _ = state.apply(try Self.event("c\(index)", hour: 0, org: org, [(.instrumentRef, "company card")]))
        }
        for index in 0..<40 { _ = state.apply(try Self.event("r\(index)", hour: 1, [(.instrumentRef, "ring card")])) }
        // One labelled colleague says less than forty strangers.
        state.apply(Self.label("c1", .abusive, hour: 2))
        let paid = try Self.event("c0", hour: 3, org: org, [(.instrumentRef, "ring card")])
        let facts = try #require(state.facts(for: paid)[.instrument])
        #expect(facts.accounts - facts.related == (org == nil ? 99 : 40))
        #expect(facts.labelledBad == (org == nil ? 1 : 0))
    }

    /// Whoever is cleared, the others' bans are known as long as four were not cleared in a row; and a wave of wrong
    /// labels that was taken back leaves nobody looking freshly banned.
    @Test(arguments: [0, 1, 2, 3, 4, 20])
    func clearingSomeLeavesTheBansOfTheOthers(cleared: Int) throws {
        var state = LinkState()
        for index in 0..<50 { _ = state.apply(try Self.event("a\(index)", hour: 0, [(.deviceRef, "d")])) }
        for index in 0..<50 { state.apply(Self.label("a\(index)", .abusive, hour: 10 + Int64(index))) }
        for index in (50 - cleared)..<50 { state.apply(Self.label("a\(index)", .legitimate, hour: 70)) }
        let expected = cleared < 4 ? Self.startMs + Int64(59 - cleared) * Self.hourMs : nil
        for account in ["newcomer", "a0", "a20"] {
            let facts = state.facts(for: try Self.event(account, hour: 71, [(.deviceRef, "d")]))
            #expect(facts[.device]?.lastBanMs == expected, "\(account)")
            #expect(facts.cluster?.lastBanMs == expected, "\(account)")
        }
        // One that is banned is left out of its own facts.
        let own = state.facts(for: try Self.event("a\(49 - cleared)", hour: 71, [(.deviceRef, "d")]))
        #expect(own[.device]?.lastBanMs == (cleared < 3 ? Self.startMs + Int64(58 - cleared) * Self.hourMs : nil))
    }
}
