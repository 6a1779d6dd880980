import Glibc
import Synchronization

@testable import RiskEventLog

/// A file system in memory that fails when told to, and knows what would be left after a power failure.
final class FakeDisk: Sendable {
    struct File {
        var bytes: [UInt8] = []
        var syncedBytes: [UInt8] = []
        var hasDurableName = false
    }

    struct State {
        var files: [String: File] = [:]
        var descriptors: [CInt: String] = [:]
        var nextDescriptor: CInt = 100
        /// Bytes that still fit; nil: any number.
        var room: Int?
        /// The most bytes one write takes.
        var writeLimit = Int.max
        /// How many more times each operation fails, and with what.
        var failures: [String: (count: Int, number: CInt)] = [:]
        var syncCount = 0
    }

    private let state = Mutex(State())

    func update<Result>(_ change: (inout State) throws(SystemFailure) -> sending Result) throws(SystemFailure) -> Result
    {
        try state.withLock { value throws(SystemFailure) in try change(&value) }
    }

    func fail(_ operation: String, times: Int, _ number: CInt) {
        state.withLock { $0.failures[operation] = (times, number) }
    }

    func setRoom(_ room: Int?) { state.withLock { $0.room = room } }
    func setWriteLimit(_ limit: Int) { state.withLock { $0.writeLimit = limit } }
    var syncCount: Int { state.withLock { $0.syncCount } }
    var names: [String] { state.withLock { $0.files.keys.sorted() } }
    /// The entries of all files in order of their names, without the files' headers.
    var bytes: [UInt8] {
        state.withLock { state in state.files.sorted { $0.key < $1.key }.flatMap { Self.content($0.value.bytes) } }
    }
    /// What a power failure would leave of them.
    var durableBytes: [UInt8] {
        state.withLock { state in
            state.files.sorted { $0.key < $1.key }.filter(\.value.hasDurableName)
                .flatMap { Self.content($0.value.syncedBytes) }
        }
    }

    /// A file without its header; the whole file if that is not the first thing in it.
    private static func content(_ bytes: [UInt8]) -> [UInt8] {
        let header = SegmentHeader().bytes
        return bytes.starts(with: header) ? Array(bytes[header.count...]) : bytes
    }

    func bytes(of name: String) -> [UInt8] { state.withLock { $0.files[name]?.bytes ?? [] } }

    private static func check(_ operation: String, _ state: inout State) throws(SystemFailure) {
        guard let failure = state.failures[operation], failure.count > 0 else { return }
        state.failures[operation] = (failure.count - 1, failure.number)
        throw SystemFailure(operation: operation, number: failure.number)
    }

    private static func open(_ path: String, _ state: inout State) -> CInt {
        state.nextDescriptor += 1
        state.descriptors[state.nextDescriptor] = path
        return state.nextDescriptor
    }

    var fileSystem: LogFileSystem {
        LogFileSystem(
            create: { [self] path throws(SystemFailure) in
                try update { state throws(SystemFailure) in
                    try Self.check("create", &state)
                    guard state.files[path] == nil else { throw SystemFailure(operation: "create", number: EEXIST) }
                    state.files[path] = File()
                    return Self.open(path, &state)
                }
            },
            open: { [self] path throws(SystemFailure) in
                try update { state throws(SystemFailure) in Self.open(path, &state) }
            },
            write: { [self] descriptor, bytes throws(SystemFailure) in
                let copy = Array(bytes)
                return try update { state throws(SystemFailure) in try Self.write(descriptor, copy, &state) }
            },
            truncate: { [self] descriptor, length throws(SystemFailure) in
                try update { state throws(SystemFailure) in
                    try Self.check("ftruncate", &state)
                    let path = state.descriptors[descriptor]!
                    state.files[path]!.bytes.removeLast(state.files[path]!.bytes.count - length)
                }
            },
            syncData: { [self] descriptor throws(SystemFailure) in
                try update { state throws(SystemFailure) in
                    try Self.check("fdatasync", &state)
                    let path = state.descriptors[descriptor]!
                    state.files[path]!.syncedBytes = state.files[path]!.bytes
                    state.syncCount += 1
                }
            },
            syncDirectory: { [self] _ throws(SystemFailure) in
                try update { state throws(SystemFailure) in
                    try Self.check("fsync", &state)
                    for path in state.files.keys { state.files[path]!.hasDurableName = true }
                }
            },
            close: { [self] descriptor in _ = state.withLock { $0.descriptors.removeValue(forKey: descriptor) } })
    }

    private static func write(
        _ descriptor: CInt, _ bytes: [UInt8], _ state: inout State
    ) throws(SystemFailure) -> Int {
        try check("write", &state)
        let count = min(bytes.count, state.writeLimit, state.room ?? .max)
        guard count > 0 else { throw SystemFailure(operation: "write", number: ENOSPC) }
        if let room = state.room { state.room = room - count }
        state.files[state.descriptors[descriptor]!]!.bytes += bytes[..<count]
        return count
    }
}
