internal import CProtobufC

/// Memory for one C message at a time: taken in order, given back all at once, never more than a budget.
///
/// protobuf-c allocates through it while unpacking, so that a message can neither leak nor take more than its budget;
/// the encoders build their C structs in it. Not for sharing between threads.
///
/// Invariant: `next ... end` is the free part of the last chunk, 16-byte aligned. Pointers into the arena are valid
/// until the next ``begin(budget:)``.
final class MessageArena {
    /// For protobuf-c; lives as long as the arena.
    let allocator: UnsafeMutablePointer<ProtobufCAllocator>
    /// Whether an allocation was refused since ``begin(budget:)``. Then every later one is refused too.
    private(set) var isExhausted = false

    private var next: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer
    private var budget = 0
    private let firstChunk: UnsafeMutableRawPointer
    private var laterChunks: [UnsafeMutableRawPointer] = []

    private static let alignment = 16
    /// The chunk that is kept between messages; an ordinary request needs less than half of it.
    private static let firstChunkByteCount = 32 << 10

    init() {
        firstChunk = .allocate(byteCount: Self.firstChunkByteCount, alignment: Self.alignment)
        next = firstChunk
        end = firstChunk + Self.firstChunkByteCount
        allocator = .allocate(capacity: 1)
        allocator.initialize(
            to: ProtobufCAllocator(
                alloc: { arena, byteCount in
                    guard let arena else { return nil }
                    return Unmanaged<MessageArena>.fromOpaque(arena)._withUnsafeGuaranteedRef { $0.take(byteCount) }
                },
                free: { _, _ in },
                allocator_data: Unmanaged.passUnretained(self).toOpaque()))
    }

    deinit {
        laterChunks.forEach { $0.deallocate() }
        firstChunk.deallocate()
        allocator.deallocate()
    }

    /// Forgets the message before and allows `budget` bytes for the next one.
    func begin(budget: Int) {
        laterChunks.forEach { $0.deallocate() }
        laterChunks.removeAll(keepingCapacity: true)
        next = firstChunk
        end = firstChunk + Self.firstChunkByteCount
        isExhausted = false
        self.budget = budget
    }

    /// Uninitialised memory, or nil if it would go over the budget.
    func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard !isExhausted, byteCount >= 0, byteCount <= budget else {
            isExhausted = true
            return nil
        }
        let rounded = (byteCount + Self.alignment - 1) & ~(Self.alignment - 1)
        budget -= min(rounded, budget)
        if rounded > end - next { addChunk(atLeast: rounded) }
        let memory = next
        next += rounded
        return memory
    }

    private func addChunk(atLeast byteCount: Int) {
        let size = max(byteCount, Self.firstChunkByteCount << min(laterChunks.count + 1, 5))
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
        laterChunks.append(chunk)
        next = chunk
        end = chunk + size
    }
}
