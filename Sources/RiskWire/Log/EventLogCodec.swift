internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Encodes and decodes the entries of the event log, each a `LogEntry` message. The log's files say where each ends.
///
/// Keep one for each thread; it reuses its memory and is not for sharing.
public final class EventLogCodec {
    private static let schema = MessageSchema(stillwatch__v1__log_entry__init)
    private let arena = MessageArena()
    private let reader = MessageReader()

    /// A codec.
    public init() {}

    /// The bytes of an entry, at most ``WireLimits/logEntryByteCount``.
    ///
    /// An account or organisation reference is always the caller's own; any other may be keyed by the server.
    public func encode(_ entry: LogEntry) -> [UInt8] {
        arena.beginBuilding()
        var message: [UInt8] = []
        arena.pack(UnsafeRawPointer(arena.logEntry(entry)).assumingMemoryBound(to: ProtobufCMessage.self), to: &message)
        precondition(
            message.count <= WireLimits.logEntryByteCount,
            "an entry has at most \(WireLimits.logEntryByteCount) bytes, found \(message.count)")
        return message
    }

    /// Decodes all bytes of an entry.
    public func decode(_ bytes: UnsafeRawBufferPointer) throws(LogEntryError) -> LogEntry {
        do {
            return try LogEntry(
                try reader.read(bytes, Self.schema, unknownFields: .refuse, stillwatch__v1__log_entry__unpack))
        } catch {
            throw Self.failure(error)
        }
    }

    /// What stands at the top of an entry, many times faster than all of it. Reads into nothing, so it is for bytes
    /// that a checksum vouches for.
    public func outline(_ bytes: UnsafeRawBufferPointer) throws(LogEntryError) -> LogEntryOutline {
        var outline = LogEntryOutline()
        var cursor = FieldCursor(bytes, in: 0..<bytes.count)
        do {
            while let field = try cursor.next() {
                switch field.number {
                case 1: outline.commitSequence = field.value
                case 2: outline.committedAtMs = Int64(bitPattern: field.value)
                case 11, 12: outline.isEvent = true
                default: break
                }
            }
        } catch {
            throw LogEntryError(code: .malformed, message: "\(error.kind)")
        }
        return outline
    }

    private static func failure(_ error: StatusError) -> LogEntryError {
        let code: LogEntryError.Code =
            switch error.reason {
            case FieldError.Code.unknownField.rawValue, FieldError.Code.unknownWord.rawValue: .unsupported
            case "MESSAGE_MALFORMED", "MESSAGE_TOO_COMPLEX", FieldError.Code.wrongType.rawValue: .malformed
            default: .invalid
            }
        return LogEntryError(code: code, message: error.description)
    }
}
