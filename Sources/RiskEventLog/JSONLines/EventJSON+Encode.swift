public import RiskCore

extension EventJSON {
    /// Writes one event as one line, without the line's end. Fields stand in the order of the contract, only those that
    /// have a value; numbers are the shortest that read back as the same bits.
    public static func encode(_ event: AccountEvent) -> [UInt8] {
        var text = JSONText()
        text.beginObject()
        write(event, .envelope, to: &text)
        for section in EventSection.allCases.dropFirst() {
            let hasValue = EventField.fields(in: section).contains { isPresent($0, in: event) }
            guard hasValue else { continue }
            text.beginObject(section.rawValue)
            write(event, section, to: &text)
            text.endObject()
        }
        writeIntel(event, to: &text)
        writeKeyed(event, to: &text)
        writeCustom(event, to: &text)
        text.endObject()
        return text.bytes
    }

    private static func isPresent(_ field: EventField, in event: AccountEvent) -> Bool {
        switch field.spec.kind {
        case .whole, .number, .flag, .word: !event.number(field).isNaN
        case .reference: event.reference(field) != nil
        case .histogram: !event.histogram(field).isEmpty
        case .references: !event.prefixMinhash.isEmpty
        }
    }

    private static func write(_ event: AccountEvent, _ section: EventSection, to text: inout JSONText) {
        for field in EventField.fields(in: section) where isPresent(field, in: event) {
            text.name(field.spec.name)
            switch field.spec.kind {
            case .whole, .number: text.number(event.number(field))
            case .flag: text.flag(event.number(field) != 0)
            case .word(let words): text.string(words[Int(event.number(field))])
            case .reference: text.string(event.reference(field).map(ReferenceText.encode) ?? "")
            case .histogram: text.list(event.histogram(field)) { $0.number($1) }
            case .references: text.list(event.prefixMinhash) { $0.string(ReferenceText.encode($1)) }
            }
        }
    }

    private static func writeIntel(_ event: AccountEvent, to text: inout JSONText) {
        guard !event.intelLinks.isEmpty || !event.partnerHits.isEmpty else { return }
        text.beginObject("intel")
        if !event.intelLinks.isEmpty {
            text.name("links")
            text.list(event.intelLinks, write)
        }
        if !event.partnerHits.isEmpty {
            text.name("partner_hits")
            text.list(event.partnerHits, write)
        }
        text.endObject()
    }

    private static func write(_ text: inout JSONText, _ link: IntelLink) {
        text.beginObject()
        text.name("class")
        text.string(link.identifierClass.word)
        text.optional("accounts_1d", link.accounts1d.map(Double.init))
        text.optional("accounts_7d", link.accounts7d.map(Double.init))
        text.optional("accounts_30d", link.accounts30d.map(Double.init))
        text.optional("banned", link.banned.map(Double.init))
        text.optional("verified", link.verified.map(Double.init))
        text.optional("expected_degree", link.expectedDegree)
        if let source = link.source {
            text.name("source")
            text.string(source.word)
        }
        text.endObject()
    }

    private static func write(_ text: inout JSONText, _ hit: PartnerHit) {
        text.beginObject()
        text.name("class")
        text.string(hit.identifierClass.word)
        text.optional("confidence", hit.confidence)
        text.optional("age_days", hit.ageDays.map(Double.init))
        text.endObject()
    }

    private static func writeKeyed(_ event: AccountEvent, to text: inout JSONText) {
        guard event.emailReference != nil || event.phoneReference != nil else { return }
        text.beginObject("raw")
        for (kind, reference) in [(RawIdentifiers.Kind.email, event.emailReference), (.phone, event.phoneReference)] {
            guard let reference else { continue }
            text.name(kind.rawValue)
            text.string(ReferenceText.encode(reference))
        }
        text.endObject()
    }

    private static func writeCustom(_ event: AccountEvent, to text: inout JSONText) {
        guard !event.custom.isEmpty else { return }
        text.beginObject("custom")
        for custom in event.custom {
            text.name(custom.name)
            switch custom.value {
            case .number(let number): text.number(number)
            case .text(let value): text.string(value)
            }
        }
        text.endObject()
    }
}
