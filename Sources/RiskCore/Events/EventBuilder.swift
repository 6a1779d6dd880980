/// Builds an ``AccountEvent`` out of untrusted values, checking each against the contract.
///
/// The wire, the event log and JSON Lines all come in through here, so that none of them can accept what another
/// refuses. Every method throws a ``FieldError`` that names the path; a builder that threw is to be thrown away.
public struct EventBuilder: Sendable {
    private var event = AccountEvent()

    /// An event without values.
    public init() {}

    /// An event to change or send; it keeps all its values.
    public init(_ event: AccountEvent) { self.event = event }

    /// Whether a field has a value already.
    public func isSet(_ field: EventField) -> Bool {
        switch field.spec.kind {
        case .reference: event.references[field.spec.slot] != nil
        case .references: !event.prefixMinhash.isEmpty
        case .whole, .number, .flag, .word, .histogram: !event.numbers[field.spec.slot].isNaN
        }
    }

    /// Sets a whole-number field. Also accepted by number fields.
    public mutating func set(_ field: EventField, whole value: UInt64) throws(FieldError) {
        switch field.spec.kind {
        case .whole(let maximum):
            guard value <= maximum else {
                throw FieldError(
                    .outOfRange, path: field.spec.path, expected: "a whole number from 0 to \(maximum)",
                    found: "\(value)")
            }
            event.numbers[field.spec.slot] = Double(value)
        case .number:
            try set(field, number: Double(value))
        default:
            throw field.spec.wrongType(found: "a number")
        }
    }

    /// Sets a number field. For a whole-number field the number has to be whole.
    public mutating func set(_ field: EventField, number value: Double) throws(FieldError) {
        switch field.spec.kind {
        case .number(let range):
            try Self.check(value, in: range, path: field.spec.path)
            event.numbers[field.spec.slot] = value
        case .whole:
            guard let whole = UInt64(exactly: value) else {
                throw FieldError(
                    .outOfRange, path: field.spec.path, expected: field.spec.expectation, found: "\(value)")
            }
            try set(field, whole: whole)
        default:
            throw field.spec.wrongType(found: "a number")
        }
    }

    /// Sets a flag.
    public mutating func set(_ field: EventField, flag value: Bool) throws(FieldError) {
        guard case .flag = field.spec.kind else { throw field.spec.wrongType(found: "true or false") }
        event.numbers[field.spec.slot] = value ? 1 : 0
    }

    /// Sets a word by its text.
    public mutating func set(_ field: EventField, word value: String) throws(FieldError) {
        guard case .word(let words) = field.spec.kind else { throw field.spec.wrongType(found: "text") }
        guard let index = words.firstIndex(of: value) else {
            throw FieldError(
                .unknownWord, path: field.spec.path, expected: field.spec.expectation,
                found: "an unknown word of \(value.utf8.count) bytes")
        }
        event.numbers[field.spec.slot] = Double(index)
    }

    /// Sets a word by its index.
    public mutating func set(_ field: EventField, wordIndex index: Int) throws(FieldError) {
        guard case .word(let words) = field.spec.kind else { throw field.spec.wrongType(found: "a word's number") }
        guard words.indices.contains(index) else {
            throw FieldError(
                .unknownWord, path: field.spec.path, expected: field.spec.expectation,
                found: "an unknown word's number")
        }
        event.numbers[field.spec.slot] = Double(index)
    }

    /// Sets a reference that is not set yet.
    public mutating func set(_ field: EventField, reference value: Reference) throws(FieldError) {
        guard case .reference = field.spec.kind else { throw field.spec.wrongType(found: "a reference") }
        try Self.check(value, path: field.spec.path, refuseCardNumbers: field.spec.section == .payment)
        guard event.references[field.spec.slot] == nil else {
            throw FieldError(
                .conflict, path: field.spec.path, expected: "either a reference or a raw value", found: "both")
        }
        event.references[field.spec.slot] = value
    }

    /// Adds to a list of references.
    public mutating func add(_ field: EventField, reference value: Reference) throws(FieldError) {
        guard case .references(let limit) = field.spec.kind else { throw field.spec.wrongType(found: "a list") }
        let path = "\(field.spec.path)[\(event.prefixMinhash.count)]"
        guard event.prefixMinhash.count < limit else {
            throw FieldError(.tooMany, path: path, expected: "at most \(limit)", found: "more")
        }
        try Self.check(value, path: path, refuseCardNumbers: false)
        event.prefixMinhash.append(value)
    }

    /// Sets a histogram.
    public mutating func set(_ field: EventField, histogram shares: some Collection<Double>) throws(FieldError) {
        guard case .histogram(let count) = field.spec.kind else { throw field.spec.wrongType(found: "a list") }
        guard shares.count == count else {
            throw FieldError(
                .wrongLength, path: field.spec.path, expected: "\(count) shares", found: "\(shares.count)")
        }
        var sum = 0.0
        for (index, share) in shares.enumerated() {
            try Self.check(share, in: 0...1, path: "\(field.spec.path)[\(index)]")
            sum += share
        }
        guard abs(sum - 1) <= AccountEvent.histogramSumTolerance else {
            throw FieldError(
                .wrongSum, path: field.spec.path,
                expected: "shares that sum to 1 within \(AccountEvent.histogramSumTolerance)", found: "a sum of \(sum)")
        }
        event.numbers.replaceSubrange(field.spec.slot..<field.spec.slot + count, with: shares)
    }

