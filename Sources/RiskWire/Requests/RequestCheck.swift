internal import CStillwatchProtos

/// The check of a request before unpacking, with paths as the contract has them.
///
/// A path counts from the method's argument, and within an event from the event: `signup.proxy_confidence`, not
/// `score.event.signup.proxy_confidence`. What a batch's items hold is prefixed with `requests[i].`.
struct RequestCheck {
    /// The last id the message states, as far as it could be read.
    let id: UInt64
    /// Faults of single requests of the batch that do not concern the others, by index.
    private(set) var itemFaults: [Int: StatusError] = [:]

    private static let idNumber = 1
    /// The first number of a method in an envelope.
    private static let firstMethodNumber = 10
    private static let batchNumber = 11
    private static let batchItemNumber = 1
    private static let schema = MessageSchema(stillwatch__v1__request__init)

    private let check: MessageCheck

    /// Reads no more than the id yet.
    init(_ bytes: UnsafeRawBufferPointer) {
        check = MessageCheck(bytes: bytes, unknownFields: .refuse)
        id = Self.id(of: bytes)
    }

    /// The last id an envelope states, as far as it can be read; 0 if it states none.
    static func id(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        var id: UInt64 = 0
        var cursor = FieldCursor(bytes, in: 0..<bytes.count)
        while let field = try? cursor.next() {
            if field.number == idNumber, field.wireType == .varint { id = field.value }
        }
        return id
    }

    /// The fault of a whole envelope: a number where methods stand is an unknown method, paths start at the argument.
    static func methodFault(_ fault: WireFault) -> WireFault {
        if fault.kind == .unknownField, let number = Int(fault.path.dropFirst()), number >= firstMethodNumber {
            return WireFault(.unknownMethod(number), path: "method")
        }
        guard let dot = fault.path.firstIndex(of: ".") else { return fault }
        return WireFault(fault.kind, path: String(fault.path[fault.path.index(after: dot)...]))
    }

    /// Checks the whole message.
    ///
    /// - Throws: The first fault that spoils it all, with the path as the contract has it.
    mutating func run() throws(WireFault) {
        let schema = Self.schema
        let range = 0..<check.bytes.count
        var cursor = FieldCursor(check.bytes, in: range)
        while let field = try cursor.next() {
            let rule = schema.rule(field.number)
            if rule == .message, field.wireType == .delimited, let method = schema.nested[field.number] {
                if field.number == Self.batchNumber {
                    try runBatch(field.content, method)
                } else {
                    try runArgument(field.content, method)
                }
            } else if let kind = check.fault(in: field, rule) {
                throw Self.methodFault(WireFault(kind, path: check.component(for: field, schema, in: range)))
            }
        }
    }

    private func runArgument(_ range: Range<Int>, _ schema: MessageSchema) throws(WireFault) {
        do {
            try check.check(range, schema)
        } catch {
            throw WireFault(error.kind, path: Self.contractPath(error.path))
        }
    }

    /// Later batches of one message replace earlier ones, so the faults of items do too.
    private mutating func runBatch(_ range: Range<Int>, _ schema: MessageSchema) throws(WireFault) {
        itemFaults = [:]
        let items = try itemRanges(in: range, schema)
        guard let itemSchema = schema.nested[Self.batchItemNumber] else { return }
        for (index, item) in items.enumerated() {
            do {
                try runArgument(item, itemSchema)
            } catch {
                let path = "requests[\(index)].\(error.path)"
                guard error.isLocal else { throw WireFault(error.kind, path: path) }
                itemFaults[index] = error.status(path: path)
            }
        }
    }

    /// Where the batch's items are; counted before memory is taken for any of them.
    private func itemRanges(in range: Range<Int>, _ schema: MessageSchema) throws(WireFault) -> [Range<Int>] {
        var items: [Range<Int>] = []
        var count = 0
        var cursor = FieldCursor(check.bytes, in: range)
        while let field = try cursor.next() {
            if field.number == Self.batchItemNumber, field.wireType == .delimited {
                count += 1
                if count <= WireLimits.batchCount { items.append(field.content) }
            } else if let kind = check.fault(in: field, schema.rule(field.number)) {
                throw WireFault(kind, path: check.component(for: field, schema, in: range))
            }
        }
        guard count <= WireLimits.batchCount else {
            throw WireFault(.tooMany(limit: WireLimits.batchCount, found: count), path: "requests")
        }
        return items
    }

    /// `event.signup.x` → `signup.x`; a number the event does not have stays `event.#57`.
    private static func contractPath(_ path: String) -> String {
        path.hasPrefix("event.") && !path.hasPrefix("event.#") ? String(path.dropFirst("event.".count)) : path
    }
}
