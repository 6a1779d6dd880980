import RiskCore
import RiskLinkage
import TestSupport
import Testing

/// Which accounts are found to belong together, and what is said of them.
@Suite struct ClusterTests {
    private static let startMs: Int64 = 1_770_000_000_000
    private static let hourMs: Int64 = 3_600_000

    private typealias Identifiers = [(EventField, String)]

    private static func event(_ account: String, hour: Int64, org: String? = nil, _ identifiers: Identifiers) throws
        -> AccountEvent
    {
        try LinkStateTests.event(account, atMs: startMs + hour * hourMs, org: org, identifiers)
    }

    private static func label(_ account: String, _ verdict: Label.Verdict, hour: Int64, untilHour: Int64? = nil)
        -> Label
    {
        Label(
            account: Reference(account), verdict: verdict, source: "test", knownAtMs: startMs + hour * hourMs,
            expiresAtMs: untilHour.map { startMs + $0 * hourMs })
    }

    /// A ring of so many, an hour apart: each shares a device with one neighbour and a card with the other, all of them
    /// a profile text and an address.
    private static func ring(_ count: Int, in state: inout LinkState) throws {
        for index in 0..<count {
            let identifiers: Identifiers = [
                (.deviceRef, "d\(index / 2)"), (.instrumentRef, "i\((index + 1) / 2)"), (.profileTemplateRef, "p"),
                (.ipPrefixRef, "n"),
            ]
            _ = state.apply(try event("r\(index)", hour: Int64(index), identifiers))
        }
    }

    private static func members(_ state: LinkState, _ account: String) -> [String] {
        let page = state.campaign(.account(Reference(account)), limit: CampaignPage.memberLimit)
        return (page?.members ?? []).map { String(decoding: $0.account.bytes, as: UTF8.self) }
    }

    @Test(
        arguments: [
            ([(.deviceRef, "d")], true), ([(.instrumentRef, "i")], true),
            ([(.profileTemplateRef, "p"), (.ipPrefixRef, "n")], true),
            ([(.emailDomainRef, "e"), (.ipPrefixRef, "n")], true),
            ([(.ipPrefixRef, "n")], false), ([(.emailMaskRef, "m")], false),
            ([(.emailMaskRef, "m"), (.ipPrefixRef, "n")], false),
            ([(.tlsClientRef, "t"), (.asnRef, "a"), (.issuerProgrammeRef, "k")], false),
        ] as [([(EventField, String)], Bool)])
    func oneStrongClassOrTwoIndependentOnesJoin(identifiers: [(EventField, String)], joins: Bool) throws {
        var state = LinkState()
        for account in ["a", "b"] { _ = state.apply(try Self.event(account, hour: 0, identifiers)) }
        #expect(Self.members(state, "a") == (joins ? ["a", "b"] : []))
    }

    /// However large the ring: what one member's device says of a newcomer does not get less with every other member.
    @Test(arguments: [40, 1500])
    func oneMembersDeviceBringsSomebodyNewToARingOfAnySize(size: Int) throws {
        var state = LinkState()
        try Self.ring(size, in: &state)
        let hour = Int64(size)
        #expect(state.facts(for: try Self.event("r7", hour: hour, [])).cluster?.accounts == Double(size - 1))
        // A mail domain is not one person's: what it says gets less with the ring.
        let own: [((EventField, String), Bool)] = [
            ((.deviceRef, "solo"), true), ((.instrumentRef, "solo"), true),
            ((.emailDomainRef, "solo.example"), size == 40),
        ]
        for (place, (identifier, joins)) in own.enumerated() {
            _ = state.apply(try Self.event("r\(7 + place)", hour: hour, [identifier]))
            let facts = state.facts(for: try Self.event("new", hour: hour, [identifier]))
            #expect((facts.cluster != nil) == joins, "\(identifier): \(String(describing: facts.cluster))")
        }
    }

