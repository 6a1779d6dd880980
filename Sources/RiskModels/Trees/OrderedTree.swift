/// A leaf-wise tree of at most sixty-four leaves with its leaves from left to right.
struct OrderedTree {
    let splits: [TreeSplit]
    /// For each node, a bit for each leaf that stays if the row goes right: all but those on its left.
    private(set) var remaining: [UInt64]
    private(set) var leaves: [Double] = []

    init(_ place: LeafWiseLayout.Place) {
        splits = place.tree.nodes.map(\.split)
        remaining = Array(repeating: .max, count: splits.count)
        append(.node(0), place.tree)
    }

    private mutating func append(_ child: LeafWiseTree.Child, _ tree: LeafWiseTree) {
        switch child {
        case .leaf(let leaf): leaves.append(tree.leaves[leaf])
        case .node(let index):
            let first = leaves.count
            append(tree.nodes[index].left, tree)
            for leaf in first..<leaves.count { remaining[index] &= ~(1 << UInt64(leaf)) }
            append(tree.nodes[index].right, tree)
        }
    }
}
