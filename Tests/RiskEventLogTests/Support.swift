import Glibc
import RiskCore
import RiskWire
import Synchronization
import TestSupport

@testable import RiskEventLog

extension TemporaryFolder {
    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw Failure(operation: "open") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(operation: "write") }
        return file
    }

    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    func read(_ name: String) throws -> [UInt8] {
        let descriptor = open("\(path)/\(name)", O_RDONLY)
        guard descriptor >= 0 else { throw Failure(operation: "open") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            guard count >= 0 else { throw Failure(operation: "read") }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
    }
}

/// A small entry of its own kind for each sequence.
func testEntry(_ sequence: UInt64, padding: Int = 0) -> LogEntry {
    LogEntry(
        commitSequence: sequence, committedAtMs: Int64(sequence) * 10,
        content: .sessionStarted(
            SessionStart(
                version: "test-" + String(repeating: "x", count: padding), stateWasEmpty: sequence == 1,
                accountCapacity: Int(sequence), identifierCapacity: 7)))
}

func entryBytes(_ sequence: UInt64, padding: Int = 0) -> [UInt8] {
    EventLogCodec().encode(testEntry(sequence, padding: padding))
}

/// An entry as files of version 2 have it.
func framedBytes(_ sequence: UInt64, padding: Int = 0) -> [UInt8] {
    EntryHead.framed(entryBytes(sequence, padding: padding))
}

/// An entry as files of version 1 have it, behind its length as a varint.
func bareBytes(_ sequence: UInt64, padding: Int = 0) -> [UInt8] {
    let entry = entryBytes(sequence, padding: padding)
    precondition(entry.count < 1 << 14)
    return (entry.count < 0x80 ? [UInt8(entry.count)] : [UInt8(entry.count & 0x7f) | 0x80, UInt8(entry.count >> 7)])
        + entry
}

/// A segment of version 2.
func segmentBytes(_ sequences: ClosedRange<UInt64>, header: SegmentHeader = SegmentHeader()) -> [UInt8] {
    header.bytes + sequences.flatMap { framedBytes($0) }
}

/// All entries, and the reader at its end.
func readAll(_ path: String) throws -> (entries: [LogEntry], reader: EventLogReader) {
    let reader = try EventLogReader(path: path)
    var entries: [LogEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return (entries, reader)
}

/// A value that threads share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }

    func update(_ change: @Sendable (inout Value) -> Void) { mutex.withLock { change(&$0) } }
}
