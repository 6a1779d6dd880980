internal import Dispatch
internal import Glibc

/// Appends entries to a log in commit order. Any thread may call it; one thread of its own does the writing.
///
/// **What can be lost.** An entry that was appended is in the file after ``Options/writeDelay`` and on the disk after
/// ``Options/syncInterval``, so that a killed process loses some milliseconds of scored events and a power failure up
/// to a second. An entry appended durably is on the disk before its completion is called: labels go that way.
///
/// **When the disk is full or fails**, entries stay in the buffer, writing is tried again with growing pauses (0.1 s to
/// 5 s), and ``health`` says what the system said. Nothing is lost as long as the buffer has room; then appends answer
/// ``AppendOutcome/dropped``, and the gap in the sequence tells a reader. A half-written entry is cut off before the
/// next try. Durable appends wait for the recovery; to refuse labels at once, look at ``health`` first.
public final class EventLogWriter: Sendable {
    /// Sizes and times.
    public struct Options: Sendable {
        /// The most memory for entries that are not known to be on the disk, in bytes.
        public var bufferByteLimit = 64 << 20
        /// A segment ends before it would grow beyond this many bytes.
        public var segmentByteLimit = 256 << 20
        /// The longest time between a write and its sync.
        public var syncInterval = Duration.seconds(1)
        /// Segments whose newest entry was committed this long before the newest of all are removed, but for labels in
        /// force; nil: never. Looked after when a segment has ended and by ``EventLogWriter/prune()``.
        public var keep: Duration?
        /// Hears of each pruning, and why one failed, on a thread of the log's own. It must not close the log.
        public var pruningReport: @Sendable (Result<EventLogPruning, EventLogError>) -> Void = { _ in }
        /// How long entries that nobody waits for may gather before they are written.
        public var writeDelay = Duration.milliseconds(5)

        /// The defaults.
        public init() {}

        var syncIntervalNanoseconds: UInt64 { Self.nanoseconds(syncInterval) }
        var writeDelayNanoseconds: UInt64 { Self.nanoseconds(writeDelay) }

        var keepMs: Int64? {
            guard let parts = keep?.components else { return nil }
            return max(0, parts.seconds) * 1000 + parts.attoseconds / 1_000_000_000_000_000
        }

        private static func nanoseconds(_ duration: Duration) -> UInt64 {
            let parts = duration.components
            return UInt64(max(0, parts.seconds)) * 1_000_000_000 + UInt64(max(0, parts.attoseconds / 1_000_000_000))
        }
    }

    /// Whether an entry was taken.
    public enum AppendOutcome: Sendable, Equatable {
        case accepted
        /// The buffer is full or the log closed; the entry is lost and counted.
        case dropped
    }

    /// Whether writing works.
    public enum Health: Sendable, Equatable {
        case healthy
        /// What the system said.
        case failing(String)
    }

    /// Sums since the log was opened.
    public struct Counters: Sendable, Equatable {
        /// Entries known to be on the disk.
        public var entries: UInt64 = 0
        /// Their bytes.
        public var bytes: UInt64 = 0
        /// Entries lost because the buffer was full, or the log was closed while it could not be written.
        public var dropped: UInt64 = 0
        /// Failed tries to write.
        public var errors: UInt64 = 0
        /// Segments that were ended because they were full.
        public var rotations: UInt64 = 0
        /// Segments that were removed because they were old.
        public var prunedSegments: UInt64 = 0
        /// Tries to remove some that failed.
        public var pruningErrors: UInt64 = 0
    }

    /// What a log takes on the disk.
    public struct Footprint: Sendable, Equatable {
        /// Files.
        public var segmentCount = 0
        /// Their bytes.
        public var byteCount = 0
    }

    /// What was found when the log was opened.
    public let recovery: EventLogRecovery

    private let queue: LogQueue
    private let pruner: LogPruner?
    private let bell = DispatchSemaphore(value: 0)
    private let finished = DispatchGroup()

    /// Opens a folder's log, or begins one; makes the folder if it is missing.
    ///
    /// Reads the last segment, cuts off what a crash left of an unfinished write, and goes on behind it. The next entry
    /// has ``EventLogRecovery/nextSequence``. Holds a lock on the folder until the log is closed.
    public static func open(
        directory: String, options: Options = Options()
    ) throws(EventLogError) -> EventLogWriter {
        try open(directory: directory, options: options, fileSystem: .live)
    }

