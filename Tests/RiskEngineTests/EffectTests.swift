import RiskCore
import RiskEngine
import RiskLinkage
import TestSupport
import Testing

/// `effect_if_removed` against really leaving the identifier out.
@Suite struct EffectTests {
    /// The reference fields of classes that link, and the two references that have no field.
    private static let fields: [(field: EventField?, identifierClass: IdentifierClass)] =
        EventField.allCases.compactMap { field in
            guard case .reference(let identifierClass?) = field.spec.kind,
                IdentifierClass.linked.contains(identifierClass)
            else { return nil }
            return (field, identifierClass)
        } + [(nil, .email), (nil, .phone), (nil, .prefix)]

    /// What an event says, so that it can be built again without one identifier.
    private struct Draft {
        var type: String
        var account: String
        var atMs: Int64
        var organisation: String?
        var identifiers: [IdentifierClass: String] = [:]
        var numbers: [EventField: Double] = [:]
        /// Whether its mail domain is a company's, so that accounts of it belong together.
        var isOfCompany = false

        func event(without removed: IdentifierClass? = nil) throws -> AccountEvent {
            var builder = EventBuilder()
            try builder.set(.eventType, word: type)
            try builder.set(.eventTimeMs, whole: UInt64(atMs))
            try builder.set(.accountRef, reference: Reference(account))
            if let organisation { try builder.set(.orgRef, reference: Reference(organisation)) }
            if isOfCompany {
                try builder.set(.emailDomainClass, word: "corporate")
                try builder.set(.emailDomainAgeDays, whole: 4000)
            }
            if type == "usage" { try builder.set(.clientClaimedRef, reference: Reference("client")) }
            for (field, identifierClass) in EffectTests.fields where identifierClass != removed {
                guard let value = identifiers[identifierClass] else { continue }
                let reference = Reference(Array(value.utf8), namespace: field == nil ? .serverKeyed : .caller)
                switch (field, identifierClass) {
                case (let field?, _): try builder.set(field, reference: reference)
                case (nil, .email): builder.setEmail(reference)
                case (nil, .phone): builder.setPhone(reference)
                default: try addPrefix(value, to: &builder)
                }
            }
            for field in EventField.allCases {
                if let number = numbers[field] { try builder.set(field, number: number) }
            }
            return try builder.build()
        }

        /// Eight MinHash values, half of which two prompts may have in common.
        private func addPrefix(_ value: String, to builder: inout EventBuilder) throws {
            for place in 0..<8 {
                let text = place < 4 ? "\(place)\(value)" : "\(place)\(value == "v0" ? "v1" : value)"
                try builder.add(.prefixMinhash, reference: Reference(text))
            }
        }
    }

    private func draft(
        _ generator: inout SeededGenerator, account: String, atMs: Int64, values: Int = 4
    ) -> Draft {
        var draft = Draft(
            type: ["signup", "payment", "usage"].randomElement(using: &generator) ?? "signup", account: account,
            atMs: atMs,
            organisation: Bool.random(using: &generator) ? "o\(Int.random(in: 0..<9, using: &generator))" : nil)
        for (_, identifierClass) in Self.fields where Int.random(in: 0..<3, using: &generator) > 0 {
            draft.identifiers[identifierClass] = "v\(Int.random(in: 0..<values, using: &generator))"
        }
        if draft.type == "usage" {
            draft.numbers[.metadataMissingRate] = .random(in: 0...1, using: &generator)
            draft.numbers[.requests24h] = Double(Int.random(in: 0...900, using: &generator))
        }
        draft.isOfCompany = Int.random(in: 0..<2, using: &generator) == 0
        return draft
    }

    /// A state with some hundred events, and labels among them.
    private func state(_ generator: inout SeededGenerator) throws -> (state: LinkState, atMs: Int64) {
        var state = LinkState()
        var timeMs: Int64 = 1_700_000_000_000
        for step in 0..<250 {
            timeMs += .random(in: 0...7_200_000, using: &generator)
            let account = "a\(Int.random(in: 0..<80, using: &generator))"
            _ = state.apply(try draft(&generator, account: account, atMs: timeMs).event())
            if step % 9 == 8 {
                let verdict = [Label.Verdict.abusive, .verified].randomElement(using: &generator) ?? .abusive
                state.apply(Label(account: Reference(account), verdict: verdict, source: "test", knownAtMs: timeMs))
            }
        }
        return (state, timeMs)
    }

