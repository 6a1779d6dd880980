/// A tree whose leaves were split one by one, so that its branches differ in length.
///
/// Covers stand at the leaves; a node's cover is the sum of those below it.
public struct LeafWiseTree: Sendable, Equatable {
    /// Where a split sends rows.
    public enum Child: Sendable, Hashable {
        /// To another node, which comes after this one.
        case node(Int)
        /// To a leaf.
        case leaf(Int)
    }

    /// A question and where its two answers lead.
    public struct Node: Sendable, Equatable {
        /// The question.
        public var split: TreeSplit
        /// Where rows go that do not go right.
        public var left: Child
        /// Where rows go that go right.
        public var right: Child

        /// A node.
        public init(_ split: TreeSplit, left: Child, right: Child) {
            self.split = split
            self.left = left
            self.right = right
        }
    }

    /// The nodes, from the root on; every other one is the child of exactly one that comes before it.
    public var nodes: [Node]
    /// Values in log-odds; each is the child of exactly one node.
    public var leaves: [Double]
    /// The training weight that reached each leaf, at least 0: the background of path-dependent attributions.
    public var covers: [Double]

    /// A tree.
    public init(nodes: [Node], leaves: [Double], covers: [Double]) {
        self.nodes = nodes
        self.leaves = leaves
        self.covers = covers
    }
}