    static func open(
        directory: String, options: Options, fileSystem: LogFileSystem
    ) throws(EventLogError) -> EventLogWriter {
        let lock = try DirectoryLock.acquire(directory: directory)
        do throws(EventLogError) {
            try PruningPass.removeLeftovers(directory: directory)
            let (recovery, segment) = try EventLogRecovery.recover(directory: directory, fileSystem: fileSystem)
            var ended = Footprint()
            for path in try Segments.paths(in: directory) where path != segment?.path {
                ended.segmentCount += 1
                ended.byteCount += try Segments.byteCount(path)
            }
            let store = SegmentStore(
                directory: directory, segmentByteLimit: options.segmentByteLimit, fileSystem: fileSystem,
                segment: segment, ended: ended)
            return EventLogWriter(
                directory: directory, options: options, recovery: recovery, store: store, lock: lock)
        } catch {
            lock.release()
            throw error
        }
    }

    private init(
        directory: String, options: Options, recovery: EventLogRecovery, store: SegmentStore, lock: DirectoryLock
    ) {
        self.recovery = recovery
        let queue = LogQueue(
            nextSequence: recovery.nextSequence, byteLimit: options.bufferByteLimit, directory: directory)
        let pruner = options.keepMs.map { keepMs in
            LogPruner(
                pass: PruningPass(directory: directory, keepMs: keepMs, fileSystem: .live), queue: queue,
                report: options.pruningReport)
        }
        (self.queue, self.pruner) = (queue, pruner)
        finished.enter()
        DispatchQueue(label: "stillwatch.event-log").async { [bell, finished] in
            var pump = LogPump(queue: queue, store: store, options: options) { pruner?.schedule() }
            Self.run(&pump, bell)
            pruner?.finish()
            lock.release()
            finished.leave()
        }
    }

    deinit { beginClose() }

    /// Whether writing works.
    public var health: Health { queue.health }

    /// Sums since the log was opened.
    public var counters: Counters { queue.counters }

    /// What the log takes on the disk.
    public var footprint: Footprint { queue.footprint }

    /// Memory of entries that are not known to be on the disk, in bytes.
    public var bufferedByteCount: Int { queue.bufferedByteCount }

    /// Appends the bytes of one entry, as `EventLogCodec` gives them. Its checksum is made on the writer's thread.
    ///
    /// Threads may hand in sequences slightly out of order, each once; an entry waits until all before it came or were
    /// skipped. Never waits for the disk.
    @discardableResult
    public func append(sequence: UInt64, bytes: [UInt8]) -> AppendOutcome {
        outcome(queue.append(sequence: sequence, bytes: bytes, completion: nil))
    }

    /// Appends an entry and says when it is on the disk, or why it is not.
    ///
    /// - Parameter completion: Called once: on the writer's thread, which it must not block, or at once on the caller's
    ///   if the entry was not taken.
    public func appendDurably(
        sequence: UInt64, bytes: [UInt8], completion: @escaping @Sendable (Result<Void, EventLogError>) -> Void
    ) {
        _ = outcome(queue.append(sequence: sequence, bytes: bytes, completion: completion))
    }

    /// Says that a sequence will not come, so that those behind it need not wait.
    public func skip(sequence: UInt64) {
        if queue.skip(sequence: sequence) { bell.signal() }
    }

    /// Removes what ``Options/keep`` says is old, on a thread of the log's own; returns at once. For a start, when
    /// nobody reads the log any more; afterwards every rotation sees to it.
    public func prune() { pruner?.schedule(knownMs: recovery.lastCommittedAtMs) }

    /// Writes and syncs everything, then ends the log; waits until that is done. Later appends are dropped.
    ///
    /// If the log cannot be written it is tried once more, then given up and counted as dropped.
    public func close() {
        beginClose()
        finished.wait()
    }

    private func beginClose() {
        queue.close()
        bell.signal()
    }

    private func outcome(_ admission: LogQueue.Admission) -> AppendOutcome {
        if admission.needsWake { bell.signal() }
        return admission.isAccepted ? .accepted : .dropped
    }

    private static func run(_ pump: inout LogPump, _ bell: DispatchSemaphore) {
        while true {
            switch pump.step(now: DispatchTime.now().uptimeNanoseconds) {
            case .forever: bell.wait()
            case .until(let time): _ = bell.wait(timeout: DispatchTime(uptimeNanoseconds: time))
            case .finished: return
            }
        }
    }
}
