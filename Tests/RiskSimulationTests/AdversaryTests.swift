import RiskCore
import RiskEventLog
import RiskSimulation
import Testing

struct AdversaryTests {
    private static let everybody = Result { try SmallWorld.sparse(Adversary.allCases, extraPersonas: true) }

    /// Of the accounts that ever send a field: how many there are, and how many values they have together.
    private static func values(_ field: EventField, _ accounts: [[AccountEvent]]) -> (accounts: Int, values: Int) {
        let sets = accounts.map { Set($0.compactMap { $0.reference(field) }) }.filter { !$0.isEmpty }
        return (sets.count, sets.reduce(into: Set()) { $0.formUnion($1) }.count)
    }

    private static func accounts(_ adversary: Adversary) throws -> [[AccountEvent]] {
        try everybody.get().accounts { $0.campaign == adversary.rawValue }
    }

    /// The headline numbers of all adversaries: accounts, exchanges, and the days with events.
    @Test func headlineNumbersComeOut() throws {
        let world = try Self.everybody.get()
        for adversary in Adversary.allCases {
            let checks = world.checks.filter { "\($0.name) ".contains("\(adversary.rawValue) ") }
            #expect(checks.count == 3, "\(adversary)")
            #expect(checks.filter { $0.outcome != .ok } == [], "\(adversary)")
            #expect(try Self.accounts(adversary).count >= 28, "\(adversary)")
        }
    }

    /// What comes on top of a world leaves every other event as it is, and each adversary the others.
    @Test func nobodyElseMoves() throws {
        let (plain, all) = (try SmallWorld.sparse(), try Self.everybody.get())
        let one = try SmallWorld.sparse([.paraphrase])
        for world in [plain, one] {
            let theirs = all.events.filter { world.truth[$0.account] != nil }
            #expect(theirs == world.events)
            #expect(all.labels.filter { world.truth[$0.account] != nil } == world.labels)
        }
        let april = WorldCalendar.startMs + 151 * WorldCalendar.dayMs
        #expect(all.events.filter { $0.timeMs < april } == plain.events.filter { $0.timeMs < april })
        #expect(one.events.count > plain.events.count + 300)
    }

    @Test func theirEventsObeyTheContract() throws {
        let world = try Self.everybody.get()
        for (index, event) in world.events.enumerated() where index % 41 == 0 {
            let line = EventJSON.encode(event)
            #expect(try EventJSON.decode(line[...]).event.builder.build() == event, "event \(index)")
        }
    }

    @Test func sleepersAreLightUsersForThirtyDays() throws {
        for events in try Self.accounts(.slowDrip) {
            let work = events[0].timeMs + 31 * WorldCalendar.dayMs
            let before = events.last { $0.timeMs < work - WorldCalendar.dayMs }?.number(.exchangesTotal) ?? 0
            #expect(before.isNaN || before < 250)
        }
    }

    @Test func aRelaysOwnUsersAskLittle() throws {
        let days = try Self.accounts(.userRelay).flatMap { $0 }.filter { $0.type == .usage }
        let requests = days.map { $0.number(.requests24h) }.sorted()
        #expect((3...9).contains(requests[requests.count / 2]))
    }

    @Test func nearEqualTextsHaveNoReferenceInCommon() throws {
        for adversary in [Adversary.wideThin, .paraphrase] {
            let accounts = try Self.accounts(adversary)
            let templates = Self.values(.templateTop1Ref, accounts)
            #expect(templates.values >= templates.accounts)
            let prefixes = accounts.map { Set($0.flatMap(\.prefixMinhash)) }.filter { $0.count >= 8 }
            var owners: [Reference: Int] = [:]
            for set in prefixes { for reference in set { owners[reference, default: 0] += 1 } }
            // Five texts at most, most of each with everybody who has it.
            #expect(owners.values.filter { $0 >= prefixes.count / 10 }.count >= 16, "\(adversary)")
        }
        let records = try Self.accounts(.paraphrase).flatMap { $0 }.compactMap { $0.reference(.templateTop1Ref) }
        #expect(Set(records).count == records.count)
    }

    @Test func nothingIsSharedWhereNothingShouldBe() throws {
        let accounts = try Self.accounts(.unshared)
        let fields: [EventField] = [
            .emailDomainRef, .emailMxRef, .emailMaskRef, .profileTemplateRef, .ipPrefixRef, .deviceRef, .instrumentRef,
            .billingAddrRef, .templateTop1Ref,
        ]
        for field in fields {
            let counts = Self.values(field, accounts)
            #expect(counts.accounts > 10 && counts.values == counts.accounts, "\(field)")
        }
    }

