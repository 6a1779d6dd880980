internal import CProtobufC

/// What the fields of one message are, read off protobuf-c's descriptor once, in a form that many threads can share.
final class MessageSchema: Sendable {
    /// How a field stands on the wire.
    enum Rule: UInt8, Sendable {
        case unknown
        case varint64, varint32, word, flag, fixed64, text, bytes, message
        /// A list of Float64, packed or not.
        case fixed64List
        /// A list of words, packed or not.
        case wordList
        /// A list of 32-bit whole numbers, packed or not.
        case varint32List
    }

    /// By field number.
    let rules: [Rule]
    /// By field number; empty for unknown ones.
    let names: [String]
    /// By field number; for messages.
    let nested: [MessageSchema?]
    /// By field number.
    let isRepeated: [Bool]

    /// The schema that a generated init function sets into a message.
    convenience init<Message>(_ initialise: (UnsafeMutablePointer<Message>?) -> Void) {
        self.init(descriptor: RiskWire.descriptor(initialise))
    }

    private init(descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        let fields = UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
        let count = Int(fields.map(\.id).max() ?? 0) + 1
        var rules = Array(repeating: Rule.unknown, count: count)
        var names = Array(repeating: "", count: count)
        var nested = [MessageSchema?](repeating: nil, count: count)
        var isRepeated = Array(repeating: false, count: count)
        for field in fields {
            let number = Int(field.id)
            rules[number] = Self.rule(of: field)
            names[number] = String(cString: field.name)
            isRepeated[number] = field.label == PROTOBUF_C_LABEL_REPEATED
            if field.type == PROTOBUF_C_TYPE_MESSAGE {
                nested[number] = MessageSchema(
                    descriptor: field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
            }
        }
        (self.rules, self.names, self.nested, self.isRepeated) = (rules, names, nested, isRepeated)
    }

    private static func rule(of field: ProtobufCFieldDescriptor) -> Rule {
        let isList = field.label == PROTOBUF_C_LABEL_REPEATED
        switch field.type {
        case PROTOBUF_C_TYPE_STRING: return .text
        case PROTOBUF_C_TYPE_BYTES: return .bytes
        case PROTOBUF_C_TYPE_MESSAGE: return .message
        case PROTOBUF_C_TYPE_DOUBLE: return isList ? .fixed64List : .fixed64
        case PROTOBUF_C_TYPE_ENUM: return isList ? .wordList : .word
        case PROTOBUF_C_TYPE_UINT64 where !isList: return .varint64
        case PROTOBUF_C_TYPE_UINT32: return isList ? .varint32List : .varint32
        case PROTOBUF_C_TYPE_BOOL where !isList: return .flag
        default:
            preconditionFailure("\(String(cString: field.name)): the wire check knows no fields of type \(field.type)")
        }
    }
}
