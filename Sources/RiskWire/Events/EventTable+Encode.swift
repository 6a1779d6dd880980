internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension EventTable {
    /// A C event with every value of an event but those the wire has no place for: the e-mail and phone references.
    ///
    /// The event need not be complete. Who made a reference is lost; ``serverKeyed(_:)`` says it.
    func make(
        _ event: AccountEvent, raw: RawIdentifiers = RawIdentifiers(), in arena: MessageArena
    ) -> UnsafeMutablePointer<Stillwatch__V1__AccountEvent> {
        let message = arena.make(stillwatch__v1__account_event__init)
        write(envelope, of: event, to: message, in: arena)
        if hasValue(event, signup) {
            message.pointee.signup = arena.make(stillwatch__v1__signup__init)
            write(signup, of: event, to: message.pointee.signup, in: arena)
        }
        if hasValue(event, payment) {
            message.pointee.payment = arena.make(stillwatch__v1__payment__init)
            write(payment, of: event, to: message.pointee.payment, in: arena)
        }
        if hasValue(event, usage) {
            message.pointee.usage = arena.make(stillwatch__v1__usage__init)
            write(usage, of: event, to: message.pointee.usage, in: arena)
        }
        if !(event.intelLinks.isEmpty && event.partnerHits.isEmpty) { message.pointee.intel = intel(event, in: arena) }
        if !raw.isEmpty { message.pointee.raw = self.raw(raw, in: arena) }
        message.pointee.n_custom = event.custom.count
        message.pointee.custom = arena.list(event.custom) { custom($0, in: arena) }
        return message
    }

    /// The references of an event that the server keyed.
    func serverKeyed(_ event: AccountEvent) -> ServerKeyed {
        var keyed: ServerKeyed = []
        for entries in [envelope, signup, payment, usage] {
            for entry in entries where entry.kind == .reference {
                guard event.reference(entry.field)?.namespace == .serverKeyed else { continue }
                precondition(!entry.keyedBy.isEmpty, "\(entry.field.spec.path) is always the caller's own reference")
                keyed.formUnion(entry.keyedBy)
            }
        }
        return keyed
    }

    private func hasValue(_ event: AccountEvent, _ entries: [Entry]) -> Bool {
        entries.contains { entry in
            switch entry.kind {
            case .reference: event.reference(entry.field) != nil
            case .references: !event.prefixMinhash.isEmpty
            case .whole, .number, .flag, .word, .histogram: !event.number(entry.field).isNaN
            }
        }
    }

    private func write(
        _ entries: [Entry], of event: AccountEvent, to message: UnsafeMutableRawPointer, in arena: MessageArena
    ) {
        for entry in entries {
            switch entry.kind {
            case .reference:
                guard let reference = event.reference(entry.field) else { continue }
                message.storeBytes(
                    of: arena.bytes(reference.bytes), toByteOffset: entry.offset, as: ProtobufCBinaryData.self)
                markPresent(entry, in: message)
            case .references:
                let list = arena.list(event.prefixMinhash) { arena.bytes($0.bytes) }
                write(list, count: event.prefixMinhash.count, entry, to: message)
            case .histogram:
                let shares = event.histogram(entry.field)
                write(arena.list(shares) { $0 }, count: shares.count, entry, to: message)
            case .whole, .number, .flag, .word:
                let number = event.number(entry.field)
                if !number.isNaN { write(number, entry, to: message) }
            }
        }
    }

    private func write(_ number: Double, _ entry: Entry, to message: UnsafeMutableRawPointer) {
        switch entry.kind {
        case .whole: message.storeBytes(of: UInt64(number), toByteOffset: entry.offset, as: UInt64.self)
        case .flag: message.storeBytes(of: number == 0 ? 0 : 1, toByteOffset: entry.offset, as: Int32.self)
        case .word: message.storeBytes(of: entry.numbers[Int(number)], toByteOffset: entry.offset, as: UInt32.self)
        default: message.storeBytes(of: number, toByteOffset: entry.offset, as: Double.self)
        }
        markPresent(entry, in: message)
    }

    private func write<Element>(
        _ list: UnsafeMutablePointer<Element>?, count: Int, _ entry: Entry, to message: UnsafeMutableRawPointer
    ) {
        guard let list else { return }
        message.storeBytes(
            of: UnsafeMutableRawPointer(list), toByteOffset: entry.offset, as: UnsafeMutableRawPointer.self)
        message.storeBytes(of: count, toByteOffset: entry.quantifierOffset, as: Int.self)
    }

    private func markPresent(_ entry: Entry, in message: UnsafeMutableRawPointer) {
        message.storeBytes(of: 1, toByteOffset: entry.quantifierOffset, as: protobuf_c_boolean.self)
    }

    private func custom(
        _ custom: CustomValue, in arena: MessageArena
    ) -> UnsafeMutablePointer<Stillwatch__V1__CustomValue>? {
        let message = arena.make(stillwatch__v1__custom_value__init)
        message.pointee.name = arena.text(custom.name)
        switch custom.value {
        case .number(let number):
            message.pointee.value_case = STILLWATCH__V1__CUSTOM_VALUE__VALUE_NUMBER
            message.pointee.number = number
        case .text(let text):
            message.pointee.value_case = STILLWATCH__V1__CUSTOM_VALUE__VALUE_TEXT
            message.pointee.text = arena.text(text)
        }
        return message
    }

    private func raw(
        _ raw: RawIdentifiers, in arena: MessageArena
    ) -> UnsafeMutablePointer<Stillwatch__V1__RawIdentifiers> {
        let message = arena.make(stillwatch__v1__raw_identifiers__init)
        message.pointee.email = raw[.email].map(arena.text)
        message.pointee.ip = raw[.ip].map(arena.text)
        message.pointee.phone = raw[.phone].map(arena.text)
        message.pointee.device = raw[.device].map(arena.text)
        message.pointee.user_agent = raw[.userAgent].map(arena.text)
        message.pointee.billing_address = raw[.billingAddress].map(arena.text)
        return message
    }

    private func intel(_ event: AccountEvent, in arena: MessageArena) -> UnsafeMutablePointer<Stillwatch__V1__Intel> {
        let message = arena.make(stillwatch__v1__intel__init)
        message.pointee.n_links = event.intelLinks.count
        message.pointee.links = arena.list(event.intelLinks) { link(of: $0, in: arena) }
        message.pointee.n_partner_hits = event.partnerHits.count
        message.pointee.partner_hits = arena.list(event.partnerHits) { hit(of: $0, in: arena) }
        return message
    }

    private func link(
        of link: IntelLink, in arena: MessageArena
    ) -> UnsafeMutablePointer<Stillwatch__V1__IntelLink>? {
        let message = arena.make(stillwatch__v1__intel_link__init)
        message.pointee.has_class_ = 1
        message.pointee.class_.rawValue = UInt32(link.identifierClass.rawValue)
        set(&message.pointee.has_accounts_1d, &message.pointee.accounts_1d, link.accounts1d)
        set(&message.pointee.has_accounts_7d, &message.pointee.accounts_7d, link.accounts7d)
        set(&message.pointee.has_accounts_30d, &message.pointee.accounts_30d, link.accounts30d)
        set(&message.pointee.has_banned, &message.pointee.banned, link.banned)
        set(&message.pointee.has_verified, &message.pointee.verified, link.verified)
        set(&message.pointee.has_expected_degree, &message.pointee.expected_degree, link.expectedDegree)
        set(&message.pointee.has_source, &message.pointee.source.rawValue, link.source.map { UInt32($0.rawValue + 1) })
        return message
    }

    private func hit(of hit: PartnerHit, in arena: MessageArena) -> UnsafeMutablePointer<Stillwatch__V1__PartnerHit>? {
        let message = arena.make(stillwatch__v1__partner_hit__init)
        message.pointee.has_class_ = 1
        message.pointee.class_.rawValue = UInt32(hit.identifierClass.rawValue)
        set(&message.pointee.has_confidence, &message.pointee.confidence, hit.confidence)
        set(&message.pointee.has_age_days, &message.pointee.age_days, hit.ageDays)
        return message
    }
}

/// Sets an optional field of a C message, or leaves it absent.
func set<Value>(_ flag: inout protobuf_c_boolean, _ field: inout Value, _ value: Value?) {
    guard let value else { return }
    flag = 1
    field = value
}
