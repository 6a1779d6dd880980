import RiskCore
import TestSupport
import Testing

@testable import RiskLinkage

/// Evidence against a ring can be worn down neither by its own accounts nor by time, and harms nobody by drifting.
@Suite struct WornEvidenceTests {
    private static let startMs: Int64 = 1_770_000_000_000
    private static let minuteMs: Int64 = 60_000
    private static let dayMs: Int64 = 86_400_000

    private static func event(
        _ account: String, minute: Int64, exchanges: UInt64? = nil, _ identifiers: [(EventField, String)]
    ) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "usage")
        try builder.set(.eventTimeMs, whole: UInt64(startMs + minute * minuteMs))
        try builder.set(.accountRef, reference: Reference(account))
        if let exchanges { try builder.set(.exchangesTotal, whole: exchanges) }
        for (field, value) in identifiers { try builder.set(field, reference: Reference(value)) }
        return try builder.build()
    }

    private static func label(
        _ account: String, _ verdict: Label.Verdict, minute: Int64, untilMinute: Int64? = nil
    ) -> Label {
        Label(
            account: Reference(account), verdict: verdict, source: "test", knownAtMs: startMs + minute * minuteMs,
            expiresAtMs: untilMinute.map { startMs + $0 * minuteMs })
    }

    /// Callers may state up to 2⁵³ exchanges of an account, and a ring has any number of accounts.
    @Test func whatMembersStateNeverOverflowsTheirSum() throws {
        var state = LinkState()
        for index in 0..<10_000 {
            let chain: [(EventField, String)] = [
                (.deviceRef, "d\(index / 300)"), (.instrumentRef, "i\((index + 150) / 300)"),
            ]
            _ = state.apply(
                try Self.event("a\(index)", minute: Int64(index), exchanges: FieldSpec.wholeMaximum, chain))
        }
        #expect(state.counts.clusters >= 1)
        #expect(state.campaigns(limit: 1).first.map { $0.exchanges > 1e12 } == true)
    }

    /// Two rings of twelve, and one account that goes to and fro between what they share.
    @Test func whoGoesToAndFroWearsNoRingOutAndArrivesOnce() throws {
        var state = LinkState()
        for index in 0..<24 {
            let ring = index < 12 ? "t" : "u"
            _ = state.apply(
                try Self.event(
                    "\(ring)\(index)", minute: Int64(index), [(.templateTop1Ref, ring), (.ipPrefixRef, ring)]))
        }
        for turn in 0..<400 {
            let ring = turn % 2 == 0 ? "t" : "u"
            _ = state.apply(
                try Self.event(
                    "alternator", minute: 30 + Int64(turn), [(.templateTop1Ref, ring), (.ipPrefixRef, ring)]))
        }
        for ring in ["t", "u"] {
            let newcomer = try Self.event("new-\(ring)", minute: 500, [(.templateTop1Ref, ring), (.ipPrefixRef, ring)])
            let cluster = try #require(state.facts(for: newcomer).cluster, "ring \(ring)")
            #expect((12...13).contains(cluster.accounts))
            #expect(cluster.arrivals7d < 12 + 4, "ring \(ring): \(cluster.arrivals7d) arrivals")
            let page = try #require(state.campaign(.cluster(cluster.id), limit: 100))
            #expect(page.members.allSatisfy { !$0.sharedClasses.isEmpty || $0.account == Reference("alternator") })
            #expect(page.timeline.reduce(0) { $0 + $1.joined } < 12 + 4)
        }
        // What it shares now still counts against it, wherever it was left.
        for ring in ["t", "u"] {
            let event = try Self.event("alternator", minute: 501, [(.templateTop1Ref, ring), (.ipPrefixRef, ring)])
            #expect(state.facts(for: event).cluster?.accounts ?? 0 >= 11)
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func theCommonestTemplateIsCountedHoweverOftenMembersChangeTheirs(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState()
        var latest: [Int: String] = [:]
        for round in 0..<60 {
            for member in 0..<30 {
                let draw = Int.random(in: 0..<10, using: &generator)
                let template = draw < 7 ? "t" : draw < 9 ? "u" : "v\(Int.random(in: 0..<5, using: &generator))"
                let event = try Self.event(
                    "a\(member)", minute: Int64(30 * round + member), [(.deviceRef, "d"), (.templateTop1Ref, template)])
                _ = state.apply(event)
                latest[member] = template
            }
        }
        let summary = try #require(state.campaigns(limit: 1).first)
        #expect(summary.accounts == 30)
        let largest = Dictionary(grouping: latest.values) { $0 }.values.map(\.count).max() ?? 0
        #expect(summary.templateShare == Double(largest) / 30, "seed \(seed)")
    }

    /// Beyond a thousand accounts an identifier's are only sketched, a few per cent too many as it happens.
    @Test(arguments: ["one", "two", "three"]) func aLargeRingGoesOnGrowing(template: String) throws {
        var state = LinkState()
        for index in 0..<20_000 {
            _ = state.apply(try Self.event("s\(index)", minute: 0, [(.templateTop1Ref, "own \(index)")]))
        }
        for index in 0..<4000 {
            _ = state.apply(try Self.event("r\(index)", minute: Int64(index), [(.templateTop1Ref, template)]))
        }
        #expect(state.campaigns(limit: 1).first?.accounts ?? 0 > 3990)
    }

    /// An address outlives a ring that everybody has forgotten.
    @Test func aForgottenRingDoesNotHideTheNextOneAtItsAddress() throws {
        var state = LinkState()
        func ring(_ name: String, _ count: Int, minute: Int64) throws {
            for index in 0..<count {
                _ = state.apply(
                    try Self.event(
                        "\(name)\(index)", minute: minute + Int64(index),
                        [(.profileTemplateRef, name), (.ipPrefixRef, "n")]))
            }
        }
        try ring("old", 30, minute: 0)
        let perDay = Self.dayMs / Self.minuteMs
        for day in stride(from: 20, to: 388, by: 40) as StrideTo<Int64> {
            _ = state.apply(try Self.event("stranger\(day)", minute: day * perDay, [(.ipPrefixRef, "n")]))
        }
        try ring("next", 40, minute: 388 * perDay)
        #expect(state.campaigns(limit: 1).first?.accounts == 40)
    }

    /// One that comes with ever new identifiers forgets its first ones. They do not forget it.
    @Test(arguments: [5, 16, 17, 40, 90]) func whoHasManyIdentifiersIsNotItsOwnNeighbour(count: Int) throws {
        var state = LinkState()
        for round in 0..<5 {
            for index in 0..<count {
                let minute = Int64(round * count + index)
                let identifiers: [(EventField, String)] = [
                    (.ipPrefixRef, "n\(index)"), (.templateTop1Ref, "t\(index)"), (.deviceRef, "d\(index)"),
                ]
                let facts = state.apply(try Self.event("a", minute: minute, identifiers))
                for one in facts.facts.compactMap({ $0 }) {
                    #expect(one.accounts == 0 && one.organisations == 0 && one.labelledBad == 0, "row \(minute)")
                }
                if round == 2, index == 0 { state.apply(Self.label("a", .abusive, minute: minute)) }
            }
        }
        for index in 0..<count {
            let event = try Self.event("b", minute: 10_000, [(.deviceRef, "d\(index)")])
            let facts = try #require(state.facts(for: event)[.device])
            #expect(facts.accounts == 1)
            #expect(facts.labelledBad <= 1)
        }
        let last = try Self.event("b", minute: 10_000, [(.deviceRef, "d\(count - 1)")])
        #expect(state.facts(for: last)[.device]?.labelledBad == 1)
        // Taken back, the label is nowhere, be the identifier remembered or not.
        state.apply(Self.label("a", .withdrawn, minute: 10_001))
        for index in 0..<count {
            let event = try Self.event("b", minute: 10_002, [(.deviceRef, "d\(index)")])
            #expect(state.facts(for: event)[.device]?.labelledBad == 0, "device \(index)")
        }
    }

    /// A consultant with a workspace at each of twelve customers.
    @Test func whoNamesOneTenantAfterAnotherIsNotTheirCompany() throws {
        var state = LinkState()
        for turn in 0..<60 {
            let event = try LinkStateTests.event(
                "a", atMs: Self.startMs + Int64(turn) * Self.minuteMs, org: "o\(turn % 12)",
                [(.deviceRef, "d"), (.ipPrefixRef, "n")])
            let facts = state.apply(event)
            for one in facts.facts.compactMap({ $0 }) { #expect(one.organisations == 0, "turn \(turn): \(one)") }
        }
        let other = try LinkStateTests.event(
            "b", atMs: Self.startMs + 100 * Self.minuteMs, org: "p", [(.deviceRef, "d")])
        let facts = try #require(state.facts(for: other)[.device])
        #expect(facts.accounts == 1 && facts.organisations == 1)
    }

    /// Room for ten. What is labelled outlasts what is not, and a label goes with its account.
    @Test(arguments: [false, true]) func noLabelOutlivesItsAccountOrItsTerm(isWithdrawn: Bool) throws {
        var state = LinkState(capacity: LinkState.Capacity(accounts: 10, identifiers: 5000))
        func bad(minute: Int64) throws -> Double? {
            state.facts(for: try Self.event("new", minute: minute, [(.deviceRef, "d")]))[.device]?.labelledBad
        }
        _ = state.apply(try Self.event("banned", minute: 0, [(.deviceRef, "d")]))
        state.apply(Self.label("banned", .abusive, minute: 1, untilMinute: isWithdrawn ? nil : 2000))
        for index in 0..<1000 { _ = state.apply(try Self.event("s\(index)", minute: 2 + Int64(index), [])) }
        #expect(try bad(minute: 1003) == 1, "spared for its label")
        if isWithdrawn { state.apply(Self.label("banned", .withdrawn, minute: 1500)) }
        _ = state.apply(try Self.event("later", minute: 2001, []))
        #expect(try bad(minute: 2002) == 0)
        // More labelled accounts than there is room for: nobody stays counted whose label could not be taken back.
        for index in 0..<50 {
            _ = state.apply(try Self.event("b\(index)", minute: 3000, [(.deviceRef, "d")]))
            state.apply(Self.label("b\(index)", .abusive, minute: 3000))
        }
        #expect(try bad(minute: 3001) == 10)
        for index in 0..<50 { state.apply(Self.label("b\(index)", .withdrawn, minute: 3002)) }
        #expect(try bad(minute: 3003) == 0)
    }

    /// The timeline says of which days the bans in force are, whatever was cleared in between.
    @Test func aTimelineCountsTheBansInForce() throws {
        var state = LinkState()
        for index in 0..<3 { _ = state.apply(try Self.event("a\(index)", minute: 0, [(.deviceRef, "d")])) }
        for round in 0..<5 {
            state.apply(Self.label("a0", .abusive, minute: 10 + Int64(round)))
            if round < 4 { state.apply(Self.label("a0", .legitimate, minute: 10 + Int64(round))) }
        }
        let page = try #require(state.campaign(.account(Reference("a0"))))
        #expect(page.timeline.map(\.banned).reduce(0, +) == 1)
        state.apply(Self.label("a0", .withdrawn, minute: 20))
        #expect(try #require(state.campaign(.account(Reference("a0")))).timeline.allSatisfy { $0.banned == 0 })
    }

    /// What accounts took before they belonged together counts for the cluster, and for none of its days.
    @Test func whatFoundersTookIsTheClustersButOnNoDay() throws {
        var state = LinkState()
        let day = 24 * 60 as Int64
        _ = state.apply(try Self.event("founder", minute: 0, exchanges: 50_000, [(.deviceRef, "d")]))
        _ = state.apply(try Self.event("second", minute: day, exchanges: 60_000, [(.deviceRef, "d")]))
        func summary() throws -> (total: Double, byDay: [Double]) {
            let page = try #require(state.campaign(.account(Reference("second"))))
            return (page.summary.exchanges, page.timeline.map(\.exchanges))
        }
        #expect(try summary() == (110_000, [60_000]))
        _ = state.apply(try Self.event("founder", minute: 2 * day, exchanges: 50_007, []))
        _ = state.apply(try Self.event("third", minute: 3 * day, exchanges: 5, []))
        _ = state.apply(try Self.event("third", minute: 4 * day, exchanges: 9, [(.deviceRef, "d")]))
        #expect(try summary() == (110_016, [60_000, 7, 4]))
    }

    /// Labels that are renewed every day for years ahead leave nothing behind, and the one in force still ends.
    @Test func renewedLabelsLeaveNothingBehind() throws {
        var state = LinkState()
        _ = state.apply(try Self.event("a", minute: 0, [(.deviceRef, "d")]))
        _ = state.apply(try Self.event("b", minute: 0, [(.deviceRef, "d")]))
        for minute in 1...20_000 as ClosedRange<Int64> {
            state.apply(Self.label("a", .abusive, minute: minute, untilMinute: 500_000 - minute))
            if minute.isMultiple(of: 3) { state.apply(Self.label("a", .withdrawn, minute: minute)) }
        }
        #expect(state.expiries.count <= LinkState.leastExpirySweepCount + 1)
        func bad(minute: Int64) throws -> Double? {
            state.apply(try Self.event("b", minute: minute, []))[.device]?.labelledBad
        }
        #expect(try bad(minute: 479_999) == 1)
        #expect(try bad(minute: 480_001) == 0)
    }

    /// A ban holds for who stays away longer than other accounts are remembered.
    @Test func whoWasBannedIsStillBannedAfterAYear() throws {
        var state = LinkState()
        for account in ["banned", "other"] { _ = state.apply(try Self.event(account, minute: 0, [(.deviceRef, "d")])) }
        state.apply(Self.label("banned", .abusive, minute: 1))
        let later = 400 * Self.dayMs / Self.minuteMs
        for step in 0..<10 { _ = state.apply(try Self.event("s\(step)", minute: later + Int64(step), [])) }
        #expect(state.counts.accounts == 11)
        _ = state.apply(try Self.event("banned", minute: later + 20, [(.deviceRef, "e")]))
        let heir = state.facts(for: try Self.event("heir", minute: later + 21, [(.deviceRef, "e")]))
        #expect(heir[.device]?.labelledBad == 1)
    }
}
