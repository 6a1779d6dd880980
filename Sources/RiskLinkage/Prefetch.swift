internal import CMemoryHints

/// Asks for the memory of array elements ahead of their use, so that the waits for several of them overlap.
enum Prefetch {
    private static let lineBytes = 64

    /// Asks for the lines of one element, at most so many. The array itself is not read: a place beyond its end asks for
    /// memory that nobody needs, and does no harm.
    @inline(__always)
    static func element<Element>(_ index: Int, in array: [Element], lines: Int = 1) {
        array.withUnsafeBufferPointer { elements in
            guard let start = elements.baseAddress else { return }
            let address = UnsafeRawPointer(
                bitPattern: UInt(bitPattern: start) &+ UInt(index * MemoryLayout<Element>.stride))
            guard let address else { return }
            for line in 0..<lines { stillwatch_prefetch(address + line * lineBytes) }
        }
    }

    /// How many lines an element can lie on.
    @inline(__always)
    static func lines<Element>(of type: Element.Type) -> Int {
        (MemoryLayout<Element>.stride + lineBytes - 2) / lineBytes + 1
    }
}
