/// Checks the bytes of a message against its schema before protobuf-c unpacks it.
///
/// protobuf-c cuts strings at NUL, does not look at UTF-8, takes a boolean of any wire type, and truncates numbers to
/// 32 bits; once unpacked, none of that can be told any more. So the bytes are walked first. The walk goes as deep as
/// the schema, which is not recursive, allocates nothing unless it refuses, and costs about as much as unpacking.
struct MessageCheck {
    /// What to do with field numbers that this program does not know.
    enum UnknownFields {
        /// Refuse: a caller would believe that they were understood.
        case refuse
        /// Skip: a newer server may say more than we know.
        case skip
    }

    let bytes: UnsafeRawBufferPointer
    let unknownFields: UnknownFields

    /// - Throws: The first fault, with its path from this message on.
    func check(_ range: Range<Int>, _ schema: MessageSchema) throws(WireFault) {
        var cursor = FieldCursor(bytes, in: range)
        while let field = try cursor.next() {
            let rule = schema.rule(field.number)
            if rule == .message, field.wireType == .delimited, let nested = schema.nested[field.number] {
                do {
                    try check(field.content, nested)
                } catch {
                    throw error.inside(component(for: field, schema, in: range))
                }
            } else if let kind = fault(in: field, rule) {
                throw WireFault(kind, path: component(for: field, schema, in: range))
            }
        }
    }

    /// What is wrong with one field other than a nested message.
    func fault(in field: FieldCursor.Field, _ rule: MessageSchema.Rule) -> WireFault.Kind? {
        if rule == .unknown { return unknownFields == .skip ? nil : .unknownField }
        let offset = field.content.lowerBound
        switch (rule, field.wireType) {
        case (.varint64, .varint), (.flag, .varint), (.fixed64, .fixed64), (.fixed64List, .fixed64),
            (.bytes, .delimited), (.message, .delimited):
            return nil
        case (.varint32, .varint), (.varint32List, .varint):
            return field.value <= UInt64(UInt32.max) ? nil : .outOfRange(field.value)
        case (.word, .varint), (.wordList, .varint):
            // Words are int32 on the wire: a negative one comes as 64 bits.
            return Int32(exactly: Int64(bitPattern: field.value)) != nil ? nil : .outOfRange(field.value)
        case (.fixed64List, .delimited):
            return field.content.count % 8 == 0 ? nil : .malformed("a list of numbers cut short", offset: offset)
        case (.wordList, .delimited):
            return faultInVarints(field.content) { Int32(exactly: Int64(bitPattern: $0)) != nil }
        case (.varint32List, .delimited):
            return faultInVarints(field.content) { $0 <= UInt64(UInt32.max) }
        case (.text, .delimited):
            return faultInText(field.content)
        default:
            return .wrongType(expected: rule.expectation, found: "wire type \(field.wireType)")
        }
    }

    private func faultInVarints(_ range: Range<Int>, isInRange: (UInt64) -> Bool) -> WireFault.Kind? {
        var cursor = FieldCursor(bytes, in: range)
        do {
            while cursor.position < cursor.end {
                let value = try cursor.varint()
                guard isInRange(value) else { return .outOfRange(value) }
            }
            return nil
        } catch {
            return error.kind
        }
    }

    private func faultInText(_ range: Range<Int>) -> WireFault.Kind? {
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        var isASCII = true
        for byte in text {
            if byte == 0 { return .notText("a NUL byte") }
            if byte >= 0x80 { isASCII = false }
        }
        return isASCII || String(validating: text, as: UTF8.self) != nil ? nil : .notText("bytes that are not UTF-8")
    }

    /// A field's place in a path, with its index if there can be several. Walks the message again: for refusals only.
    func component(for field: FieldCursor.Field, _ schema: MessageSchema, in range: Range<Int>) -> String {
        guard schema.rule(field.number) != .unknown else { return "#\(field.number)" }
        let name = schema.names[field.number]
        guard schema.isRepeated[field.number] else { return name }
        var cursor = FieldCursor(bytes, in: range)
        var index = 0
        while let earlier = try? cursor.next(), earlier.content.lowerBound < field.content.lowerBound {
            if earlier.number == field.number { index += 1 }
        }
        return "\(name)[\(index)]"
    }
}

extension MessageSchema {
    /// How a field stands on the wire.
    func rule(_ number: Int) -> Rule { number < rules.count ? rules[number] : .unknown }
}

extension MessageSchema.Rule {
    /// The wire type it needs, in words.
    fileprivate var expectation: String {
        switch self {
        case .unknown: "nothing"
        case .varint64, .varint32, .word, .flag: "a varint"
        case .fixed64: "a 64-bit number"
        case .fixed64List: "a list of 64-bit numbers"
        case .wordList, .varint32List: "a list of varints"
        case .text: "text"
        case .bytes: "bytes"
        case .message: "a message"
        }
    }
}
