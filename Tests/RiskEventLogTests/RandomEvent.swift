import RiskCore
import TestSupport

/// A valid event with each field set or not by chance; all of them if asked for.
func randomEvent(_ generator: inout SeededGenerator, filled: Bool) throws -> AccountEvent {
    var builder = EventBuilder()
    for field in EventField.allCases {
        let isRequired = [.eventType, .eventTimeMs, .accountRef].contains(field)
        guard isRequired || filled || Bool.random(using: &generator) else { continue }
        switch field.spec.kind {
        case .whole(let maximum):
            let candidates = [0, 1, maximum, UInt64.random(in: 0...maximum, using: &generator)]
            try builder.set(field, whole: candidates.randomElement(using: &generator)!)
        case .number(let range):
            let candidates = [
                range.lowerBound, range.upperBound, Double.random(in: range, using: &generator),
                min(range.upperBound, .leastNonzeroMagnitude), 0.1 + 0.2,
            ]
            try builder.set(field, number: candidates.filter(range.contains).randomElement(using: &generator)!)
        case .flag: try builder.set(field, flag: Bool.random(using: &generator))
        case .word(let words): try builder.set(field, word: words.randomElement(using: &generator)!)
        case .reference:
            let isCallers = field == .accountRef || field == .orgRef
            try builder.set(field, reference: randomReference(&generator, mayBeKeyed: !isCallers))
        case .histogram(let count): try builder.set(field, histogram: randomHistogram(count, &generator))
        case .references(let limit):
            for _ in 0..<Int.random(in: 1...limit, using: &generator) {
                try builder.add(field, reference: randomReference(&generator, mayBeKeyed: false))
            }
        }
    }
    if filled || Bool.random(using: &generator) { try addExtras(to: &builder, &generator) }
    return try builder.build()
}

private func addExtras(to builder: inout EventBuilder, _ generator: inout SeededGenerator) throws {
    builder.setEmail(Reference(randomBytes(16, &generator), namespace: .serverKeyed))
    builder.setPhone(Reference(randomBytes(16, &generator), namespace: .serverKeyed))
    for name in ["zeta", "a1", "m_2"].shuffled(using: &generator) {
        let number = Double(bitPattern: generator.next())
        let text = String(String.UnicodeScalarView("\"\\\n\u{1}é中🙂/ab".unicodeScalars.shuffled(using: &generator)))
        try builder.add(
            CustomValue(
                name: name, value: number.isFinite && Bool.random(using: &generator) ? .number(number) : .text(text)))
    }
    for identifierClass in IdentifierClass.allCases {
        var link = IntelLink(identifierClass)
        link.accounts1d = UInt64.random(in: 0...FieldSpec.wholeMaximum, using: &generator)
        link.accounts7d = 7
        link.accounts30d = Bool.random(using: &generator) ? 30 : nil
        link.banned = 0
        link.verified = 1
        link.expectedDegree = Double.random(in: 0...10, using: &generator)
        link.source = IntelSource.allCases.randomElement(using: &generator)
        try builder.add(link)
    }
    var hit = PartnerHit(IdentifierClass.allCases.randomElement(using: &generator)!)
    try builder.add(hit)
    hit.confidence = Double.random(in: 0...1, using: &generator)
    hit.ageDays = 12
    try builder.add(hit)
}

private func randomHistogram(_ count: Int, _ generator: inout SeededGenerator) -> [Double] {
    let shares = (0..<count).map { _ in Double.random(in: 0...1, using: &generator) }
    let sum = shares.reduce(0, +)
    return shares.map { $0 / sum }
}

private func randomBytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

/// Text, bytes, text that looks like a prefix, text with everything JSON escapes.
private func randomReference(_ generator: inout SeededGenerator, mayBeKeyed: Bool) -> Reference {
    let bytes = randomBytes(Int.random(in: 1...64, using: &generator), &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: return Reference(bytes)
    case 1 where mayBeKeyed: return Reference(bytes, namespace: .serverKeyed)
    case 2: return Reference("base64:\(bytes[0])")
    case 3: return Reference("keyed:")
    case 4: return Reference("\u{0}\"\\\u{1f}\n,é\u{301}中\u{2028}🙂")
    default: return Reference("r\(bytes[0])")
    }
}
