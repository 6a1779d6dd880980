/// The arrays of a ``TreeLayout`` in memory of their own, and the loops that score with them.
///
/// One of the few places with unsafe pointers: the loops run some two thousand times a row and must neither count
/// references nor check indices. Safe because the layout is made of a model that passed its checks, so that every index
/// in it is in range, and because nothing is written after `init`; hence it can be shared between threads.
final class TreeTables: @unchecked Sendable {
    /// The sum of the trees' expected values.
    let expected: Double

    private let columnCount: Int
    private let numericColumns: UnsafeMutableBufferPointer<TreeLayout.NumericColumn>
    private let categoryColumns: UnsafeMutableBufferPointer<TreeLayout.CategoryColumn>
    private let categoryWords: UnsafeMutableBufferPointer<UInt64>
    private let groups: UnsafeMutableBufferPointer<TreeLayout.Group>
    private let splitColumns: UnsafeMutableBufferPointer<UInt32>
    private let splitFeatures: UnsafeMutableBufferPointer<UInt32>
    private let thresholds: UnsafeMutableBufferPointer<Double>
    private let leaves: UnsafeMutableBufferPointer<Double>
    private let rows: UnsafeMutableBufferPointer<Double>

    init(_ layout: TreeLayout) {
        expected = layout.expected
        columnCount = layout.columnCount
        numericColumns = Self.copy(layout.numericColumns)
        categoryColumns = Self.copy(layout.categoryColumns)
        categoryWords = Self.copy(layout.categoryWords)
        groups = Self.copy(layout.groups)
        splitColumns = Self.copy(layout.splitColumns)
        splitFeatures = Self.copy(layout.splitFeatures)
        thresholds = Self.copy(layout.thresholds)
        leaves = Self.copy(layout.leaves)
        rows = Self.copy(layout.rows)
    }

    deinit {
        numericColumns.deallocate()
        categoryColumns.deallocate()
        categoryWords.deallocate()
        groups.deallocate()
        splitColumns.deallocate()
        splitFeatures.deallocate()
        thresholds.deallocate()
        leaves.deallocate()
        rows.deallocate()
    }

    private static func copy<Element: BitwiseCopyable>(_ array: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: array.count)
        _ = copy.initialize(from: array)
        return copy
    }
}

// MARK: - One row

extension TreeTables {
    /// The sum of the leaves that a row falls into. O(columns + splits).
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: columnCount) { columns in
            fillColumns(values, into: columns)
            var sum = 0.0
            for group in groups {
                forEachTree(of: group, columns) { depth, tree, bits in
                    sum += leaves[group.firstLeaf &+ tree << depth &+ bits]
                }
            }
            return sum
        }
    }

    /// The same sum; overwrites `attributions` with each feature's part in it. O(columns + splits + features).
    func sum(_ values: UnsafeBufferPointer<Double>, attributions: UnsafeMutableBufferPointer<Double>) -> Double {
        attributions.update(repeating: 0)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: columnCount) { columns in
            fillColumns(values, into: columns)
            for group in groups {
                forEachTree(of: group, columns) { depth, tree, bits in
                    let features = group.firstSplit &+ tree &* depth
                    let row = group.firstRow &+ (tree << depth &+ bits) &* depth
                    for level in 0..<depth {
                        attributions[Int(splitFeatures[features &+ level])] += rows[row &+ level]
                    }
                }
            }
        }
        // Exact, so it equals the sum of the leaves.
        return attributions.reduce(expected, +)
    }

    /// Calls `body` with each tree of a group, its depth, and the bits that the columns give.
    @inline(__always)
    private func forEachTree(
        of group: TreeLayout.Group, _ columns: UnsafeMutableBufferPointer<Double>,
        _ body: (_ depth: Int, _ tree: Int, _ bits: Int) -> Void
    ) {
        // A depth that is known when this is compiled lets the loops over the levels be unrolled.
        switch group.depth {
        case 4: forEachTree(of: group, depth: 4, columns, body)
        case 5: forEachTree(of: group, depth: 5, columns, body)
        case 6: forEachTree(of: group, depth: 6, columns, body)
        case 7: forEachTree(of: group, depth: 7, columns, body)
        case 8: forEachTree(of: group, depth: 8, columns, body)
        default: forEachTree(of: group, depth: group.depth, columns, body)
        }
    }

    @inline(__always)
    private func forEachTree(
        of group: TreeLayout.Group, depth: Int, _ columns: UnsafeMutableBufferPointer<Double>,
        _ body: (_ depth: Int, _ tree: Int, _ bits: Int) -> Void
    ) {
        for tree in 0..<group.treeCount {
            let split = group.firstSplit + tree * depth
            // From the last level down, and by who goes left: so each level is one comparison and one add with carry.
            var leftBits = 0
            var level = depth
            while level > 0 {
                level &-= 1
                let goesLeft = columns[Int(splitColumns[split &+ level])] < thresholds[split &+ level]
                leftBits = leftBits &+ leftBits &+ (goesLeft ? 1 : 0)
            }
            body(depth, tree, (1 << depth) &- 1 &- leftBits)
        }
    }

    @inline(__always)
    private func fillColumns(
        _ values: UnsafeBufferPointer<Double>, into columns: UnsafeMutableBufferPointer<Double>
    ) {
        for (index, column) in numericColumns.enumerated() {
            let value = values[column.feature]
            columns[index] = value.isNaN ? column.missing : value
        }
        for (index, column) in categoryColumns.enumerated() {
            columns[numericColumns.count + index] = answer(column, values[column.feature])
        }
    }

    /// 1 if a categorical value is in a column's set, else 0.
    @inline(__always)
    private func answer(_ column: TreeLayout.CategoryColumn, _ value: Double) -> Double {
        if value.isNaN { return column.missing }
        let code = categoryCode(value, count: column.categoryCount)
        return Double(categoryWords[column.firstWord + code / 64] >> UInt64(code % 64) & 1)
    }
}

