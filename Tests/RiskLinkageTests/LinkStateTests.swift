import RiskCore
import RiskLinkage
import TestSupport
import Testing

@Suite struct LinkStateTests {
    static let classes: [(EventField, IdentifierClass)] = [
        (.deviceRef, .device), (.ipPrefixRef, .ipPrefix), (.instrumentRef, .instrument),
        (.emailDomainRef, .emailDomain),
    ]

    static func event(
        _ account: String, atMs: Int64, org: String? = nil, _ identifiers: [(EventField, String)]
    ) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "signup")
        try builder.set(.eventTimeMs, whole: UInt64(atMs))
        try builder.set(.accountRef, reference: Reference(account))
        if let org { try builder.set(.orgRef, reference: Reference(org)) }
        for (field, value) in identifiers {
            try builder.set(field, reference: Reference(value))
            // Domains of this name are a company's own, and old.
            guard field == .emailDomainRef, value.hasPrefix("own") else { continue }
            try builder.set(.emailDomainClass, word: "corporate")
            try builder.set(.emailDomainAgeDays, whole: 400)
        }
        return try builder.build()
    }

    private func randomEvent(
        _ generator: inout SeededGenerator, atMs: Int64, oneTenantEach: Bool = false
    ) throws -> AccountEvent {
        var identifiers: [(EventField, String)] = []
        for (field, _) in Self.classes where Bool.random(using: &generator) {
            let isOwn = field == .emailDomainRef && Bool.random(using: &generator)
            identifiers.append((field, (isOwn ? "own" : "x") + "\(Int.random(in: 0..<6, using: &generator))"))
        }
        let account = Int.random(in: 0..<20, using: &generator)
        let tenant = Int.random(in: 0..<5, using: &generator)
        let org = Int.random(in: 0..<4, using: &generator) == 0 ? "o\(oneTenantEach ? account % 5 : tenant)" : nil
        return try Self.event("a\(account)", atMs: atMs, org: org, identifiers)
    }

    /// A caller chooses its times, so an identifier that was forgotten can come back at the time it first came.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func noCountIsNegativeWhenForgottenIdentifiersComeBackAtTheirOldTimes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState(capacity: LinkState.Capacity(accounts: 10, identifiers: Int(seed % 3) + 1))
        for _ in 0..<300 {
            let atMs = 1_700_000_000_000 + Int64.random(in: 0...1, using: &generator)
            if Int.random(in: 0..<6, using: &generator) == 0 {
                let account = Reference("a\(Int.random(in: 0..<20, using: &generator))")
                let verdict = Label.Verdict.allCases.randomElement(using: &generator) ?? .abusive
                state.apply(Label(account: account, verdict: verdict, source: "test", knownAtMs: atMs))
            }
            let snapshot = state.apply(try randomEvent(&generator, atMs: atMs))
            for facts in snapshot.facts.compactMap({ $0 }) {
                let counts = [facts.accounts, facts.organisations, facts.companions, facts.labelledBad, facts.verified]
                #expect(counts.allSatisfy { $0 >= 0 }, "seed \(seed): \(counts)")
            }
        }
    }

    /// Seats of a company come before anyone says that they belong together; a new domain is nobody's word for that.
    @Test(
        arguments: [
            ("corporate", 2_000, 1), ("custom", 180, 1), ("corporate", 179, 20), ("free", 5_000, 20),
            ("disposable", 5_000, 20), ("edu", 5_000, 20),
        ])
    func accountsOnAnOldMailDomainOfSomebodysOwnAreOneOrganisation(
        domainClass: String, ageDays: UInt64, organisations: Double
    ) throws {
        var state = LinkState()
        func seat(_ index: Int, org: String? = nil, domain: Bool = true) throws -> LinkSnapshot {
            var builder = EventBuilder()
            try builder.set(.eventType, word: domain ? "signup" : "payment")
            try builder.set(.eventTimeMs, whole: 1_700_000_000_000 + UInt64(index))
            try builder.set(.accountRef, reference: Reference("seat\(index % 100)"))
            try builder.set(.deviceRef, reference: Reference("kiosk"))
            if let org { try builder.set(.orgRef, reference: Reference(org)) }
            if domain {
                try builder.set(.emailDomainRef, reference: Reference("company.example"))
                try builder.set(.emailDomainClass, word: domainClass)
                try builder.set(.emailDomainAgeDays, whole: ageDays)
            }
            return state.apply(try builder.build())
        }
        for index in 0..<20 { _ = try seat(index) }
        let stranger = try #require(try seat(20, org: "other", domain: false)[.device])
        #expect(stranger.accounts == 20 && stranger.organisations == organisations)
        // What a seat says later without its domain is still said by one of the company's.
        let later = try #require(try seat(103, domain: false)[.device])
        #expect(later.organisations == organisations)
        // A tenant's name is worth more than a domain.
        _ = try seat(104, org: "company", domain: false)
        let named = try #require(try seat(105, org: "company", domain: false)[.device])
        #expect(named.organisations == (organisations == 1 ? 1 : 19))
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func agreesWithCountingFromScratch(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let namesSecondTenants = seed % 2 == 0
        var state = LinkState()
        var naive = NaiveLinks()
        var timeMs: Int64 = 1_700_000_000_000
        for step in 0..<200 {
            timeMs += Int64.random(in: 0...40_000_000, using: &generator)
            if step % 11 == 10 {
                let verdict = Label.Verdict.allCases.randomElement(using: &generator) ?? .abusive
                let label = Label(
                    account: Reference("a\(Int.random(in: 0..<20, using: &generator))"), verdict: verdict,
                    source: "test", knownAtMs: timeMs)
                state.apply(label)
                naive.add(label)
            }
            let event = try randomEvent(&generator, atMs: timeMs, oneTenantEach: !namesSecondTenants)
            let dry = state.facts(for: event)
            let facts = state.apply(event)
            #expect(dry == facts, "seed \(seed) step \(step): a dry run sees the same")
            for (_, identifierClass) in Self.classes {
                let found = facts[identifierClass]
                let place = "seed \(seed) step \(step) \(identifierClass)"
                #expect(found?.accounts == naive.accounts(identifierClass, for: event), "\(place)")
                #expect(found?.labelledBad == naive.labelledBad(identifierClass, for: event), "\(place)")
                #expect(found?.organisations == naive.organisations(identifierClass, for: event), "\(place)")
                // Seats that change their tenant count for neither fully.
                let related = naive.related(identifierClass, for: event)
                if !namesSecondTenants { #expect(found?.related == related, "\(place)") }
                let arrivals = naive.arrivals30d(identifierClass, for: event)
                #expect((found == nil) == (arrivals == nil), "\(place)")
                #expect(abs((found?.arrivals30d ?? 0) - (arrivals ?? 0)) < 1e-9, "\(place)")
            }
            naive.add(event)
        }
    }

    @Test func anAccountIsNeverItsOwnNeighbour() throws {
        var state = LinkState()
        for step in 0..<5 {
            let facts = state.apply(
                try Self.event("a", atMs: 1000 + Int64(step), [(.deviceRef, "d"), (.instrumentRef, "c")]))
            for identifierClass in [IdentifierClass.device, .instrument] {
                #expect(facts[identifierClass]?.accounts == 0)
                #expect(facts[identifierClass]?.organisations == 0)
                #expect(facts[identifierClass]?.arrivals1d == 0)
                #expect(facts[identifierClass]?.established == 0)
            }
        }
    }

    @Test func replayGivesTheSameBits() throws {
        var generator = SeededGenerator(seed: 99)
        var events: [AccountEvent] = []
        for step in 0..<2000 {
            events.append(try randomEvent(&generator, atMs: 1_700_000_000_000 + Int64(step) * 3_333_333))
        }
        var first = LinkState()
        var second = LinkState()
        let a = events.map { first.apply($0) }
        let b = events.map { second.apply($0) }
        #expect(a == b)
    }

    @Test func identifiersOfEarlierEventsStayLinked() throws {
        var state = LinkState()
        _ = state.apply(try Self.event("a", atMs: 1000, [(.deviceRef, "d")]))
        _ = state.apply(try Self.event("b", atMs: 2000, [(.deviceRef, "d")]))
        let facts = state.apply(try Self.event("b", atMs: 3000, [(.instrumentRef, "c")]))
        #expect(facts[.device]?.accounts == 1, "the device given at sign-up still counts at payment")
    }

    @Test func labelsReachNeighboursAndExpire() throws {
        var state = LinkState()
        _ = state.apply(try Self.event("a", atMs: 1000, [(.deviceRef, "d")]))
        state.apply(
            Label(
                account: Reference("a"), verdict: .abusive, source: "test", knownAtMs: 1500, expiresAtMs: 10_000))
        let before = state.apply(try Self.event("b", atMs: 2000, [(.deviceRef, "d")]))
        #expect(before[.device]?.labelledBad == 1)
        #expect(before[.device]?.lastBanMs == 1500)
        let after = state.apply(try Self.event("c", atMs: 10_000, [(.deviceRef, "d")]))
        #expect(after[.device]?.labelledBad == 0, "the label has expired")
    }

    @Test func aLabelBeforeTheFirstEventCounts() throws {
        var state = LinkState()
        state.apply(Label(account: Reference("a"), verdict: .abusive, source: "test", knownAtMs: 500))
        _ = state.apply(try Self.event("a", atMs: 1000, [(.deviceRef, "d")]))
        #expect(state.apply(try Self.event("b", atMs: 2000, [(.deviceRef, "d")]))[.device]?.labelledBad == 1)
    }

    @Test func callerAndServerIdentifiersAreApart() throws {
        var state = LinkState()
        _ = state.apply(try Self.event("a", atMs: 1000, [(.deviceRef, "d")]))
        var builder = EventBuilder()
        try builder.set(.eventType, word: "signup")
        try builder.set(.eventTimeMs, whole: 2000)
        try builder.set(.accountRef, reference: Reference("b"))
        try builder.set(.deviceRef, reference: Reference(Array("d".utf8), namespace: .serverKeyed))
        #expect(state.apply(try builder.build())[.device]?.accounts == 0)
    }

    @Test func companionsCountOtherDomainsOnACard() throws {
        var state = LinkState()
        for (index, domain) in ["x.com", "y.com", "x.com", "z.com"].enumerated() {
            _ = state.apply(
                try Self.event(
                    "a\(index)", atMs: 1000 + Int64(index), [(.instrumentRef, "c"), (.emailDomainRef, domain)]))
        }
        let facts = state.apply(try Self.event("b", atMs: 9000, [(.instrumentRef, "c"), (.emailDomainRef, "x.com")]))
        #expect(facts[.instrument]?.companions == 2, "y.com and z.com, not its own")
    }

    @Test func freshSiblingsAreNotEstablished() throws {
        var state = LinkState()
        for index in 0..<50 { _ = state.apply(try Self.event("a\(index)", atMs: 1000, [(.emailDomainRef, "p")])) }
        let now = state.apply(try Self.event("b", atMs: 1000, [(.emailDomainRef, "p")]))
        #expect(abs(now[.emailDomain]?.established ?? 1) < 1e-9)
        let later = state.apply(try Self.event("c", atMs: 1000 + 120 * 86_400_000, [(.emailDomainRef, "p")]))
        #expect((later[.emailDomain]?.established ?? 0) > 45)
    }

    @Test func anAddressKeepsItsCompanyForAYear() throws {
        for (days, expected): (Int64, Double) in [(60, 1), (200, 1), (364, 1), (366, 0)] {
            var state = LinkState()
            _ = state.apply(try Self.event("a", atMs: 1000, [(.ipPrefixRef, "p"), (.deviceRef, "d")]))
            let facts = state.apply(
                try Self.event("b", atMs: 1000 + days * 86_400_000, [(.ipPrefixRef, "p"), (.deviceRef, "d")]))
            #expect(facts[.ipPrefix]?.accounts == expected, "\(days) days")
            #expect(facts[.device]?.accounts == expected, "\(days) days")
        }
    }

    @Test func memoryIsBoundedAndTheStalestGoFirst() throws {
        var state = LinkState(capacity: LinkState.Capacity(accounts: 100, identifiers: 200))
        for index in 0..<5000 {
            _ = state.apply(
                try Self.event(
                    "a\(index)", atMs: Int64(1000 + index), [(.deviceRef, "d\(index)"), (.ipPrefixRef, "shared")]))
        }
        #expect(state.counts.accounts <= 100)
        #expect(state.counts.identifiers <= 200)
        #expect(state.counts.evictions > 0)
        let facts = state.apply(try Self.event("b", atMs: 9000, [(.ipPrefixRef, "shared"), (.deviceRef, "d4999")]))
        // So many are sketched.
        #expect(abs((facts[.ipPrefix]?.accounts ?? 0) - 5000) < 650, "what is in use is not forgotten")
        #expect(facts[.device]?.accounts == 1)
    }
}
