internal import CProtobufC

/// Turns bytes into a C message: first the check, then protobuf-c in an arena under a budget.
///
/// Not for sharing between threads. A message is valid until the next one is read.
final class MessageReader {
    private let arena = MessageArena()

    /// The most memory for decoding a message of so many bytes.
    static func budget(forByteCount byteCount: Int) -> Int {
        WireLimits.decodingBaseByteCount + byteCount * WireLimits.decodingByteCountPerByte
    }

    /// Unpacks a checked message.
    ///
    /// - Throws: ``StatusError`` `MESSAGE_TOO_COMPLEX` if the budget does not suffice.
    func unpack<Message>(
        _ bytes: UnsafeRawBufferPointer, budget: Int,
        _ unpack: (UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?) ->
            UnsafeMutablePointer<Message>?
    ) throws(StatusError) -> UnsafeMutablePointer<Message> {
        arena.begin(budget: budget)
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        if let message = unpack(arena.allocator, bytes.count, start) { return message }
        if arena.isExhausted {
            throw StatusError(
                .resourceExhausted, reason: "MESSAGE_TOO_COMPLEX",
                message: "expected a message that takes at most \(budget) bytes decoded, found one of \(bytes.count) "
                    + "bytes that takes more")
        }
        throw StatusError(
            .invalidArgument, reason: "MESSAGE_MALFORMED",
            message: "expected a protobuf message, found \(bytes.count) bytes that are none")
    }

    /// Checks all of a message, then unpacks it.
    func read<Message>(
        _ bytes: UnsafeRawBufferPointer, _ schema: MessageSchema, unknownFields: MessageCheck.UnknownFields,
        _ unpack: (UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?) ->
            UnsafeMutablePointer<Message>?
    ) throws(StatusError) -> UnsafeMutablePointer<Message> {
        do {
            try MessageCheck(bytes: bytes, unknownFields: unknownFields).check(0..<bytes.count, schema)
        } catch {
            throw error.status
        }
        return try self.unpack(bytes, budget: Self.budget(forByteCount: bytes.count), unpack)
    }
}