    @Test func anAddressAndItsNetworkAreOneKind() throws {
        var state = LinkState()
        let both: Identifiers = [(.ipPrefixRef, "n"), (.asnRef, "a"), (.emailMxRef, "x"), (.tlsClientRef, "t")]
        for index in 0..<20 { _ = state.apply(try Self.event("a\(index)", hour: 0, both)) }
        #expect(state.counts.clusters == 0)
    }

    @Test func hubsJoinNobodyAndAFloodDissolvesNothing() throws {
        var state = LinkState()
        try Self.ring(20, in: &state)
        let before = Self.members(state, "r0")
        #expect(before.count == 20)
        // Thousands of strangers come with the ring's own profile text.
        for index in 0..<3000 {
            _ = state.apply(try Self.event("s\(index)", hour: 100, [(.profileTemplateRef, "p")]))
        }
        #expect(Set(before).isSubset(of: Self.members(state, "r0")))
        let member = state.facts(for: try Self.event("r0", hour: 101, []))
        #expect(member.cluster?.accounts ?? 0 >= 19)
        // What was past its cap then joins nobody new.
        let late = state.facts(for: try Self.event("late", hour: 102, [(.profileTemplateRef, "p")]))
        #expect(late.cluster == nil)
        // An address that thousands of strangers share joins none of them.
        var hub = LinkState()
        for index in 0..<3000 {
            _ = hub.apply(
                try Self.event("s\(index)", hour: 1, [(.ipPrefixRef, "nat"), (.emailMaskRef, "m\(index % 3)")]))
        }
        #expect(hub.counts.clusters == 0)
    }

    @Test func whatOldAccountsTakeUpIsPublic() throws {
        var state = LinkState()
        for index in 0..<40 { _ = state.apply(try Self.event("a\(index)", hour: Int64(index), [])) }
        for index in 0..<40 {
            _ = state.apply(try Self.event("a\(index)", hour: 24 * 60 + Int64(index), [(.profileTemplateRef, "agent")]))
        }
        _ = state.apply(try Self.event("new", hour: 24 * 62, [(.profileTemplateRef, "agent"), (.ipPrefixRef, "n")]))
        #expect(state.facts(for: try Self.event("a0", hour: 24 * 62, [])).cluster == nil)
        #expect(state.facts(for: try Self.event("new", hour: 24 * 62, [])).cluster == nil)
    }

    @Test func aMergeKeepsMembersHistoryAndNames() throws {
        var state = LinkState()
        for index in 0..<6 { _ = state.apply(try Self.event("a\(index)", hour: Int64(index), [(.deviceRef, "d")])) }
        let shared: Identifiers = [(.instrumentRef, "i"), (.emailDomainRef, "e")]
        for index in 0..<4 { _ = state.apply(try Self.event("b\(index)", hour: 10, shared)) }
        let (left, right) = (state.campaign(.account(Reference("a0"))), state.campaign(.account(Reference("b0"))))
        guard let left, let right else {
            Issue.record("two clusters expected")
            return
        }
        state.apply(Self.label("b1", .abusive, hour: 20))
        // One customer of both does not make them one; two do.
        _ = state.apply(try Self.event("a1", hour: 30, shared))
        #expect(Self.members(state, "a0").count == 6)
        _ = state.apply(try Self.event("a2", hour: 31, shared))
        let merged = state.campaign(.cluster(right.summary.id), limit: 100)
        #expect(merged?.summary.id == left.summary.id, "the larger keeps its name, the other's leads to it")
        #expect(merged?.summary.mergedIDs == [right.summary.id])
        #expect(merged?.summary.accounts == 10)
        #expect(merged?.summary.labelledBad == 1)
        #expect(merged?.members.count == 10)
        #expect(merged?.timeline.reduce(0) { $0 + $1.joined } == 10)
        #expect(merged?.timeline.reduce(0) { $0 + $1.banned } == 1)
    }

