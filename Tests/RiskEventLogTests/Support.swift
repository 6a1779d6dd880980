import Glibc
import RiskCore
import RiskWire
import Synchronization

@testable import RiskEventLog

/// A folder that goes away with the value that made it.
final class TemporaryFolder {
    struct Failure: Error { let operation: String }

    let path: String

    init() throws {
        var template = Array("/tmp/stillwatch-log-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(operation: "mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for entry in entries() { unlink("\(path)/\(entry)") }
        rmdir(path)
    }

    func entries() -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

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