    @Test func hubsHideTheirOwnAndAFloodTouchesIt() throws {
        let world = try Self.everybody.get()
        let own = try Self.accounts(.hubHiding)
        let flood = world.accounts { $0.segment == "a6_flood" }
        #expect(flood.count == 4 * own.count)
        #expect(flood.allSatisfy { world.truth[$0[0].account]?.kind == "background_abuse" })
        let devices = Set(own.flatMap { $0 }.compactMap { $0.reference(.deviceRef) })
        let touched = flood.filter { $0.contains { $0.reference(.deviceRef).map(devices.contains) ?? false } }
        #expect(touched.count > flood.count / 5)
        #expect(Self.values(.emailDomainRef, own).values <= 14)
    }

    @Test func programmesAreAbusedByTwelveOrganisations() throws {
        let accounts = try Self.accounts(.programmeAbuse)
        #expect(Self.values(.orgRef, accounts).values == 12)
        #expect(accounts.flatMap { $0 }.allSatisfy { $0.number(.verificationLevel) >= 2 })
    }

    /// No sign-up in the stream; from the theft on, another's prompts.
    @Test func stolenKeysBelongToAgedAccounts() throws {
        let accounts = try Self.accounts(.stolenKeys)
        #expect(accounts.flatMap { $0 }.allSatisfy { $0.type == .usage && $0.number(.accountAgeS) > 80 * 86_400 })
        let last = accounts.compactMap { $0.compactMap { $0.reference(.templateTop1Ref) }.last }
        #expect(Set(last).count <= 4 && last.count > 20)
    }

    @Test func replacementsKeepOnlyTextAndMask() throws {
        let world = try Self.everybody.get()
        let accounts = try Self.accounts(.banAware)
        let bans = world.labels.filter { $0.campaign == Adversary.banAware.rawValue }.map(\.knownAtMs)
        let later = WorldCalendar.startMs + 180 * WorldCalendar.dayMs
        let (old, new) = (accounts.filter { $0[0].timeMs < later }, accounts.filter { $0[0].timeMs >= later })
        #expect(new.count >= 16)
        for events in new {
            let hours = bans.map { Double(events[0].timeMs - $0) / 3_600_000 }.filter { $0 > 0 }.min() ?? 99
            #expect(hours < 14)
        }
        for field in [EventField.instrumentRef, .deviceRef, .templateTop1Ref] {
            let together = Self.values(field, old + new).values
            #expect(together == Self.values(field, old).values + Self.values(field, new).values, "\(field)")
        }
        for field in [EventField.profileTemplateRef, .emailMaskRef] { #expect(Self.values(field, new).values <= 6) }
    }

    @Test func namesChooseAdversaries() throws {
        #expect(try Adversary.named("all") == Adversary.allCases)
        #expect(try Adversary.named("a5_unshared,a1_slow_drip") == [.slowDrip, .unshared])
        for wrong in ["", "a1", "all,a1_slow_drip", "a1_slow_drip,"] {
            #expect(throws: SettingError.self, "\(wrong)") { try Adversary.named(wrong) }
        }
    }

    /// Unusual honest customers are honest, have a segment each, and a rollout's organisation comes a day late.
    @Test func extraPersonasAreHonest() throws {
        let world = try Self.everybody.get()
        let segments = [
            "class_on_nat", "rollout", "rollout_first_day", "audit_app", "nightly_regression", "gateway", "migration",
            "hackathon_day", "reseller_new", "eval_vendor_new", "privacy_tools_new", "cgnat_region_new",
        ]
        for segment in segments {
            let accounts = world.accounts { $0.segment == segment }
            #expect(accounts.count >= 3, "\(segment)")
            #expect(accounts.allSatisfy { world.truth[$0[0].account]?.kind == "honest" }, "\(segment)")
        }
        let late = world.accounts { $0.segment == "rollout_first_day" }
        let start = try #require(late.map { $0[0].timeMs }.min())
        let events = late.flatMap { $0 }
        #expect(events.allSatisfy { $0.timeMs > start + 14 * 3_600_000 || $0.reference(.orgRef) == nil })
        #expect(events.contains { $0.reference(.orgRef) != nil })
    }
}