    /// Ten of a hundred make two clusters one: different ones, not the same few that come again and again.
    @Test func onlyDifferentAccountsInCommonMakeTwoClustersOne() throws {
        var state = LinkState()
        for index in 0..<100 {
            _ = state.apply(try Self.event("a\(index)", hour: Int64(index), [(.deviceRef, "d")]))
            _ = state.apply(
                try Self.event("b\(index)", hour: Int64(index), [(.instrumentRef, "i"), (.emailDomainRef, "e")]))
        }
        let both: Identifiers = [(.deviceRef, "d"), (.instrumentRef, "i"), (.emailDomainRef, "e")]
        for round in 0..<36 {
            _ = state.apply(try Self.event("a\(round % 2)", hour: 100 + Int64(round), both))
            _ = state.apply(try Self.event("a\(round % 9)", hour: 100 + Int64(round), both))
        }
        #expect(Self.members(state, "a0").count == 100)
        _ = state.apply(try Self.event("a9", hour: 140, both))
        #expect(Self.members(state, "a0").count == 200)
    }

    /// A ring that pays with a laboratory's card and has stolen one of its accounts stays another cluster than it.
    @Test(arguments: [8, 26, 120])
    func whatWasStolenFromALaboratoryMakesItNoRing(size: Int) throws {
        var state = LinkState()
        let laboratory: Identifiers = [(.instrumentRef, "lab card"), (.emailDomainRef, "lab.example")]
        let ring: Identifiers = [(.instrumentRef, "ring card"), (.deviceRef, "farm")]
        for index in 0..<200 {
            if index < size { _ = state.apply(try Self.event("lab\(index)", hour: Int64(index), laboratory)) }
            _ = state.apply(try Self.event("ring\(index)", hour: Int64(index), ring))
        }
        _ = state.apply(try Self.event("ring0", hour: 201, [(.instrumentRef, "lab card"), (.deviceRef, "farm")]))
        _ = state.apply(try Self.event("lab0", hour: 202, [(.deviceRef, "farm"), (.emailDomainRef, "lab.example")]))
        #expect(Self.members(state, "lab1").count == size)
        #expect(Self.members(state, "ring1").count == 200)
    }

    @Test func aLabelTravelsAtOnceExpiresAndCanBeTakenBack() throws {
        var state = LinkState()
        try Self.ring(12, in: &state)
        func bad(hour: Int64) throws -> Double? {
            state.facts(for: try Self.event("r3", hour: hour, [])).cluster?.labelledBad
        }
        #expect(try bad(hour: 20) == 0)
        state.apply(Self.label("r0", .abusive, hour: 21))
        state.apply(Self.label("r7", .abusive, hour: 21, untilHour: 30))
        #expect(try bad(hour: 22) == 2)
        #expect(state.facts(for: try Self.event("r0", hour: 22, [])).cluster?.labelledBad == 1, "not its own")
        state.apply(Self.label("r0", .legitimate, hour: 23))
        #expect(try bad(hour: 24) == 1)
        _ = state.apply(try Self.event("r5", hour: 31, []))
        #expect(try bad(hour: 32) == 0, "expired")
        #expect(state.facts(for: try Self.event("r3", hour: 32, [])).cluster?.lastBanMs == nil)
    }

    @Test func whoeverInheritsFromABannedSetIsKnownAtSignup() throws {
        var state = LinkState()
        try Self.ring(20, in: &state)
        for index in 0..<20 { state.apply(Self.label("r\(index)", .abusive, hour: 40)) }
        let heir = try Self.event(
            "heir", hour: 43, [(.profileTemplateRef, "p"), (.ipPrefixRef, "n"), (.deviceRef, "x")])
        let cluster = state.facts(for: heir).cluster
        #expect(cluster?.accounts == 20)
        #expect(cluster?.labelledBad == 20)
        #expect(cluster?.lastBanMs == Self.startMs + 40 * Self.hourMs)
    }

