internal import CMemoryHints

/// Asks for the memory of array elements ahead of their use, so that the waits for several of them overlap.
enum Prefetch {
    private static let lineBytes = 64

    /// Asks for the lines of one element, at most so many. The index has to be within the array.
    @inline(__always)
    static func element<Element>(_ index: Int, of array: [Element], lines: Int = 1) {
        precondition(array.indices.contains(index), "no element \(index) among \(array.count)")
        array.withUnsafeBufferPointer { elements in
            guard let start = elements.baseAddress else { return }
            let address = UnsafeRawPointer(start + index)
            for line in 0..<lines { stillwatch_prefetch(address + line * lineBytes) }
        }
    }

    /// How many lines an element can lie on.
    @inline(__always)
    static func lines<Element>(of type: Element.Type) -> Int {
        (MemoryLayout<Element>.stride + lineBytes - 2) / lineBytes + 1
    }
}
