internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Encodes and decodes the entries of the event log: each a `LogEntry` behind its length as a varint.
///
/// Keep one for each thread; it reuses its memory and is not for sharing.
public final class EventLogCodec {
    /// What stands at an offset.
    public enum Outcome: Sendable, Equatable {
        /// A whole entry, and its bytes including the length.
        case entry(LogEntry, byteCount: Int)
        /// The bytes end before the entry does.
        case incomplete
    }

    private static let schema = MessageSchema(stillwatch__v1__log_entry__init)
    private let arena = MessageArena()
    private let reader = MessageReader()

    /// A codec.
    public init() {}

    /// An entry with its length before it.
    ///
    /// An account or organisation reference is always the caller's own; any other may be keyed by the server.
    public func encode(_ entry: LogEntry) -> [UInt8] {
        arena.beginBuilding()
        var message: [UInt8] = []
        arena.pack(UnsafeRawPointer(arena.logEntry(entry)).assumingMemoryBound(to: ProtobufCMessage.self), to: &message)
        precondition(
            message.count <= WireLimits.logEntryByteCount,
            "an entry has at most \(WireLimits.logEntryByteCount) bytes, found \(message.count)")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count + 3)
        var length = message.count
        while length >= 0x80 {
            bytes.append(UInt8(length & 0x7f) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(length))
        return bytes + message
    }

    /// Decodes the entry at an offset.
    ///
    /// - Throws: ``LogEntryError`` with that offset. A length above ``WireLimits/logEntryByteCount`` is damage.
    public func decode(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogEntryError) -> Outcome {
        precondition((0...bytes.count).contains(offset), "offset \(offset) of \(bytes.count) bytes")
        guard let (start, length) = try length(bytes, at: offset), length <= bytes.count - start else {
            return .incomplete
        }
        let content = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
        do {
            let message = try reader.read(
                content, Self.schema, unknownFields: .refuse, stillwatch__v1__log_entry__unpack)
            return .entry(try LogEntry(message), byteCount: start + length - offset)
        } catch {
            throw Self.failure(error, byteOffset: offset)
        }
    }

    /// Where the entry's message starts and how long it is; nil if the bytes end before that is known.
    private func length(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogEntryError) -> (Int, Int)? {
        var length = 0
        // Four bytes hold every length within the limit.
        for index in 0..<4 {
            guard offset + index < bytes.count else { return nil }
            let byte = bytes[offset + index]
            length |= Int(byte & 0x7f) << (7 * index)
            if length > WireLimits.logEntryByteCount { break }
            if byte < 0x80 { return (offset + index + 1, length) }
        }
        throw LogEntryError(
            code: .malformed, message: "expected a length of at most \(WireLimits.logEntryByteCount) bytes, found more",
            byteOffset: offset)
    }

    private static func failure(_ error: StatusError, byteOffset: Int) -> LogEntryError {
        let code: LogEntryError.Code =
            switch error.reason {
            case FieldError.Code.unknownField.rawValue, FieldError.Code.unknownWord.rawValue: .unsupported
            case "MESSAGE_MALFORMED", "MESSAGE_TOO_COMPLEX", FieldError.Code.wrongType.rawValue: .malformed
            default: .invalid
            }
        return LogEntryError(code: code, message: error.description, byteOffset: byteOffset)
    }
}