    /// An address and a mail pattern bring somebody new to a cluster that others come to, not to one of last winter.
    @Test func whereNobodyComesAnyMoreNewcomersNeedMore() throws {
        var state = LinkState()
        let weak: Identifiers = [(.ipPrefixRef, "n"), (.emailMaskRef, "m")]
        let profile: Identifiers = [(.profileTemplateRef, "p"), (.ipPrefixRef, "n")]
        for index in 0..<60 {
            _ = state.apply(try Self.event("r\(index)", hour: Int64(index), weak + [(.profileTemplateRef, "p")]))
        }
        func size(_ account: String, hour: Int64, _ identifiers: Identifiers) throws -> Double? {
            state.facts(for: try Self.event(account, hour: hour, identifiers)).cluster?.accounts
        }
        let later: Int64 = 24 * 70
        #expect(try size("new", hour: 61, weak) == 60)
        #expect(try size("new", hour: later, weak) == nil)
        #expect(try size("new", hour: later, profile) == 60, "more that is shared still tells")
        #expect(try size("r58", hour: later, weak) == 59, "a member stays")
        // Once others come again, the address and the pattern are enough again.
        for index in 0..<15 {
            _ = state.apply(try Self.event("s\(index)", hour: later + Int64(index), profile))
        }
        #expect(try size("new", hour: later + 20, weak) == 75)
    }

    /// The same shared things say the same before and after an account has joined, and so does their absence.
    @Test(arguments: [61, 24 * 70] as [Int64])
    func joiningMakesNobodySurer(hour: Int64) throws {
        var state = LinkState()
        let weak: Identifiers = [(.ipPrefixRef, "n"), (.emailMaskRef, "m")]
        for index in 0..<60 {
            let device: Identifiers = index % 20 == 0 ? [(.deviceRef, "d")] : []
            _ = state.apply(
                try Self.event("r\(index)", hour: Int64(index), weak + device + [(.profileTemplateRef, "p")]))
        }
        let event = weak + [(.deviceRef, "d")]
        let before = state.apply(try Self.event("new", hour: hour, event))
        let after = state.facts(for: try Self.event("new", hour: hour + 1, event))
        let (first, second) = (try #require(before.cluster), try #require(after.cluster))
        #expect(first.accounts == 60 && second.accounts == 60)
        #expect(abs(first.tie - second.tie) < 0.1 && first.tieKinds == second.tieKinds)
        // Without the device an address and a mail pattern are left: enough where others come, else not.
        let isLive = hour == 61
        #expect((before.removing(.device).cluster != nil) == isLive)
        #expect((after.removing(.device).cluster != nil) == isLive)
    }

    /// What is said of a cluster is what its members' list, gone through one by one, gives.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func factsAreThoseOfTheMembersOneByOne(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState()
        var organisation: [String: String] = [:]
        var verdicts: [String: Label.Verdict] = [:]
        var compared = 0
        for step in 0..<250 {
            let name = "a\(Int.random(in: 0..<40, using: &generator))"
            if step % 9 == 8 {
                let verdict = Label.Verdict.allCases.randomElement(using: &generator) ?? .abusive
                state.apply(Self.label(name, verdict, hour: Int64(step)))
                verdicts[name] = verdict
                continue
            }
            var identifiers: Identifiers = []
            for field in [EventField.deviceRef, .instrumentRef, .profileTemplateRef, .ipPrefixRef]
            where Int.random(in: 0..<3, using: &generator) == 0 {
                identifiers.append((field, "\(Int.random(in: 0..<12, using: &generator))"))
            }
            let org = Bool.random(using: &generator) ? "o\(Int.random(in: 0..<4, using: &generator))" : nil
            let event = try Self.event(name, hour: Int64(step), org: org, identifiers)
            let before = state
            // As of just before: the account's own tenant is the one it had, unless the event names one.
            let tenant = org ?? organisation[name]
            if let cluster = state.apply(event).cluster {
                compared += 1
                let page = try #require(before.campaign(.cluster(cluster.id), limit: 1000))
                check(cluster, page, name, tenant, organisation, verdicts, "seed \(seed) step \(step)")
            }
            if let org { organisation[name] = org }
        }
        #expect(compared > 50, "seed \(seed): \(compared)")
    }

