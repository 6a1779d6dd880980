/// A piece of a table's memory: room for so many elements, of which the first are in use.
///
/// An array would do but for the waits. To read one of its elements is to read its header, too, and to lend it out is
/// to write there; with thousands of pieces every header is a line of memory of its own. Here whoever holds the block
/// may read and write its elements through ``start``; who shares it has to make a ``copy()`` before writing.
final class TableBlock<Element: Sendable>: @unchecked Sendable {
    /// The first element.
    let start: UnsafeMutablePointer<Element>
    /// Room for so many.
    let capacity: Int
    /// Elements in use.
    private(set) var count = 0

    /// An empty block.
    init(capacity: Int) {
        precondition(capacity > 0, "a block has room for at least 1 element, asked for \(capacity)")
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    /// A block full of one element.
    convenience init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        start.initialize(repeating: element, count: count)
        self.count = count
    }

    deinit {
        start.deinitialize(count: count)
        start.deallocate()
    }

    /// Puts an element behind the last.
    func append(_ element: Element) {
        precondition(count < capacity, "a block of \(capacity) elements is full")
        (start + count).initialize(to: element)
        count += 1
    }

    /// The same elements in other memory.
    func copy() -> TableBlock {
        let other = TableBlock(capacity: capacity)
        other.start.initialize(from: start, count: count)
        other.count = count
        return other
    }
}
