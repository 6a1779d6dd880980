/// The arrays of a ``TreeLayout`` in memory of their own, and the loops that score with them.
///
/// One of the few places with unsafe pointers: the loops run some two thousand times a row and must neither count
/// references nor check indices. Safe because the layout is made of a model that passed its checks, so that every index
/// in it is in range, and because nothing is written after `init`; hence it can be shared between threads.
final class TreeTables: @unchecked Sendable {
    private let expected: Double
    private let memory = KernelMemory()
    private let columns: ColumnTables
    /// Where that is cheaper than comparing; nil if it is not.
    private let answers: AnswerRows?
    /// Whether they are looked up even where eight rows would share a comparison.
    private let looksUpBatches: Bool
    private let groups: UnsafeBufferPointer<TreeLayout.Group>
    private let splitColumns: UnsafePointer<UInt32>
    private let splitFeatures: UnsafePointer<UInt32>
    private let thresholds: UnsafePointer<Double>
    private let leaves: UnsafePointer<Double>
    private let rows: UnsafePointer<Double>

    /// - Parameter looksUp: Whether answers are looked up where that pays.
    init(_ layout: TreeLayout, features: [ModelFeature], looksUp: Bool) {
        let splits = SplitColumns(layout.splits, features: features)
        expected = layout.expected
        columns = ColumnTables(splits, in: memory)
        // A byte holds the leaf of a tree of up to eight levels.
        let treeCount = layout.groups.reduce(0) { $0 + $1.treeCount }
        let cost = AnswerRows.cost(layout.splits, treeCount: treeCount, bytesPerTree: 1)
        answers =
            looksUp && cost <= layout.splits.count
            ? AnswerRows(layout.questions, treeCount: treeCount, bytesPerTree: 1, features: features, in: memory) : nil
        looksUpBatches = answers != nil && 3 * cost <= layout.splits.count
        groups = memory.copyBuffer(layout.groups)
        splitColumns = memory.copy(splits.splitColumns)
        splitFeatures = memory.copy(layout.splitFeatures)
        thresholds = memory.copy(splits.thresholds)
        leaves = memory.copy(layout.leaves)
        rows = memory.copy(layout.rows)
    }
}

// MARK: - One row

extension TreeTables {
    /// The sum of the leaves that a row falls into. O(columns + splits), or less.
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        var sum = 0.0
        forEachTree(values) { group, depth, tree, bits in sum += leaves[group.firstLeaf &+ tree << depth &+ bits] }
        return sum
    }

    /// The same sum; overwrites `attributions` with each feature's part in it. O(columns + splits + features).
    func sum(_ values: UnsafeBufferPointer<Double>, attributions: UnsafeMutableBufferPointer<Double>) -> Double {
        attributions.update(repeating: 0)
        forEachTree(values) { group, depth, tree, bits in
            let features = group.firstSplit &+ tree &* depth
            let row = group.firstRow &+ (tree << depth &+ bits) &* depth
            for level in 0..<depth {
                attributions[Int(splitFeatures[features &+ level])] += rows[row &+ level]
            }
        }
        // Exact, so it equals the sum of the leaves.
        return attributions.reduce(expected, +)
    }

    /// Calls `body` with each tree's group, its depth, its index in the group, and the leaf that a row falls into.
    @inline(__always)
    private func forEachTree(
        _ values: UnsafeBufferPointer<Double>,
        _ body: (_ group: TreeLayout.Group, _ depth: Int, _ tree: Int, _ bits: Int) -> Void
    ) {
        guard let answers else {
            ScratchRoom.with(ScratchRoom.byteCount(Double.self, columns.count)) { room in
                let numbers = room.take(Double.self, columns.count)
                columns.forEach(values) { numbers[$0] = $1 }
                for group in groups { forEachTree(of: group, numbers) { body(group, $0, $1, $2) } }
            }
            return
        }
        answers.withBits(values) { bits in
            var first = 0
            for group in groups {
                for tree in 0..<group.treeCount {
                    body(group, group.depth, tree, Int(bits.load(fromByteOffset: first &+ tree, as: UInt8.self)))
                }
                first += group.treeCount
            }
        }
    }

    /// Calls `body` with each tree of a group, its depth, and the bits that the columns give.
    @inline(__always)
    private func forEachTree(
        of group: TreeLayout.Group, _ columns: UnsafeMutablePointer<Double>,
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
        of group: TreeLayout.Group, depth: Int, _ columns: UnsafeMutablePointer<Double>,
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
}

// MARK: - Eight rows at once

extension TreeTables {
    /// One number of each of eight rows.
    private typealias Lanes = SIMD8<Double>
    private static let laneCount = 8

    /// Adds to each margin the sum of the leaves that its row falls into: the same bits as row by row.
    ///
    /// Eight rows share each split: one threshold against eight values side by side. O(rows × (columns + splits)), or
    /// row by row where answers are looked up.
    func addSums(
        of rows: UnsafeBufferPointer<Double>, to margins: UnsafeMutableBufferPointer<Double>, featureCount: Int
    ) {
        guard !looksUpBatches else {
            for row in margins.indices { margins[row] += sum(rows.row(row, of: featureCount)) }
            return
        }
        ScratchRoom.with(ScratchRoom.byteCount(Lanes.self, columns.count)) { room in
            let numbers = room.take(Lanes.self, columns.count)
            numbers.initialize(repeating: .zero, count: columns.count)
            for start in stride(from: 0, to: margins.count, by: Self.laneCount) {
                let count = min(Self.laneCount, margins.count - start)
                for lane in 0..<Self.laneCount {
                    // Beyond the last row the last one stands in; its sums are not used.
                    let row = start + min(lane, count - 1)
                    columns.forEach(rows.row(row, of: featureCount)) { numbers[$0][lane] = $1 }
                }
                var sums = Lanes.zero
                for group in groups { addLeaves(of: group, numbers, to: &sums) }
                for lane in 0..<count { margins[start + lane] += sums[lane] }
            }
        }
    }

    private func addLeaves(of group: TreeLayout.Group, _ columns: UnsafePointer<Lanes>, to sums: inout Lanes) {
        for tree in 0..<group.treeCount {
            let split = group.firstSplit + tree * group.depth
            var bits = SIMD8<Int64>(repeating: Int64(group.firstLeaf + tree << group.depth))
            for level in 0..<group.depth {
                let goesRight = columns[Int(splitColumns[split + level])] .>= thresholds[split + level]
                let withBit = bits &+ SIMD8<Int64>(repeating: 1 << Int64(level))
                bits.replace(with: withBit, where: goesRight)
            }
            sums += Lanes(
                leaves[Int(bits[0])], leaves[Int(bits[1])], leaves[Int(bits[2])], leaves[Int(bits[3])],
                leaves[Int(bits[4])], leaves[Int(bits[5])], leaves[Int(bits[6])], leaves[Int(bits[7])])
        }
    }
}

extension TreeLayout {
    /// Each split with the bit of the leaf's index that it decides.
    fileprivate var questions: [AnswerRows.Question] {
        places().enumerated().flatMap { tree, place in
            (0..<place.depth).map {
                AnswerRows.Question(split: splits[place.firstSplit + $0], tree: tree, bits: 1 << UInt64($0))
            }
        }
    }
}
