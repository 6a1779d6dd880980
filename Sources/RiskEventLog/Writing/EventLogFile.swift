internal import Glibc
public import RiskWire

/// Writes a whole log to one file, for tools: the file appears under its name when it is complete.
///
/// Unlike ``EventLogWriter`` it waits for the disk and gives up at the first failure. Not for several threads at once.
public final class EventLogFile {
    /// Entries appended so far.
    public private(set) var entryCount = 0

    private let path: String
    private let temporaryPath: String
    private let codec = EventLogCodec()
    private var descriptor: CInt
    private var buffer: [UInt8] = []

    /// Begins a file beside `path`; what stands there stays until ``finish()``.
    public convenience init(path: String) throws(EventLogError) {
        try self.init(path: path, header: SegmentHeader())
    }

    init(path: String, header: SegmentHeader) throws(EventLogError) {
        self.path = path
        temporaryPath = "\(path)\(SegmentName.unfinishedMark)\(getpid())"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw EventLogError(.cannotWrite, message: "create: \(systemText(errno))", file: temporaryPath)
        }
        buffer = header.bytes
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    /// Appends an entry. Its sequence has to be above that of the one before.
    public func append(_ entry: LogEntry) throws(EventLogError) {
        precondition(descriptor >= 0, "append after finish")
        buffer += EntryHead.framed(codec.encode(entry))
        entryCount += 1
        if buffer.count >= EventLogLimits.eagerByteCount { try flush() }
    }

    /// Puts the file in place, on the disk. Nothing may be appended afterwards.
    public func finish() throws(EventLogError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw failure("fsync") }
        guard rename(temporaryPath, path) == 0 else { throw failure("rename to \(path)") }
        close(descriptor)
        descriptor = -1
    }

    private func flush() throws(EventLogError) {
        var writtenCount = 0
        while writtenCount < buffer.count {
            let count = buffer.withUnsafeBytes {
                write(descriptor, $0.baseAddress! + writtenCount, $0.count - writtenCount)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            writtenCount += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ operation: String) -> EventLogError {
        EventLogError(.cannotWrite, message: "\(operation): \(systemText(errno))", file: temporaryPath)
    }
}
