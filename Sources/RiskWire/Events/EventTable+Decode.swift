internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension EventTable {
    /// Puts every value of a C event but the raw identifiers into a builder, which checks each.
    func read(
        _ event: UnsafePointer<Stillwatch__V1__AccountEvent>, serverKeyed: ServerKeyed = [],
        into builder: inout EventBuilder
    ) throws(FieldError) {
        try read(envelope, of: event, serverKeyed, into: &builder)
        if let section = event.pointee.signup { try read(signup, of: section, serverKeyed, into: &builder) }
        if let section = event.pointee.payment { try read(payment, of: section, serverKeyed, into: &builder) }
        if let section = event.pointee.usage { try read(usage, of: section, serverKeyed, into: &builder) }
        if let intel = event.pointee.intel { try read(intel, into: &builder) }
        for value in elements(event.pointee.custom, event.pointee.n_custom) {
            try builder.add(custom(value))
        }
    }

    /// The raw identifiers of a C event.
    func raw(_ event: UnsafePointer<Stillwatch__V1__AccountEvent>) throws(FieldError) -> RawIdentifiers {
        var raw = RawIdentifiers()
        guard let values = event.pointee.raw?.pointee else { return raw }
        if let value = values.email { try raw.set(.email, text(value)) }
        if let value = values.ip { try raw.set(.ip, text(value)) }
        if let value = values.phone { try raw.set(.phone, text(value)) }
        if let value = values.device { try raw.set(.device, text(value)) }
        if let value = values.user_agent { try raw.set(.userAgent, text(value)) }
        if let value = values.billing_address { try raw.set(.billingAddress, text(value)) }
        return raw
    }

    private func read(
        _ entries: [Entry], of message: UnsafeRawPointer, _ serverKeyed: ServerKeyed,
        into builder: inout EventBuilder
    ) throws(FieldError) {
        for index in entries.indices {
            switch entries[index].kind {
            case .histogram, .references:
                let count = message.load(fromByteOffset: entries[index].quantifierOffset, as: Int.self)
                if count > 0 { try readList(entries[index], of: message, count: count, into: &builder) }
            case .whole, .number, .flag, .word, .reference:
                let flag = message.load(fromByteOffset: entries[index].quantifierOffset, as: protobuf_c_boolean.self)
                if flag != 0 { try readValue(entries[index], of: message, serverKeyed, into: &builder) }
            }
        }
    }

    private func readValue(
        _ entry: Entry, of message: UnsafeRawPointer, _ serverKeyed: ServerKeyed, into builder: inout EventBuilder
    ) throws(FieldError) {
        switch entry.kind {
        case .whole:
            try builder.set(entry.field, whole: message.load(fromByteOffset: entry.offset, as: UInt64.self))
        case .number:
            try builder.set(entry.field, number: message.load(fromByteOffset: entry.offset, as: Double.self))
        case .flag:
            let value = message.load(fromByteOffset: entry.offset, as: protobuf_c_boolean.self)
            try builder.set(entry.field, flag: value != 0)
        case .word:
            let number = Int(message.load(fromByteOffset: entry.offset, as: UInt32.self))
            guard number != 0 else { return }
            try builder.set(entry.field, wordIndex: number < entry.indices.count ? entry.indices[number] : -1)
        case .reference:
            let bytes = message.load(fromByteOffset: entry.offset, as: ProtobufCBinaryData.self).array
            let isKeyed = !entry.keyedBy.isDisjoint(with: serverKeyed)
            try builder.set(entry.field, reference: Reference(bytes, namespace: isKeyed ? .serverKeyed : .caller))
        case .histogram, .references:
            preconditionFailure("\(entry.field) is a list")
        }
    }

    private func readList(
        _ entry: Entry, of message: UnsafeRawPointer, count: Int, into builder: inout EventBuilder
    ) throws(FieldError) {
        let list = message.load(fromByteOffset: entry.offset, as: UnsafeRawPointer.self)
        if entry.kind == .histogram {
            let shares = list.assumingMemoryBound(to: Double.self)
            try builder.set(entry.field, histogram: UnsafeBufferPointer(start: shares, count: count))
        } else {
            let values = UnsafeBufferPointer(
                start: list.assumingMemoryBound(to: ProtobufCBinaryData.self), count: count)
            for value in values { try builder.add(entry.field, reference: Reference(value.array)) }
        }
    }

    private func custom(_ value: UnsafePointer<Stillwatch__V1__CustomValue>) throws(FieldError) -> CustomValue {
        let name = text(value.pointee.name)
        switch value.pointee.value_case {
        case STILLWATCH__V1__CUSTOM_VALUE__VALUE_NUMBER:
            return CustomValue(name: name, value: .number(value.pointee.number))
        case STILLWATCH__V1__CUSTOM_VALUE__VALUE_TEXT:
            return CustomValue(name: name, value: .text(text(value.pointee.text)))
        default:
            throw FieldError(.missing, path: "custom", expected: "a number or text with each name", found: "neither")
        }
    }

    private func read(
        _ intel: UnsafePointer<Stillwatch__V1__Intel>, into builder: inout EventBuilder
    ) throws(FieldError) {
        for (index, link) in elements(intel.pointee.links, intel.pointee.n_links).enumerated() {
            let path = "intel.links[\(index)]"
            let link = link.pointee
            var value = IntelLink(try identifierClass(present(link.has_class_, link.class_.rawValue), path: path))
            value.accounts1d = present(link.has_accounts_1d, link.accounts_1d)
            value.accounts7d = present(link.has_accounts_7d, link.accounts_7d)
            value.accounts30d = present(link.has_accounts_30d, link.accounts_30d)
            value.banned = present(link.has_banned, link.banned)
            value.verified = present(link.has_verified, link.verified)
            value.expectedDegree = present(link.has_expected_degree, link.expected_degree)
            value.source = try source(present(link.has_source, link.source.rawValue), path: path)
            try builder.add(value)
        }
        for (index, hit) in elements(intel.pointee.partner_hits, intel.pointee.n_partner_hits).enumerated() {
            let path = "intel.partner_hits[\(index)]"
            let hit = hit.pointee
            var value = PartnerHit(try identifierClass(present(hit.has_class_, hit.class_.rawValue), path: path))
            value.confidence = present(hit.has_confidence, hit.confidence)
            value.ageDays = present(hit.has_age_days, hit.age_days)
            try builder.add(value)
        }
    }

    private func identifierClass(_ number: UInt32?, path: String) throws(FieldError) -> IdentifierClass {
        let expected = "one of " + IdentifierClass.allCases.map(\.word).joined(separator: ", ")
        guard let number, number != 0 else {
            throw FieldError(.missing, path: "\(path).class", expected: expected, found: "nothing")
        }
        guard let identifierClass = IdentifierClass(rawValue: Int(number)) else {
            throw FieldError(.unknownWord, path: "\(path).class", expected: expected, found: "an unknown word's number")
        }
        return identifierClass
    }

    /// The wire's number of a source is its index + 1; 0 says nothing.
    private func source(_ number: UInt32?, path: String) throws(FieldError) -> IntelSource? {
        guard let number, number != 0 else { return nil }
        guard let source = IntelSource(rawValue: Int(number) - 1) else {
            throw FieldError(
                .unknownWord, path: "\(path).source", expected: "one of " + IntelSource.words.joined(separator: ", "),
                found: "an unknown word's number")
        }
        return source
    }
}
