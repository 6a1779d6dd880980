internal import Dispatch
internal import Synchronization

/// What one pruning of a log came to.
public struct EventLogPruning: Sendable, Equatable {
    /// Segments that were removed.
    public var segmentCount: Int
    /// Files that are gone: the first segment's place is taken by what is left of all.
    public var fileCount: Int
    /// Bytes that the log is smaller.
    public var byteCount: Int
    /// Entries up to this sequence are gone, but for labels.
    public var throughSequence: UInt64
    /// Labels that are kept of those.
    public var labelCount: Int
}

/// Prunes a log on a thread of its own, one pass at a time, while the log is written. Any thread may call it.
final class LogPruner: Sendable {
    typealias Report = @Sendable (Result<EventLogPruning, EventLogError>) -> Void

    private let thread = DispatchQueue(label: "stillwatch.event-log.pruning", qos: .utility)
    private let pass: Mutex<PruningPass>
    private let isWaiting = Atomic<Bool>(false)
    private let isCancelled = Atomic<Bool>(false)
    private let queue: LogQueue
    private let report: Report

    init(pass: PruningPass, queue: LogQueue, report: @escaping Report) {
        self.pass = Mutex(pass)
        self.queue = queue
        self.report = report
    }

    /// Looks for old segments soon. Calls before it begins are one.
    ///
    /// - Parameter knownMs: When the newest entry was committed, if that is known.
    func schedule(knownMs: Int64? = nil) {
        guard !isWaiting.exchange(true, ordering: .acquiringAndReleasing) else { return }
        thread.async { [self] in
            isWaiting.store(false, ordering: .releasing)
            run(knownMs)
        }
    }

    /// Begins nothing any more, and waits for what was begun.
    func finish() {
        isCancelled.store(true, ordering: .releasing)
        thread.sync {}
    }

    private func run(_ knownMs: Int64?) {
        let result: Result<EventLogPruning?, EventLogError> = pass.withLock { pass in
            Result { () throws(EventLogError) in
                try pass.run(knownMs: knownMs) { isCancelled.load(ordering: .acquiring) }
            }
        }
        switch result {
        case .success(nil): break
        case .success(let pruning?):
            queue.notePruning(pruning)
            report(.success(pruning))
        case .failure(let error):
            queue.notePruningFailure()
            report(.failure(error))
        }
    }
}
