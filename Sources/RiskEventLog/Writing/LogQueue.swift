internal import Synchronization

/// What stands between the threads that append and the one that writes: puts entries in commit order and bounds the
/// memory they take. Any thread may call it.
final class LogQueue: Sendable {
    typealias Completion = @Sendable (Result<Void, EventLogError>) -> Void

    /// Entries in commit order, laid end to end.
    struct Chunk {
        /// Each entry with its head before it, which is empty until the chunk is sealed.
        var bytes: [UInt8] = []
        /// Where each entry ends in ``bytes``.
        var ends: [Int] = []
        var sequences: [UInt64] = []
        var completions: [Completion] = []
        /// Memory it was charged for.
        var cost = 0

        /// Writes the entries' heads, checksums included. For the writing thread, so that no request pays for it.
        mutating func seal() {
            bytes.withUnsafeMutableBytes { bytes in
                var start = 0
                for end in ends {
                    EntryHead.seal(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end]))
                    start = end
                }
            }
        }
    }

    /// What an append came to.
    struct Admission {
        var isAccepted: Bool
        /// Whether the writing thread has to be woken.
        var needsWake: Bool
    }

    private enum Waiting {
        case entry([UInt8], Completion?)
        case skipped
    }

    /// How the writing thread sleeps.
    enum Sleep {
        case awake
        /// Any entry wakes it.
        case idle
        /// Only a durable entry or many bytes wake it.
        case lingering
    }

    private struct State {
        var next: UInt64
        var ready = Chunk()
        var early: [UInt64: Waiting] = [:]
        var bufferedByteCount = 0
        var sleep = Sleep.awake
        var isClosed = false
        var health = EventLogWriter.Health.healthy
        var counters = EventLogWriter.Counters()
        /// Files that were written, and those of them that were pruned.
        var written = EventLogWriter.Footprint()
        var pruned = EventLogWriter.Footprint()
    }

    private let state: Mutex<State>
    private let byteLimit: Int
    private let directory: String

    init(nextSequence: UInt64, byteLimit: Int, directory: String) {
        state = Mutex(State(next: nextSequence))
        self.byteLimit = byteLimit
        self.directory = directory
    }

    var health: EventLogWriter.Health { state.withLock { $0.health } }
    var counters: EventLogWriter.Counters { state.withLock { $0.counters } }
    /// What the log takes on the disk.
    var footprint: EventLogWriter.Footprint {
        state.withLock { state in
            EventLogWriter.Footprint(
                segmentCount: state.written.segmentCount - state.pruned.segmentCount,
                byteCount: state.written.byteCount - state.pruned.byteCount)
        }
    }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var bufferedByteCount: Int { state.withLock { $0.bufferedByteCount } }

    /// Takes an entry in, unless the buffer is full or closed; its sequence is used up either way.
    func append(sequence: UInt64, bytes: [UInt8], completion: Completion?) -> Admission {
        precondition(
            (1...EventLogLimits.entryByteCount).contains(bytes.count), "an entry of \(bytes.count) bytes")
        let cost = Self.cost(bytes)
        let (admission, refusal) = state.withLock { state -> (Admission, EventLogError?) in
            guard !state.isClosed else {
                state.counters.dropped += 1
                return (Admission(isAccepted: false, needsWake: false), closedError)
            }
            guard state.bufferedByteCount + cost <= byteLimit else {
                state.counters.dropped += 1
                let needsWake = place(.skipped, at: sequence, in: &state)
                return (Admission(isAccepted: false, needsWake: needsWake), fullError)
            }
            state.bufferedByteCount += cost
            let needsWake = place(.entry(bytes, completion), at: sequence, in: &state)
            return (Admission(isAccepted: true, needsWake: needsWake), nil)
        }
        if let refusal { completion?(.failure(refusal)) }
        return admission
    }

    /// Uses up a sequence that will not come. True if the writing thread has to be woken.
    func skip(sequence: UInt64) -> Bool {
        state.withLock { $0.isClosed ? false : place(.skipped, at: sequence, in: &$0) }
    }

    /// Takes no more entries; those that came early stand in order, without the ones that never came.
    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            for sequence in state.early.keys.sorted() {
                admit(state.early[sequence]!, sequence, in: &state)
            }
            state.early = [:]
        }
    }

    /// For the writing thread: all that is ready, or nil.
    ///
    /// - Parameter mayLinger: Whether a few bytes that nobody waits for may stay until there are more.
    func take(mayLinger: Bool) -> (chunk: Chunk?, hasMore: Bool, isClosed: Bool) {
        state.withLock { state in
            let isEmpty = state.ready.ends.isEmpty
            guard !isEmpty, !mayLinger || isUrgent(state) else {
                state.sleep = isEmpty ? .idle : .lingering
                return (nil, !isEmpty, state.isClosed)
            }
            // It may sleep after this one without another look: what comes from here on wakes it.
            state.sleep = .idle
            let chunk = state.ready
            state.ready = Chunk()
            return (chunk, false, state.isClosed)
        }
    }

    /// For the writing thread: entries that are on the disk and need no memory any more.
    func release(cost: Int, entryCount: Int, byteCount: Int) {
        state.withLock { state in
            state.bufferedByteCount -= cost
            state.counters.entries += UInt64(entryCount)
            state.counters.bytes += UInt64(byteCount)
        }
    }

    /// For the writing thread: entries that are lost.
    func drop(cost: Int, entryCount: Int) {
        state.withLock { state in
            state.bufferedByteCount -= cost
            state.counters.dropped += UInt64(entryCount)
        }
    }

    /// For the writing thread: all files, pruned ones included.
    func noteFootprint(_ written: EventLogWriter.Footprint) { state.withLock { $0.written = written } }

    /// For the pruner.
    func notePruning(_ pruning: EventLogPruning) {
        state.withLock { state in
            state.counters.prunedSegments += UInt64(pruning.segmentCount)
            state.pruned.segmentCount += pruning.fileCount
            state.pruned.byteCount += pruning.byteCount
        }
    }

    /// For the pruner.
    func notePruningFailure() { state.withLock { $0.counters.pruningErrors += 1 } }

    /// For the writing thread.
    func noteRotation() { state.withLock { $0.counters.rotations += 1 } }

    /// For the writing thread.
    func noteFailure(_ failure: SystemFailure) {
        state.withLock { state in
            state.counters.errors += 1
            state.health = .failing("\(failure.operation): \(systemText(failure.number))")
        }
    }

    /// For the writing thread.
    func noteSuccess() { state.withLock { $0.health = .healthy } }

    private func place(_ waiting: Waiting, at sequence: UInt64, in state: inout State) -> Bool {
        precondition(
            sequence >= state.next && state.early[sequence] == nil,
            "commit sequence \(sequence) was used before; the next is \(state.next)")
        guard sequence == state.next else {
            state.early[sequence] = waiting
            return false
        }
        admit(waiting, sequence, in: &state)
        while let follower = state.early.removeValue(forKey: state.next) { admit(follower, state.next, in: &state) }
        let needsWake: Bool
        switch state.sleep {
        case .awake: needsWake = false
        case .idle: needsWake = !state.ready.ends.isEmpty
        case .lingering: needsWake = isUrgent(state)
        }
        if needsWake { state.sleep = .awake }
        return needsWake
    }

    private func admit(_ waiting: Waiting, _ sequence: UInt64, in state: inout State) {
        state.next = sequence + 1
        guard case .entry(let bytes, let completion) = waiting else { return }
        state.ready.bytes.append(contentsOf: repeatElement(0, count: EntryHead.byteCount))
        state.ready.bytes.append(contentsOf: bytes)
        state.ready.ends.append(state.ready.bytes.count)
        state.ready.sequences.append(sequence)
        state.ready.cost += Self.cost(bytes)
        if let completion { state.ready.completions.append(completion) }
    }

    private static func cost(_ entry: [UInt8]) -> Int {
        EntryHead.byteCount + entry.count + EventLogLimits.bufferedEntryOverheadByteCount
    }

    private func isUrgent(_ state: State) -> Bool {
        state.isClosed || !state.ready.completions.isEmpty
            || state.ready.bytes.count >= EventLogLimits.eagerByteCount
    }

    private var fullError: EventLogError {
        EventLogError(
            .bufferFull, message: "expected room within \(byteLimit) bytes, found the buffer full", file: directory)
    }

    private var closedError: EventLogError {
        EventLogError(.closed, message: "expected an open log, found it closed", file: directory)
    }
}
