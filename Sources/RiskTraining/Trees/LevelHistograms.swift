/// For each column the summed slopes and curvatures by leaf and bin, from level to level of one tree after another.
///
/// Different columns may be worked on by different threads at the same time; one column only by one.
final class LevelHistograms: @unchecked Sendable {
    private let storage: UnsafeMutableBufferPointer<GradientSum>
    private let starts: [Int]
    private let table: BinnedTable

    /// Room for the leaves above the last level. depth 6 and 255 bins take 128 KiB a column.
    init(_ table: BinnedTable, depth: Int) {
        self.table = table
        var starts = [0]
        for column in table.columns { starts.append((starts.last ?? 0) + column.bins.binCount << (depth - 1)) }
        self.starts = starts
        storage = .allocate(capacity: max(1, starts.last ?? 0))
        storage.initialize(repeating: .zero)
    }

    deinit { storage.deallocate() }

    private func leaf(_ leaf: Int, of index: Int) -> UnsafeMutableBufferPointer<GradientSum> {
        let count = table.columns[index].bins.binCount
        let start = starts[index] + leaf * count
        precondition(start + count <= starts[index + 1], "leaf \(leaf) of column \(index) has no room")
        return UnsafeMutableBufferPointer(rebasing: storage[start..<start + count])
    }

    /// Brings one column's sums to the level that the partition has reached. Has to be called once for each level.
    ///
    /// Only the smaller of two siblings is summed up; the other is what is left of the parent.
    func update(_ index: Int, _ partition: RowPartition) {
        let codes = table.columns[index].codes
        let leafCount = partition.ranges.count
        guard leafCount > 1 else {
            let root = leaf(0, of: index)
            root.update(repeating: .zero)
            return partition.accumulate(0, codes: codes, into: root)
        }
        for parent in 0..<leafCount / 2 {
            let (left, right) = (parent, parent + leafCount / 2)
            let (kept, other) = (leaf(left, of: index), leaf(right, of: index))
            let isRightSmaller = partition.ranges[right].count <= partition.ranges[left].count
            other.update(repeating: .zero)
            partition.accumulate(isRightSmaller ? right : left, codes: codes, into: other)
            // What was the parent's becomes the left child's.
            for bin in 0..<kept.count {
                let rest = kept[bin] &- other[bin]
                if isRightSmaller {
                    kept[bin] = rest
                } else {
                    kept[bin] = other[bin]
                    other[bin] = rest
                }
            }
        }
    }

    /// The sums of one column: bins of leaf 0, then of leaf 1, and so on.
    func sums(_ index: Int, leafCount: Int) -> UnsafeBufferPointer<GradientSum> {
        let end = starts[index] + leafCount * table.columns[index].bins.binCount
        precondition(end <= starts[index + 1], "column \(index) has no room for \(leafCount) leaves")
        return UnsafeBufferPointer(rebasing: storage[starts[index]..<end])
    }
}
