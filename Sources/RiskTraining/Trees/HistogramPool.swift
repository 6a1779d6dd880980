internal import CTreeTraining

/// Summed slopes and curvatures of leaves, by column and bin.
///
/// Different columns may be worked on by different threads at the same time; one column, and taking and giving back
/// leaves' memory, only by one.
final class HistogramPool: @unchecked Sendable {
    private let starts: [Int]
    private var storage: [UnsafeMutablePointer<GradientSum>] = []
    private var free: [Int] = []

    /// A pool for leaves of a table: 16 bytes a bin and leaf.
    init(_ table: BinnedTable) {
        var starts = [0]
        for column in table.columns { starts.append((starts.last ?? 0) + column.bins.binCount) }
        self.starts = starts
    }

    deinit { for place in storage { place.deallocate() } }

    /// Room for one leaf; what is in it means nothing.
    func take() -> Int {
        if let slot = free.popLast() { return slot }
        let size = max(1, starts.last ?? 0)
        let place = UnsafeMutablePointer<GradientSum>.allocate(capacity: size)
        place.initialize(repeating: .zero, count: size)
        storage.append(place)
        return storage.count - 1
    }

    func giveBack(_ slot: Int) { free.append(slot) }

    /// Takes all room back, for the next tree.
    func giveBackAll() { free = Array(storage.indices.reversed()) }

    /// The sums of a leaf in one column.
    func sums(_ slot: Int, column: Int) -> UnsafeMutableBufferPointer<GradientSum> {
        let range = starts[column]..<starts[column + 1]
        return UnsafeMutableBufferPointer(start: storage[slot] + range.lowerBound, count: range.count)
    }

    /// Takes one leaf's sums in a column away from another's.
    func subtract(_ slot: Int, from other: Int, column: Int) {
        let (what, from) = (sums(slot, column: column), sums(other, column: column))
        tt_subtract(from.baseAddress, what.baseAddress, what.count)
    }
}
