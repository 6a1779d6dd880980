/// The work of the writing thread, one step at a time and without a clock of its own.
///
/// Everything taken from the queue is kept until it is known to be on the disk, so that a failed write or sync loses
/// nothing: what is not certain is cut off the file and written again.
struct LogPump {
    /// When to call ``step(now:)`` again.
    enum Wait: Equatable {
        case forever
        /// At this time in nanoseconds, or when woken.
        case until(UInt64)
        case finished
    }

    /// How often writing is tried once the log is closed.
    private static let closingAttemptLimit = 2
    private static let firstBackoff: UInt64 = 100_000_000
    private static let longestBackoff: UInt64 = 5_000_000_000

    private let queue: LogQueue
    private let options: EventLogWriter.Options
    private var store: SegmentStore
    /// Not yet certain to be on the disk, in order.
    private var chunks: [LogQueue.Chunk] = []
    /// The first entry that is not in the file yet.
    private var written = (chunk: 0, entry: 0)
    /// Entries of the first chunk that are on the disk already, because a segment ended within it.
    private var syncedEntryCount = 0

    private var dirtySince: UInt64?
    private var lingerUntil: UInt64?
    private var retryAt: UInt64?
    private var backoff = firstBackoff
    private var closingAttemptCount = 0
    /// Called after the first write to a new segment.
    private let onRotation: () -> Void
    private var hasRotated = false

    init(
        queue: LogQueue, store: SegmentStore, options: EventLogWriter.Options, onRotation: @escaping () -> Void = {}
    ) {
        self.queue = queue
        self.store = store
        self.options = options
        self.onRotation = onRotation
        queue.noteFootprint(store.footprint)
    }

    /// Takes what is ready, writes it, syncs if it is time to.
    ///
    /// - Parameter now: Nanoseconds of a clock that never goes back.
    mutating func step(now: UInt64) -> Wait {
        if let retryAt, now < retryAt, !queue.isClosed { return .until(retryAt) }
        let isLingering = lingerUntil.map { now < $0 } ?? true
        let taken = queue.take(mayLinger: isLingering && options.writeDelayNanoseconds > 0)
        if var chunk = taken.chunk {
            chunk.seal()
            chunks.append(chunk)
            lingerUntil = nil
        } else if taken.hasMore, lingerUntil == nil {
            lingerUntil = now + options.writeDelayNanoseconds
        }
        defer { queue.noteFootprint(store.footprint) }
        do throws(SystemFailure) {
            try writeAll(now: now)
            if isSyncDue(now: now, isClosed: taken.isClosed) { try sync() }
            noteSuccess()
        } catch {
            return noteFailure(error, now: now, isClosed: taken.isClosed)
        }
        if taken.isClosed, chunks.isEmpty, !taken.hasMore { return finish() }
        let syncAt = dirtySince.map { $0 + options.syncIntervalNanoseconds }
        return [syncAt, lingerUntil].compactMap { $0 }.min().map(Wait.until) ?? .forever
    }

    private mutating func writeAll(now: UInt64) throws(SystemFailure) {
        while written.chunk < chunks.count {
            let chunk = chunks[written.chunk]
            guard written.entry < chunk.ends.count else {
                written = (written.chunk + 1, 0)
                continue
            }
            let start = written.entry == 0 ? 0 : chunk.ends[written.entry - 1]
            guard store.hasRoom(forEntryOf: chunk.ends[written.entry] - start) else {
                let sequence = chunk.sequences[written.entry]
                try sync()
                if try store.rotate(firstSequence: sequence) { queue.noteRotation() }
                hasRotated = true
                continue
            }
            if dirtySince == nil { dirtySince = now }
            try write(chunk, from: start)
        }
    }

    /// Writes as many entries of a chunk as the segment has room for.
    private mutating func write(_ chunk: LogQueue.Chunk, from start: Int) throws(SystemFailure) {
        let rest = chunk.ends[written.entry...]
        let fitting = max(1, rest.partitioningIndex { $0 - start > store.room } - written.entry)
        let ends = rest.prefix(fitting)
        let end = ends.last ?? start
        let result = chunk.bytes.withUnsafeBytes { bytes in
            store.write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), ends: ends.lazy.map { $0 - start })
        }
        written.entry += result.entryCount
        if let failure = result.failure { throw failure }
    }

    private func isSyncDue(now: UInt64, isClosed: Bool) -> Bool {
        guard let dirtySince else { return false }
        return isClosed || now >= dirtySince + options.syncIntervalNanoseconds
            || chunks.contains { !$0.completions.isEmpty }
            // What is kept for rewriting counts towards the buffer's limit.
            || chunks.reduce(0) { $0 + $1.cost } > options.bufferByteLimit / 4
    }

    private mutating func sync() throws(SystemFailure) {
        do throws(SystemFailure) {
            try store.sync()
        } catch {
            if !store.isDirty { written = (0, syncedEntryCount) }
            throw error
        }
        dirtySince = nil
        let isLastWhole = written.chunk < chunks.count && written.entry == chunks[written.chunk].ends.count
        let wholeCount = written.chunk + (isLastWhole ? 1 : 0)
        syncedEntryCount = isLastWhole ? 0 : written.entry
        written = (0, syncedEntryCount)
        for chunk in chunks.prefix(wholeCount) {
            queue.release(cost: chunk.cost, entryCount: chunk.ends.count, byteCount: chunk.bytes.count)
            for completion in chunk.completions { completion(.success(())) }
        }
        chunks.removeFirst(wholeCount)
    }

    private mutating func noteSuccess() {
        if retryAt != nil { queue.noteSuccess() }
        if hasRotated { onRotation() }
        hasRotated = false
        retryAt = nil
        backoff = Self.firstBackoff
    }

    private mutating func noteFailure(_ failure: SystemFailure, now: UInt64, isClosed: Bool) -> Wait {
        queue.noteFailure(failure)
        if isClosed {
            closingAttemptCount += 1
            if closingAttemptCount >= Self.closingAttemptLimit { return abandon(failure) }
        }
        retryAt = now + backoff
        backoff = min(backoff * 2, Self.longestBackoff)
        return .until(retryAt!)
    }

    /// Gives up what cannot be written, after the log was closed.
    private mutating func abandon(_ failure: SystemFailure) -> Wait {
        if let chunk = queue.take(mayLinger: false).chunk { chunks.append(chunk) }
        for chunk in chunks {
            queue.drop(cost: chunk.cost, entryCount: chunk.ends.count)
            let error = EventLogError(
                .cannotWrite, message: "\(failure.operation): \(systemText(failure.number)), and the log was closed",
                file: store.segment?.path ?? "")
            for completion in chunk.completions { completion(.failure(error)) }
        }
        chunks = []
        return finish()
    }

    private mutating func finish() -> Wait {
        store.close()
        return .finished
    }
}

extension RandomAccessCollection {
    /// The first index whose element satisfies the predicate, if all behind it do too. O(log n).
    func partitioningIndex(where isSecond: (Element) -> Bool) -> Index {
        var low = startIndex
        var count = count
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if isSecond(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