    /// Adds a custom value. Whether the name is declared is for the caller to check.
    public mutating func add(_ custom: CustomValue) throws(FieldError) {
        guard event.custom.count < AccountEvent.customLimit else {
            throw FieldError(.tooMany, path: "custom", expected: "at most \(AccountEvent.customLimit)", found: "more")
        }
        guard Self.isCustomName(custom.name) else {
            throw FieldError(
                .malformed, path: "custom", expected: "a name [a-z][a-z0-9_]{0,63}",
                found: "a name of \(custom.name.utf8.count) bytes")
        }
        let path = "custom.\(custom.name)"
        guard !event.custom.contains(where: { $0.name == custom.name }) else {
            throw FieldError(.conflict, path: path, expected: "one value", found: "two")
        }
        switch custom.value {
        case .number(let number):
            try Self.check(number, in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, path: path)
        case .text(let text):
            try TextCheck.check(text, path: path, byteLimit: 128, refuseCardNumbers: true, allowEmpty: false)
        }
        event.custom.append(custom)
    }

    /// Adds an intel link.
    public mutating func add(_ link: IntelLink) throws(FieldError) {
        let path = "intel.links[\(event.intelLinks.count)]"
        guard event.intelLinks.count < AccountEvent.linkLimit else {
            throw FieldError(.tooMany, path: path, expected: "at most \(AccountEvent.linkLimit)", found: "more")
        }
        let counts: [(String, UInt64?)] = [
            ("accounts_1d", link.accounts1d), ("accounts_7d", link.accounts7d), ("accounts_30d", link.accounts30d),
            ("banned", link.banned), ("verified", link.verified),
        ]
        for (name, count) in counts where count ?? 0 > FieldSpec.wholeMaximum {
            throw FieldError(
                .outOfRange, path: "\(path).\(name)", expected: "a whole number from 0 to \(FieldSpec.wholeMaximum)",
                found: "\(count ?? 0)")
        }
        if let degree = link.expectedDegree { try Self.check(degree, in: 0...1e15, path: "\(path).expected_degree") }
        event.intelLinks.append(link)
    }

    /// Adds a partner hit.
    public mutating func add(_ hit: PartnerHit) throws(FieldError) {
        let path = "intel.partner_hits[\(event.partnerHits.count)]"
        guard event.partnerHits.count < AccountEvent.partnerHitLimit else {
            throw FieldError(.tooMany, path: path, expected: "at most \(AccountEvent.partnerHitLimit)", found: "more")
        }
        if let confidence = hit.confidence { try Self.check(confidence, in: 0...1, path: "\(path).confidence") }
        guard hit.ageDays ?? 0 <= FieldSpec.wholeMaximum else {
            throw FieldError(
                .outOfRange, path: "\(path).age_days", expected: "a whole number from 0 to \(FieldSpec.wholeMaximum)",
                found: "\(hit.ageDays ?? 0)")
        }
        event.partnerHits.append(hit)
    }

    /// Sets the server-keyed whole e-mail address.
    public mutating func setEmail(_ reference: Reference) { event.emailReference = reference }

    /// Sets the server-keyed phone number.
    public mutating func setPhone(_ reference: Reference) { event.phoneReference = reference }

    /// What was set so far, perhaps without what is required: for encoding it again, not for use.
    package var partial: AccountEvent { event }

    /// The event, if all that is required is there.
    public func build() throws(FieldError) -> AccountEvent {
        for field in [EventField.eventType, .eventTimeMs] where event.number(field).isNaN {
            throw FieldError(.missing, path: field.spec.path, expected: field.spec.expectation, found: "nothing")
        }
        guard event.references[EventField.accountRef.spec.slot] != nil else {
            throw FieldError(
                .missing, path: EventField.accountRef.spec.path, expected: EventField.accountRef.spec.expectation,
                found: "nothing")
        }
        return event
    }

    private static func check(_ value: Double, in range: ClosedRange<Double>, path: String) throws(FieldError) {
        guard value.isFinite, range.contains(value) else {
            let isBounded = range.upperBound < 1e15
            throw FieldError(
                .outOfRange, path: path,
                expected: isBounded
                    ? "a number from \(range.lowerBound) to \(range.upperBound)"
                    : range.lowerBound == 0 ? "a finite number from 0 to \(range.upperBound)" : "a finite number",
                found: value.isNaN ? "not a number" : "\(value)")
        }
    }

    private static func check(
        _ reference: Reference, path: String, refuseCardNumbers: Bool
    ) throws(FieldError) {
        guard (1...Reference.maximumByteCount).contains(reference.bytes.count) else {
            throw FieldError(
                .wrongLength, path: path, expected: "1 to \(Reference.maximumByteCount) bytes",
                found: "\(reference.bytes.count) bytes")
        }
        if refuseCardNumbers, reference.namespace == .caller, CardNumber.appears(in: reference.bytes) {
            throw CardNumber.error(path: path)
        }
    }

    private static func isCustomName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first else { return false }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return letters.contains(first)
            && bytes.allSatisfy {
                letters.contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
            }
    }
}

extension FieldSpec {
    /// What the field accepts, in words.
    public var expectation: String {
        switch kind {
        case .whole(let maximum): "a whole number from 0 to \(maximum)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .word(let words): "one of " + words.joined(separator: ", ")
        case .reference: "an opaque reference of 1 to \(Reference.maximumByteCount) bytes"
        case .histogram(let count): "\(count) shares that sum to 1"
        case .references(let limit): "at most \(limit) opaque references"
        }
    }

    func wrongType(found: String) -> FieldError {
        FieldError(.wrongType, path: path, expected: expectation, found: found)
    }
}
