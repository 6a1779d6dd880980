/// Numbers nodes and leaves of a tree as they are reached, level by level from the root.
struct XGBoostWalk {
    /// The nodes that are no leaves.
    private(set) var order: [Int] = []
    private(set) var leaves: [Double] = []
    private(set) var covers: [Double] = []
    private let tree: XGBoostTree
    private var depths: [Int]

    init(_ tree: XGBoostTree) {
        self.tree = tree
        depths = Array(repeating: 0, count: tree.left.count)
    }

    /// Takes up a child, named by a column at a node; the root is its own.
    mutating func child(_ child: Int, _ column: String, _ node: Int) throws(ImportError) -> LeafWiseTree.Child {
        typealias Limits = LoadedModel.Limits
        guard tree.left.indices.contains(child), depths[child] == 0 else {
            throw tree.place.refusal(
                column, index: node, expected: "a node from 0 to \(depths.count - 1) that no other leads to",
                found: "\(child)")
        }
        depths[child] = depths[node] + 1
        guard tree.left[child] != -1 else { return .leaf(try leaf(child)) }
        guard depths[child] <= Limits.leafWiseDepth, order.count + 1 < Limits.leafWiseLeafCount else {
            throw tree.place.refusal(
                column, index: node,
                expected: "at most \(Limits.leafWiseDepth) levels and \(Limits.leafWiseLeafCount) leaves", found: "more"
            )
        }
        order.append(child)
        return .node(order.count - 1)
    }

    private mutating func leaf(_ node: Int) throws(ImportError) -> Int {
        guard tree.right[node] == -1 else {
            throw tree.place.refusal(
                "right_children", index: node, expected: "-1 as on the left", found: "\(tree.right[node])")
        }
        let value = Double(tree.conditions[node])
        let magnitude = LoadedModel.Limits.leafMagnitude
        guard abs(value) <= magnitude else {
            throw tree.place.refusal(
                "split_conditions", index: node, expected: "a leaf from -\(magnitude) to \(magnitude)",
                found: "\(value)")
        }
        guard tree.covers[node] >= 0, tree.covers[node] <= LoadedModel.Limits.cover else {
            throw tree.place.refusal(
                "sum_hessian", index: node, expected: "0 to \(LoadedModel.Limits.cover)", found: "\(tree.covers[node])")
        }
        leaves.append(value)
        covers.append(tree.covers[node])
        return leaves.count - 1
    }
}
