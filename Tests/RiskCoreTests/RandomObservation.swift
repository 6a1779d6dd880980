import RiskCore
import TestSupport

/// Events and facts as odd as the contract allows.
enum RandomObservation {
    static func event(_ generator: inout SeededGenerator) throws -> AccountEvent {
        try Fixture.event(["signup", "payment", "usage"].randomElement(using: &generator) ?? "usage") { builder in
            for field in EventField.allCases where field.spec.section != .envelope && .random(using: &generator) {
                switch field.spec.kind {
                case .whole(let maximum):
                    let candidates = [0, 1, min(maximum, 100), maximum]
                    try builder.set(field, whole: candidates.randomElement(using: &generator) ?? 0)
                case .number(let range):
                    let candidates = [range.lowerBound, range.upperBound, .random(in: 0...0.5, using: &generator)]
                    try builder.set(field, number: candidates.randomElement(using: &generator) ?? 0)
                case .flag: try builder.set(field, flag: .random(using: &generator))
                case .word(let words):
                    try builder.set(field, wordIndex: .random(in: words.indices, using: &generator))
                case .histogram(let count):
                    let shares = [Fixture.oneOf(count), Fixture.even(count), Fixture.even(count).map { $0 * 1.019 }]
                    try builder.set(field, histogram: shares.randomElement(using: &generator) ?? [])
                case .reference, .references: continue
                }
            }
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let identifierClass = IdentifierClass.allCases.randomElement(using: &generator) ?? .device
                var link = IntelLink(identifierClass)
                link.accounts7d = [nil, 0, FieldSpec.wholeMaximum].randomElement(using: &generator) ?? nil
                link.accounts30d = [nil, 0, 9].randomElement(using: &generator) ?? nil
                link.banned = [nil, 0, 12].randomElement(using: &generator) ?? nil
                link.expectedDegree = [nil, 0, 1e9].randomElement(using: &generator) ?? nil
                link.source = [nil, .caller, .partner].randomElement(using: &generator) ?? nil
                try builder.add(link)
                var hit = PartnerHit(identifierClass)
                hit.confidence = [nil, 0, 1].randomElement(using: &generator) ?? nil
                hit.ageDays = [nil, 0, FieldSpec.wholeMaximum].randomElement(using: &generator) ?? nil
                try builder.add(hit)
            }
        }
    }

    static func links(_ generator: inout SeededGenerator, atMs: Int64) throws -> LinkSnapshot {
        var links = LinkSnapshot()
        for identifierClass in IdentifierClass.linked where .random(using: &generator) {
            links[identifierClass] = facts(&generator, atMs: atMs)
        }
        links.account.profile.remember(try event(&generator))
        links.account.firstSeenMs =
            Bool.random(using: &generator) ? atMs + .random(in: -9_999_999...99, using: &generator) : nil
        links.account.bornAtMs =
            Bool.random(using: &generator) ? atMs - .random(in: -99...9_999_999, using: &generator) : nil
        links.account.usualRequests = [nil, 0, 1e9].randomElement(using: &generator) ?? nil
        links.account.usualNewestModelShare = [nil, 0, 1].randomElement(using: &generator) ?? nil
        links.population.claimants = [0, 1e6].randomElement(using: &generator) ?? 0
        links.population.metadataMissingRate = PopulationSpread(count: 99, mean: 0.5, deviation: 0)
        links.population.clientVersionLagDays = PopulationSpread(count: 99, mean: 9, deviation: 0)
        links.population.emailLocalpartEntropy = PopulationSpread(count: 99, mean: 3, deviation: 0)
        return links
    }

    private static func facts(_ generator: inout SeededGenerator, atMs: Int64) -> LinkFacts {
        var facts = LinkFacts()
        facts.accounts = Double([0, 1, 7, 90_000].randomElement(using: &generator) ?? 0)
        facts.organisations = .random(in: 0...facts.accounts, using: &generator)
        facts.arrivals30d = .random(in: 0...facts.accounts, using: &generator)
        facts.arrivals7d = .random(in: 0...facts.arrivals30d, using: &generator)
        facts.arrivals1d = .random(in: 0...facts.arrivals7d, using: &generator)
        facts.labelledBad = .random(in: 0...facts.accounts, using: &generator)
        facts.firstSeenMs = atMs - .random(in: -99...99_999_999_999, using: &generator)
        facts.lastBanMs = facts.labelledBad > 0 ? atMs + .random(in: -99_999...99, using: &generator) : nil
        return facts
    }
}
