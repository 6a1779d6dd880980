internal import CTreeKernels

/// Leaf-wise trees of up to 64 leaves laid out for the vector kernel, which takes them without walking: of all leaves
/// those are struck out that lie left of a node where the row goes right, and the first that remains is the row's
/// (Lucchese et al., "QuickScorer", SIGIR 2015, here with all nodes of one or two trees side by side).
final class LeafWiseVectors: @unchecked Sendable {
    /// Leaves of the largest tree that the kernel takes.
    static let leafLimit = Int(TK_LANES)

    private let memory: KernelMemory
    /// Beside what it points to, so that no call copies it.
    private let model: UnsafePointer<tk_leaf_wise>

    /// Lays out trees of at most ``leafLimit`` leaves.
    init(_ places: [LeafWiseLayout.Place], columns: ByteColumns) {
        let memory = KernelMemory()
        let small = places.filter { $0.tree.leaves.count <= Self.leafLimit / 2 }.map(OrderedTree.init)
        let pairs = stride(from: 0, to: small.count, by: 2).map { first in
            Self.pair(Array(small[first..<min(small.count, first + 2)]), columns, memory)
        }
        let singles = places.filter { $0.tree.leaves.count > Self.leafLimit / 2 }
            .map { Self.single(OrderedTree($0), columns, memory) }
        model = memory.copy(
            one: tk_leaf_wise(
                columns: columns.layOut(in: memory), pairs: memory.copy(pairs), pair_count: pairs.count,
                singles: memory.copy(singles), single_count: singles.count))
        self.memory = memory
    }

    /// Adds to `count` sums the leaves that their rows fall into. O(columns + nodes ÷ lanes) a row.
    func addSums(
        of rows: UnsafeBufferPointer<Double>, count: Int, stride: Int, to sums: UnsafeMutablePointer<Double>
    ) {
        tk_leaf_wise_sums_avx512(model, rows.baseAddress, stride, count, sums)
    }

    private static func pair(
        _ trees: [OrderedTree], _ columns: ByteColumns, _ memory: KernelMemory
    ) -> tk_leaf_wise_block {
        let half = leafLimit / 2
        var questions: [TreeSplit?] = []
        var remaining: [UInt32] = []
        var leaves: [Double] = []
        for place in 0..<2 {
            let tree = place < trees.count ? trees[place] : nil
            for lane in 0..<half {
                let node = tree.flatMap { lane < $0.splits.count ? lane : nil }
                questions.append(node.flatMap { tree?.splits[$0] })
                remaining.append(node.flatMap { tree?.remaining[$0] }.map(UInt32.init(truncatingIfNeeded:)) ?? .max)
                leaves.append(tree.flatMap { lane < $0.leaves.count ? $0.leaves[lane] : nil } ?? 0)
            }
        }
        return block(questions, UnsafeRawPointer(memory.copy(remaining)), leaves, columns, memory)
    }

    private static func single(
        _ tree: OrderedTree, _ columns: ByteColumns, _ memory: KernelMemory
    ) -> tk_leaf_wise_block {
        let rest = leafLimit - tree.splits.count
        let remaining = tree.remaining + Array(repeating: .max, count: rest)
        return block(
            tree.splits + Array(repeating: nil, count: rest), UnsafeRawPointer(memory.copy(remaining)),
            tree.leaves + Array(repeating: 0, count: leafLimit - tree.leaves.count), columns, memory)
    }

    private static func block(
        _ questions: [TreeSplit?], _ remaining: UnsafeRawPointer, _ leaves: [Double], _ columns: ByteColumns,
        _ memory: KernelMemory
    ) -> tk_leaf_wise_block {
        let lanes = LaneQuestions(questions, columns)
        return tk_leaf_wise_block(
            splits: memory.copy(lanes.splits), columns: memory.copy(lanes.columns), remaining: remaining,
            leaves: memory.copy(leaves))
    }
}
