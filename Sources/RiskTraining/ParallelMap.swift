internal import Dispatch
internal import Synchronization

/// Computes one value for each index on at most `threads` threads; the results are in the order of the indices.
func parallelMap<Value: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    if threads <= 1 || count <= 1 { return (0..<count).map(body) }
    let results = Mutex<[Value?]>(Array(repeating: nil, count: count))
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            let value = body(index)
            results.withLock { $0[index] = value }
        }
    }
    return results.withLock { $0.compactMap { $0 } }
}

/// Computes one value for each block of rows. Blocks are of one size for any number of threads, so sums that go by
/// them keep their bits.
func parallelBlocks<Value: Sendable>(
    of rowCount: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Value
) -> [Value] {
    let size = 8192
    return parallelMap((rowCount + size - 1) / size, threads: threads) { number in
        body(number * size..<min(rowCount, (number + 1) * size))
    }
}
