/// Leaf-wise trees of at most sixty-four leaves by the leaves that answers rule out (Lucchese et al. 2015): a row that
/// goes right at a node is in none of the leaves to its left, and of those that are left the first is the row's.
///
/// Unsafe pointers for the reasons that ``TreeTables`` has, and safe for the same ones.
struct LeafRemovals: @unchecked Sendable {
    private let answers: AnswerRows
    private let treeCount: Int
    private let isWide: Bool
    /// For each tree room for as many leaves as there are bits, from left to right.
    private let leaves: UnsafePointer<Double>

    /// Lays out trees; nil if walking them is cheaper or one has too many leaves. O(nodes × answers of a feature).
    init?(_ places: [LeafWiseLayout.Place], features: [ModelFeature], in memory: KernelMemory) {
        guard let largest = places.lazy.map(\.tree.leaves.count).max(), largest <= 64 else { return nil }
        isWide = largest > 32
        treeCount = places.count
        var questions: [AnswerRows.Question] = []
        var leaves: [Double] = []
        for (tree, place) in places.enumerated() {
            let (order, left) = place.tree.leavesByNode
            for (node, removed) in zip(place.tree.nodes, left) {
                questions.append(AnswerRows.Question(split: node.split, tree: tree, bits: removed))
            }
            leaves += order.map { place.tree.leaves[$0] }
            leaves += repeatElement(0, count: (isWide ? 64 : 32) - order.count)
        }
        // A step of a walk waits for the one before: it costs about two comparisons.
        let answers = AnswerRows(
            questions, treeCount: places.count, bytesPerTree: isWide ? 8 : 4,
            comparisons: 2 * places.reduce(0) { $0 + $1.depth }, features: features, in: memory)
        guard let answers else { return nil }
        self.answers = answers
        self.leaves = memory.copy(leaves)
    }

    /// The sum of the leaves that a row falls into. O(features × trees + trees).
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        answers.with(values) { removed in
            isWide
                ? sum(removed.assumingMemoryBound(to: UInt64.self)) : sum(removed.assumingMemoryBound(to: UInt32.self))
        }
    }

    @inline(__always)
    private func sum<Bits: FixedWidthInteger>(_ removed: UnsafePointer<Bits>) -> Double {
        var sum = 0.0
        for tree in 0..<treeCount {
            sum += leaves[tree &* Bits.bitWidth &+ (~removed[tree]).trailingZeroBitCount]
        }
        return sum
    }
}

extension LeafWiseTree {
    /// The leaves from left to right, and for each node which of those places are to its left: one bit each.
    fileprivate var leavesByNode: (order: [Int], left: [UInt64]) {
        var order: [Int] = []
        var left = Array(repeating: UInt64(0), count: nodes.count)
        // A node comes back once all leaves to its left have their places.
        var waiting: [(child: Child, first: Int?)] = [(.node(0), nil)]
        while let (child, first) = waiting.popLast() {
            switch (child, first) {
            case (.leaf(let leaf), _): order.append(leaf)
            case (.node(let node), nil):
                waiting.append((child, order.count))
                waiting.append((nodes[node].left, nil))
            case (.node(let node), let first?):
                for place in first..<order.count { left[node] |= 1 << UInt64(place) }
                waiting.append((nodes[node].right, nil))
            }
        }
        return (order, left)
    }
}
