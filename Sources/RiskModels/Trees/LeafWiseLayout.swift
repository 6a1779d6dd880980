/// Leaf-wise trees as flat arrays: nodes tree after tree, each tree's in its own order, so parents come first.
///
/// Leaves and expected values are rounded to the model's step (``TreeLayout``), so that every sum of them is exact.
struct LeafWiseLayout: Sendable {
    /// Where one tree's nodes and leaves are.
    struct Place: Sendable {
        var tree: LeafWiseTree
        var firstNode: Int
        /// How much of a node's cover goes right, for every node.
        var rightShares: [Double]
        var depth: Int
    }

    /// Ascending by depth, so that trees that are walked side by side end together.
    let places: [Place]
    /// The questions of all nodes.
    let splits: [TreeSplit]
    /// The sum of the trees' expected values.
    let expected: Double

    /// What the trees can add to a sum at most.
    static func bound(_ trees: [LeafWiseTree]) -> Double {
        // An expected value is never beyond the largest leaf.
        trees.reduce(0) { $0 + 2 * $1.leaves.reduce(0) { max($0, abs($1)) } }
    }

    /// Lays out trees that passed their checks. O(nodes).
    init(_ trees: [LeafWiseTree], step: Double) {
        let depths = trees.map(\.depth)
        let order = trees.indices.sorted { (depths[$0], $0) < (depths[$1], $1) }
        var expected = 0.0
        var splits: [TreeSplit] = []
        places = order.map { index in
            var tree = trees[index]
            tree.leaves = tree.leaves.map { TreeLayout.rounded($0, step: step) }
            let place = Place(
                tree: tree, firstNode: splits.count, rightShares: tree.rightShares, depth: depths[index])
            expected += TreeLayout.rounded(tree.expectedValue(rightShares: place.rightShares), step: step)
            splits += tree.nodes.map(\.split)
            return place
        }
        self.expected = expected
        self.splits = splits
    }
}

extension LeafWiseTree {
    /// Number of levels.
    var depth: Int {
        var depths = Array(repeating: 1, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            for case .node(let child) in [node.left, node.right] { depths[child] = depths[index] + 1 }
        }
        return depths.max() ?? 0
    }

    /// For each node, the node above it and whether it is that one's right child; nil for the root.
    var parents: [(node: Int, isRight: Bool)?] {
        var parents: [(node: Int, isRight: Bool)?] = Array(repeating: nil, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            if case .node(let child) = node.left { parents[child] = (index, false) }
            if case .node(let child) = node.right { parents[child] = (index, true) }
        }
        return parents
    }
}