// MARK: - Eight rows at once

extension TreeTables {
    /// One number of each of eight rows.
    private typealias Lanes = SIMD8<Double>
    private static let laneCount = 8

    /// Adds to each margin the sum of the leaves that its row falls into: the same bits as row by row.
    ///
    /// Eight rows share each split: one threshold against eight values side by side. O(rows × (columns + splits)).
    func addSums(
        of rows: UnsafeBufferPointer<Double>, to margins: UnsafeMutableBufferPointer<Double>, featureCount: Int
    ) {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: columnCount + 1) { columns in
            columns.withMemoryRebound(to: Double.self) { scalars in
                let sums = UnsafeMutableBufferPointer(rebasing: scalars[(columnCount * Self.laneCount)...])
                for start in stride(from: 0, to: margins.count, by: Self.laneCount) {
                    let count = min(Self.laneCount, margins.count - start)
                    for lane in 0..<Self.laneCount {
                        // Beyond the last row the last one stands in; its sums are not used.
                        let first = (start + min(lane, count - 1)) * featureCount
                        fillColumns(
                            UnsafeBufferPointer(rebasing: rows[first..<first + featureCount]), lane: lane, scalars)
                    }
                    sums.update(repeating: 0)
                    for group in groups { addLeaves(of: group, UnsafeBufferPointer(columns), to: sums) }
                    for lane in 0..<count { margins[start + lane] += sums[lane] }
                }
            }
        }
    }

    private func addLeaves(
        of group: TreeLayout.Group, _ columns: UnsafeBufferPointer<Lanes>, to sums: UnsafeMutableBufferPointer<Double>
    ) {
        withUnsafeTemporaryAllocation(of: SIMD8<Int64>.self, capacity: 1) { places in
            for tree in 0..<group.treeCount {
                let split = group.firstSplit + tree * group.depth
                var bits = SIMD8<Int64>(repeating: Int64(group.firstLeaf + tree << group.depth))
                for level in 0..<group.depth {
                    let goesRight = columns[Int(splitColumns[split + level])] .>= thresholds[split + level]
                    let withBit = bits &+ SIMD8<Int64>(repeating: 1 << Int64(level))
                    bits.replace(with: withBit, where: goesRight)
                }
                places[0] = bits
                places.withMemoryRebound(to: Int64.self) { places in
                    for lane in 0..<Self.laneCount { sums[lane] += leaves[Int(places[lane])] }
                }
            }
        }
    }

    @inline(__always)
    private func fillColumns(
        _ values: UnsafeBufferPointer<Double>, lane: Int, _ scalars: UnsafeMutableBufferPointer<Double>
    ) {
        for (index, column) in numericColumns.enumerated() {
            let value = values[column.feature]
            scalars[index * Self.laneCount + lane] = value.isNaN ? column.missing : value
        }
        for (index, column) in categoryColumns.enumerated() {
            scalars[(numericColumns.count + index) * Self.laneCount + lane] = answer(column, values[column.feature])
        }
    }
}
