import RiskCore
import TestSupport

/// Random events that keep the contract. `density` is the share of fields that are set.
struct RandomEvents {
    var random: SeededGenerator
    var density = 0.7
    /// Whether some references are keyed by the server, as in the log.
    var hasKeyedReferences = false

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func builder() throws -> EventBuilder {
        var builder = EventBuilder()
        for field in EventField.allCases where isRequired(field) || chance(density) { try set(field, in: &builder) }
        if chance(density) { try addIntel(to: &builder) }
        for name in ["a", "b_2", "c9"] where chance(density) {
            try builder.add(
                CustomValue(
                    name: name, value: chance(0.5) ? .text(random.word()) : .number(.random(in: -9...9, using: &random))
                ))
        }
        if hasKeyedReferences {
            if chance(density) { builder.setEmail(Reference(random.bytes(1...64), namespace: .serverKeyed)) }
            if chance(density) { builder.setPhone(Reference(random.bytes(1...64), namespace: .serverKeyed)) }
        }
        return builder
    }

    mutating func event() throws -> AccountEvent { try builder().build() }

    mutating func raw() throws -> RawIdentifiers {
        var raw = RawIdentifiers()
        for kind in RawIdentifiers.Kind.allCases where chance(density) { try raw.set(kind, random.word()) }
        return raw
    }

    mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private func isRequired(_ field: EventField) -> Bool {
        field == .eventType || field == .eventTimeMs || field == .accountRef
    }

    private mutating func set(_ field: EventField, in builder: inout EventBuilder) throws {
        switch field.spec.kind {
        case .whole(let maximum):
            try builder.set(field, whole: chance(0.1) ? maximum : .random(in: 0...maximum, using: &random))
        case .number(let range):
            try builder.set(field, number: chance(0.1) ? range.upperBound : .random(in: range, using: &random))
        case .flag: try builder.set(field, flag: chance(0.5))
        case .word(let words): try builder.set(field, wordIndex: .random(in: 0..<words.count, using: &random))
        case .reference(let identifierClass):
            let canBeKeyed = hasKeyedReferences && (identifierClass != nil || field == .clientClaimedRef)
            try builder.set(field, reference: reference(canBeKeyed: canBeKeyed))
        case .references(let limit):
            for _ in 0..<Int.random(in: 0...limit, using: &random) {
                try builder.add(field, reference: reference(canBeKeyed: false))
            }
        case .histogram(let count):
            let weights = (0..<count).map { _ in Double.random(in: 0...1, using: &random) + 1e-9 }
            let sum = weights.reduce(0, +)
            try builder.set(field, histogram: weights.map { $0 / sum })
        }
    }

    private mutating func reference(canBeKeyed: Bool) -> Reference {
        // A first byte of 0 keeps the bytes from passing for a card number and shows that NUL is kept.
        Reference(
            [0] + random.bytes(0...63).map { $0 | 0x80 }, namespace: canBeKeyed && chance(0.5) ? .serverKeyed : .caller)
    }

    private mutating func addIntel(to builder: inout EventBuilder) throws {
        for _ in 0..<Int.random(in: 0...AccountEvent.linkLimit, using: &random) {
            var link = IntelLink(IdentifierClass.allCases.randomElement(using: &random) ?? .device)
            if chance(0.8) { link.accounts1d = .random(in: 0...FieldSpec.wholeMaximum, using: &random) }
            if chance(0.8) { link.accounts7d = .random(in: 0...99, using: &random) }
            if chance(0.8) { link.accounts30d = .random(in: 0...99, using: &random) }
            if chance(0.8) { link.banned = .random(in: 0...99, using: &random) }
            if chance(0.8) { link.verified = .random(in: 0...99, using: &random) }
            if chance(0.8) { link.expectedDegree = .random(in: 0...99, using: &random) }
            if chance(0.8) { link.source = IntelSource.allCases.randomElement(using: &random) }
            try builder.add(link)
        }
        for _ in 0..<Int.random(in: 0...AccountEvent.partnerHitLimit, using: &random) {
            var hit = PartnerHit(IdentifierClass.allCases.randomElement(using: &random) ?? .device)
            if chance(0.8) { hit.confidence = .random(in: 0...1, using: &random) }
            if chance(0.8) { hit.ageDays = .random(in: 0...99, using: &random) }
            try builder.add(hit)
        }
    }
}
