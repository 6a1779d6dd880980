internal import CTreeKernels

/// Scratch memory for one call, without an allocation: the standard library's temporary memory comes from the heap from
/// one kilobyte on.
///
/// It is the thread's own and there once, so calls must not nest. Parts of it start at multiples of 64 bytes.
struct ScratchRoom {
    private var next: UnsafeMutableRawPointer

    /// Bytes of an array's part.
    static func byteCount<Element: BitwiseCopyable>(_ type: Element.Type, _ count: Int) -> Int {
        (count * MemoryLayout<Element>.stride + 63) & ~63
    }

    /// Calls `body` with room for parts of together so many bytes; what is more than the thread keeps is allocated.
    @inline(__always)
    static func with<Result>(_ byteCount: Int, _ body: (inout ScratchRoom) -> Result) -> Result {
        if byteCount <= Int(TK_ROOM_BYTES), let room = tk_thread_room() {
            var scratch = ScratchRoom(next: room)
            return body(&scratch)
        }
        let room = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
        defer { room.deallocate() }
        var scratch = ScratchRoom(next: room)
        return body(&scratch)
    }

    /// The next part, not initialised.
    @inline(__always)
    mutating func take<Element: BitwiseCopyable>(_ type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
        let part = next.bindMemory(to: type, capacity: count)
        next += Self.byteCount(type, count)
        return part
    }
}
