internal import CMemoryHints

/// Asks for memory ahead of its use, so that the waits for several pieces of it overlap.
enum Prefetch {
    private static let lineBytes = 64

    /// Asks for so many lines from an address on. Reads and changes nothing.
    @inline(__always)
    static func lines<Element>(at start: UnsafeMutablePointer<Element>, count: Int) {
        let address = UnsafeRawPointer(start)
        for line in 0..<count { stillwatch_prefetch(address + line * lineBytes) }
    }

    /// How many lines an element can lie on.
    @inline(__always)
    static func lines<Element>(of type: Element.Type) -> Int {
        (MemoryLayout<Element>.stride + lineBytes - 2) / lineBytes + 1
    }
}