    /// For a new account, the effect is to the bit what a dry run of the same event without the identifier gives, and
    /// so is everything the state would have said.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func theEffectIsWhatLeavingOutGives(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let model = try RandomServable.model(seed: seed)
        let (state, timeMs) = try state(&generator)
        var scratch = ServableModel.Scratch()
        var compared: Set<IdentifierClass> = []
        var seats = 0
        for index in 0..<25 {
            let draft = draft(&generator, account: "new-\(index)", atMs: timeMs + Int64(index) * 1000)
            let event = try draft.event()
            let facts = state.facts(for: event)
            let answer = model.answer(Observation(event: event, links: facts), alias: "", scratch: &scratch)
            let vector = scratch.vector
            for link in answer.links {
                guard let effect = link.effectIfRemoved else { continue }
                compared.insert(link.identifierClass)
                let without = try draft.event(without: link.identifierClass)
                let place = "seed \(seed) event \(index) \(link.identifierClass)"
                #expect(state.facts(for: without) == facts.removing(link.identifierClass), "\(place)")
                let margin = model.margin(
                    Observation(event: without, links: state.facts(for: without)), scratch: &scratch)
                #expect(effect.bitPattern == (answer.margin - margin).bitPattern, "\(place)")
            }
            #expect(answer.links.count { $0.effectIfRemoved != nil } <= ServableModel.effectLimit)
            if facts.isSeatOfDomain {
                seats += 1
                #expect(!answer.links.contains { $0.identifierClass == .emailDomain && $0.effectIfRemoved != nil })
            }
            if let cluster = answer.cluster {
                // Field by field: of an account that nothing ties to anybody, at a moment when no rhythm is known.
                var alone = facts
                (alone.cluster, alone.rhythm, alone.rivals) = (nil, nil, [])
                for identifierClass in IdentifierClass.linked { alone[identifierClass]?.tie = 0 }
                let margin = model.margin(Observation(event: event, links: alone), scratch: &scratch)
                #expect(cluster.effectIfRemoved.bitPattern == (answer.margin - margin).bitPattern, "seed \(seed)")
                #expect(cluster.accounts > 0 && cluster.id.number > 0)
            }
            // Working effects out leaves the answer's own vector alone.
            _ = model.answer(Observation(event: event, links: facts), alias: "", scratch: &scratch)
            #expect(zip(vector, scratch.vector).allSatisfy { $0.bitPattern == $1.bitPattern }, "seed \(seed)")
        }
        #expect(compared.count >= 5, "seed \(seed): \(compared)")
        #expect(seats > 0, "seed \(seed)")
    }

    /// For an account with a past, "without it" means as though it never had come with it. What ties it to a cluster
    /// depends on what became of that without it, and is left out here.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func withoutItMeansNeverHavingHadIt(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // What only the account itself brought to a companion's identifier cannot be told from what others did.
        let removed = Self.fields.map(\.identifierClass).filter { $0 != .emailDomain }.randomElement(using: &generator)
        let identifierClass = try #require(removed)
        var (with, without) = (LinkState(), LinkState())
        var timeMs: Int64 = 1_700_000_000_000
        for step in 0..<200 {
            timeMs += .random(in: 0...7_200_000, using: &generator)
            let account = "a\(Int.random(in: 0..<12, using: &generator))"
            // Few values, so that no account forgets any of its identifiers for room.
            let draft = draft(&generator, account: account, atMs: timeMs, values: 2)
            let observed = with.apply(try draft.event())
            let never = without.apply(try draft.event(without: account == "a0" ? identifierClass : nil))
            guard account == "a0" else { continue }
            let expected = observed.removing(identifierClass)
            let place = "seed \(seed) step \(step) \(identifierClass)"
            for other in IdentifierClass.linked {
                var (left, right) = (never[other], expected[other])
                left?.tie = 0
                right?.tie = 0
                #expect(left == right, "\(place): \(other)")
            }
            #expect(never.population == expected.population, "\(place)")
            #expect(never.account == expected.account, "\(place)")
        }
    }

    /// The four with the largest contributions get an effect, and only those that say something.
    @Test func onlyLinksThatMatteredGetAnEffect() throws {
        for seed in 20...40 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let model = try RandomServable.model(seed: seed)
            let (state, timeMs) = try state(&generator)
            var scratch = ServableModel.Scratch()
            let event = try draft(&generator, account: "new", atMs: timeMs).event()
            let facts = state.facts(for: event)
            let answer = model.answer(Observation(event: event, links: facts), alias: "", scratch: &scratch)
            // A seat stays one: nobody works out what it would be without its company's domain.
            let able = answer.links.filter { !(facts.isSeatOfDomain && $0.identifierClass == .emailDomain) }
            let sizes = able.map { abs($0.contribution) }.sorted(by: >)
            let least = max(
                ServableModel.leastContributionOfEffect, sizes.prefix(ServableModel.effectLimit).last ?? 0)
            for link in answer.links {
                let isExpected = abs(link.contribution) >= least && able.contains(link)
                #expect((link.effectIfRemoved != nil) == isExpected, "seed \(seed): \(link)")
            }
        }
    }
}
