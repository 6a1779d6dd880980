internal import CTreeTraining
internal import Glibc
internal import Synchronization

/// Threads that stay for many short jobs, such as the thousands of a boosted model.
///
/// A job is a number of items that whoever is free takes one after another. Between jobs the threads watch for the next
/// one for some microseconds, then sleep. The caller's thread works too, and one thread runs one job at a time.
final class WorkerTeam: Sendable {
    /// Threads, the caller's included.
    let threads: Int
    private let board = JobBoard()
    private let workers: [pthread_t]

    /// Starts `threads` − 1 threads; fewer if the system gives no more.
    init(threads: Int) {
        var workers: [pthread_t] = []
        for _ in 0..<max(0, threads - 1) {
            var worker = pthread_t()
            let context = Unmanaged.passRetained(board)
            let status = pthread_create(&worker, nil, workOff, context.toOpaque())
            guard status == 0 else {
                context.release()
                break
            }
            workers.append(worker)
        }
        self.workers = workers
        self.threads = workers.count + 1
    }

    deinit {
        board.close()
        for worker in workers { pthread_join(worker, nil) }
    }

    /// Runs `body` for each item from 0 on, on all threads; returns when all are done.
    ///
    /// - Parameter isWorthwhile: Whether there is enough to do for more than the caller's thread.
    func run(_ count: Int, isWorthwhile: Bool = true, _ body: @Sendable (Int) -> Void) {
        guard isWorthwhile && count > 1 && threads > 1 else {
            for item in 0..<count { body(item) }
            return
        }
        withoutActuallyEscaping(body) { board.run(count, $0) }
    }

    /// The results of `body` for each item, in their order.
    func map<Value: Sendable>(
        _ count: Int, isWorthwhile: Bool = true, _ body: @Sendable (Int) -> Value
    ) -> [Value] {
        Array(unsafeUninitializedCapacity: count) { buffer, initializedCount in
            nonisolated(unsafe) let buffer = buffer
            run(count, isWorthwhile: isWorthwhile) { buffer.initializeElement(at: $0, to: body($0)) }
            initializedCount = count
        }
    }

    /// Blocks of rows of one size for any number of threads, so that sums that go by them keep their bits.
    func blocks<Value: Sendable>(of rowCount: Int, _ body: @Sendable (Range<Int>) -> Value) -> [Value] {
        let size = Self.blockSize
        return map((rowCount + size - 1) / size) { number in
            body(number * size..<min(rowCount, (number + 1) * size))
        }
    }

    /// Rows of a block.
    static let blockSize = 16384
}

/// The body of a thread: takes jobs off the board until it closes.
private func workOff(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<JobBoard>.fromOpaque(context).takeRetainedValue().work()
    return nil
}

/// Where a team finds its next job.
///
/// A job is open or closed. Who comes while it is open joins it; the caller closes it when no item is left and waits
/// for those who joined, so that a thread that sleeps or has no processor holds nobody up.
private final class JobBoard: @unchecked Sendable {
    /// Looks at the board before a thread goes to sleep: some tens of microseconds.
    private static let patience = 4000
    /// Set in ``gate`` while no job is open.
    private static let closed = 1 << 32

    /// Counts jobs; a change is what threads watch for. Written under ``mutex``.
    private let generation = Atomic<Int>(0)
    /// Threads that have joined the current job and not left it, and ``closed``.
    private let gate = Atomic<Int>(closed)
    private let nextItem = Atomic<Int>(0)
    // Written while the gate is closed and nobody is inside.
    private var body: (@Sendable (Int) -> Void)?
    private var count = 0
    private var isOver = false

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let wake: UnsafeMutablePointer<pthread_cond_t>
    private var sleepers = 0

    init() {
        mutex = .allocate(capacity: 1)
        wake = .allocate(capacity: 1)
        let status = pthread_mutex_init(mutex, nil) | pthread_cond_init(wake, nil)
        precondition(status == 0, "a mutex or condition could not be made: \(status)")
    }

    deinit {
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        wake.deallocate()
        mutex.deallocate()
    }

    func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.body = body
        self.count = count
        nextItem.store(0, ordering: .relaxed)
        gate.store(0, ordering: .releasing)
        announce()
        takeItems(count, body)
        gate.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
        var looks = 0
        while gate.load(ordering: .acquiring) != Self.closed {
            looks += 1
            if looks % 256 == 0 { sched_yield() } else { tt_pause() }
        }
        self.body = nil
    }

    func close() {
        pthread_mutex_lock(mutex)
        isOver = true
        pthread_mutex_unlock(mutex)
        announce()
    }

    private func announce() {
        pthread_mutex_lock(mutex)
        generation.wrappingAdd(1, ordering: .releasing)
        if sleepers > 0 { pthread_cond_broadcast(wake) }
        pthread_mutex_unlock(mutex)
    }

    func work() {
        var seen = 0
        while let next = next(after: seen) {
            seen = next
            guard join() else { continue }
            if let body { takeItems(count, body) }
            gate.wrappingSubtract(1, ordering: .releasing)
        }
    }

    /// Joins the job that is open, if one is.
    private func join() -> Bool {
        var inside = gate.load(ordering: .relaxed)
        while inside & Self.closed == 0 {
            let (isIn, current) = gate.weakCompareExchange(
                expected: inside, desired: inside + 1, ordering: .acquiring)
            if isIn { return true }
            inside = current
        }
        return false
    }

    private func takeItems(_ count: Int, _ body: (Int) -> Void) {
        while true {
            let item = nextItem.wrappingAdd(1, ordering: .relaxed).oldValue
            guard item < count else { return }
            body(item)
        }
    }

    /// Waits for a generation after the one that was seen; nil if the last job is over.
    private func next(after seen: Int) -> Int? {
        for _ in 0..<Self.patience where generation.load(ordering: .acquiring) == seen { tt_pause() }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        sleepers += 1
        while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
        sleepers -= 1
        return isOver ? nil : generation.load(ordering: .acquiring)
    }
}
