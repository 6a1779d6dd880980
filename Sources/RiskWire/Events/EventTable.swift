internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Where each ``EventField`` stands in the C structs, matched by name with protobuf-c's descriptors when first used.
///
/// So no code names a field: one that is added to the contract and the proto is decoded and encoded at once, and one
/// that is in only one of them, or of another kind there, stops the program at its first use and every test.
struct EventTable: Sendable {
    /// One field.
    struct Entry: Sendable {
        let field: EventField
        let kind: Kind
        /// Offset of the value, or of the pointer to a list.
        let offset: Int
        /// Offset of the flag that says whether there is a value, or of a list's count.
        let quantifierOffset: Int
        /// The bit of ``ServerKeyed`` that says who made the reference.
        let keyedBy: ServerKeyed
        /// For words: the index by the wire's number, -1 where there is none.
        let indices: [Int]
        /// For words: the wire's number by index.
        let numbers: [UInt32]
    }

    /// What a value is in C.
    enum Kind: Sendable {
        case whole, number, flag, word, reference, histogram, references
    }

    /// The one table.
    static let shared = EventTable()

    /// The fields of each part of an event.
    let envelope, signup, payment, usage: [Entry]

    private init() {
        let event: UnsafePointer<ProtobufCMessageDescriptor> = descriptor(stillwatch__v1__account_event__init)
        envelope = Self.match(.envelope, event)
        signup = Self.match(.signup, descriptor(stillwatch__v1__signup__init))
        payment = Self.match(.payment, descriptor(stillwatch__v1__payment__init))
        usage = Self.match(.usage, descriptor(stillwatch__v1__usage__init))
    }

    private static func match(
        _ section: EventSection, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> [Entry] {
        let leaves = UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
            .filter { $0.type != PROTOBUF_C_TYPE_MESSAGE }
        let fields = EventField.fields(in: section)
        let (protoNames, names) = (leaves.map { String(cString: $0.name) }, fields.map(\.spec.name))
        precondition(
            protoNames.sorted() == names.sorted(),
            "the proto of \(descriptor.pointee.short_name.map { String(cString: $0) } ?? "") and the contract differ in "
                + "\(Set(protoNames).symmetricDifference(names).sorted())")
        return leaves.map { leaf in entry(for: fields[names.firstIndex(of: String(cString: leaf.name))!], leaf) }
    }

    private static func entry(for field: EventField, _ leaf: ProtobufCFieldDescriptor) -> Entry {
        let (kind, type, isList): (Kind, ProtobufCType, Bool)
        var keyedBy: ServerKeyed = []
        var numbers: [UInt32] = []
        switch field.spec.kind {
        case .whole: (kind, type, isList) = (.whole, PROTOBUF_C_TYPE_UINT64, false)
        case .number: (kind, type, isList) = (.number, PROTOBUF_C_TYPE_DOUBLE, false)
        case .flag: (kind, type, isList) = (.flag, PROTOBUF_C_TYPE_BOOL, false)
        case .histogram: (kind, type, isList) = (.histogram, PROTOBUF_C_TYPE_DOUBLE, true)
        case .references: (kind, type, isList) = (.references, PROTOBUF_C_TYPE_BYTES, true)
        case .reference(let identifierClass):
            (kind, type, isList) = (.reference, PROTOBUF_C_TYPE_BYTES, false)
            keyedBy = identifierClass.map { ServerKeyed($0) } ?? (field == .clientClaimedRef ? .clientClaimed : [])
        case .word(let words):
            (kind, type, isList) = (.word, PROTOBUF_C_TYPE_ENUM, false)
            let values = enumNumbers(leaf.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self))
            precondition(
                Set(words) == Set(values.keys), "\(field.spec.path): the proto's words are \(values.keys.sorted())")
            numbers = words.compactMap { values[$0] }
        }
        precondition(
            leaf.type == type && (leaf.label == PROTOBUF_C_LABEL_REPEATED) == isList,
            "\(field.spec.path): the contract says \(kind), the proto has type \(leaf.type)")
        var indices = Array(repeating: -1, count: numbers.isEmpty ? 0 : Int(numbers.max() ?? 0) + 1)
        for (index, number) in numbers.enumerated() { indices[Int(number)] = index }
        return Entry(
            field: field, kind: kind, offset: Int(leaf.offset), quantifierOffset: Int(leaf.quantifier_offset),
            keyedBy: keyedBy, indices: indices, numbers: numbers)
    }

    /// The words of an enum with their numbers: `EVENT_TYPE_SIGNUP` is `signup`. Leaves out number 0.
    static func enumNumbers(_ descriptor: UnsafePointer<ProtobufCEnumDescriptor>) -> [String: UInt32] {
        let values = UnsafeBufferPointer(start: descriptor.pointee.values, count: Int(descriptor.pointee.n_values))
            .map { (name: String(cString: $0.name), number: UInt32(bitPattern: $0.value)) }
        let unspecified = "UNSPECIFIED"
        guard let first = values.first, first.number == 0, first.name.hasSuffix(unspecified) else {
            preconditionFailure("\(String(cString: descriptor.pointee.name)) has no value 0 named …_\(unspecified)")
        }
        let prefixCount = first.name.utf8.count - unspecified.utf8.count
        return Dictionary(
            uniqueKeysWithValues: values.dropFirst().map { ($0.name.dropFirst(prefixCount).lowercased(), $0.number) })
    }
}

/// The references of an event that the server keyed. The log keeps it, the request's wire has no place for it.
struct ServerKeyed: OptionSet, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The reference of one class.
    init(_ identifierClass: IdentifierClass) { rawValue = 1 << UInt32(identifierClass.rawValue) }

    /// `client_claimed_ref`, which has no class.
    static let clientClaimed = ServerKeyed(rawValue: 1 << 31)
}

/// The descriptor that a generated init function sets into a message.
func descriptor<Message>(
    _ initialise: (UnsafeMutablePointer<Message>?) -> Void
) -> UnsafePointer<ProtobufCMessageDescriptor> {
    let message = UnsafeMutablePointer<Message>.allocate(capacity: 1)
    defer { message.deallocate() }
    initialise(message)
    return UnsafeRawPointer(message).load(as: ProtobufCMessage.self).descriptor
}