    private func check(
        _ cluster: ClusterFacts, _ page: CampaignPage, _ name: String, _ tenant: String?,
        _ organisation: [String: String], _ verdicts: [String: Label.Verdict], _ place: String
    ) {
        let others = page.members.map { String(decoding: $0.account.bytes, as: UTF8.self) }.filter { $0 != name }
        #expect(page.summary.id == cluster.id, "\(place): id")
        #expect(cluster.accounts == Double(others.count), "\(place): accounts")
        let tenants = Set(others.map { organisation[$0] ?? "own \($0)" }).subtracting([tenant ?? "own \(name)"])
        #expect(cluster.organisations == Double(tenants.count), "\(place): organisations")
        #expect(cluster.labelledBad == Double(others.count { verdicts[$0] == .abusive }), "\(place): labelled")
        #expect(cluster.verified == Double(others.count { verdicts[$0] == .verified }), "\(place): verified")
        #expect(cluster.births?.count ?? 0 == Double(others.count), "\(place): births")
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func pagesGoThroughEveryMemberOnce(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState()
        let count = Int.random(in: 2...70, using: &generator)
        try Self.ring(count, in: &state)
        var (found, from): ([String], Int?) = ([], 0)
        let limit = Int.random(in: 1...20, using: &generator)
        while let place = from {
            let page = state.campaign(.account(Reference("r0")), from: place, limit: limit)
            #expect(page?.members.count ?? 0 <= limit)
            found += (page?.members ?? []).map { String(decoding: $0.account.bytes, as: UTF8.self) }
            from = page?.nextMember
        }
        #expect(found.sorted() == (0..<count).map { "r\($0)" }.sorted(), "seed \(seed), \(limit) a page")
    }

    /// A log from elsewhere may say any time.
    @Test func timesBeyondAllReasonDoNotOverflow() throws {
        var state = LinkState()
        for index in 0..<2000 {
            _ = state.apply(
                try LinkStateTests.event("a\(index)", atMs: 9_000_000_000_000_000 + Int64(index), [(.deviceRef, "d")]))
        }
        #expect(state.counts.clusters == 1)
    }

    @Test func whoIsForgottenCountsInNoCluster() throws {
        // Room for ten: the first three of five make way for strangers.
        var state = LinkState(capacity: LinkState.Capacity(accounts: 10, identifiers: 500))
        for index in 0..<5 { _ = state.apply(try Self.event("r\(index)", hour: 0, [(.deviceRef, "d")])) }
        state.apply(Self.label("r0", .abusive, hour: 1))
        for index in 0..<8 { _ = state.apply(try Self.event("s\(index)", hour: 2, [])) }
        let full = state.facts(for: try Self.event("late", hour: 3, [(.deviceRef, "d")]))
        #expect(full.cluster?.accounts == 2 && full.cluster?.labelledBad == 1)
        #expect(Set(Self.members(state, "r0")).isSubset(of: ["r0", "r4"]) && Self.members(state, "r0").count == 2)
        // A retention later all but the last are forgotten for their age, and whoever comes back comes as somebody new.
        let retention = LinkState.retentionMs / 3_600_000
        var old = LinkState()
        for index in 0..<5 { _ = old.apply(try Self.event("r\(index)", hour: 0, [(.deviceRef, "d")])) }
        _ = old.apply(try Self.event("r4", hour: retention / 2, [(.deviceRef, "d")]))
        for index in 0..<10 { _ = old.apply(try Self.event("s\(index)", hour: retention + 240, [])) }
        let stale = old.facts(for: try Self.event("r0", hour: retention + 240, [(.deviceRef, "d")]))
        #expect(stale.cluster?.accounts == 1)
    }

    @Test func membershipIsBoundedWithTheAccounts() throws {
        var state = LinkState(capacity: LinkState.Capacity(accounts: 50, identifiers: 500))
        for index in 0..<2000 {
            _ = state.apply(try Self.event("a\(index)", hour: Int64(index), [(.deviceRef, "d\(index / 10)")]))
        }
        #expect(state.counts.clusteredAccounts <= 50)
        #expect(state.counts.clusters <= 25)
    }
}
