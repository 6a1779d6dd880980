internal import RiskModels

/// A tree as it was grown, in bins.
struct GrownTree: Sendable, Equatable {
    /// The splits, in the order they were made: one a level in a symmetric tree.
    var splits: [BinSplit]
    /// The leaf that each split divides, in a leaf-wise tree: its left side keeps the number, the right side becomes
    /// the last leaf. nil in a symmetric tree, where each split divides all leaves: leaf j becomes j and j + leaves.
    var divided: [Int]?
    /// The value of each leaf, after the learning rate.
    var values: [Double]

    /// The same with leaves that score fast, if it is symmetric.
    ///
    /// - Parameter number: Of the trees before it. Multiples of the golden ratio go round evenly.
    func withShortLeaves(number: Int) -> GrownTree {
        guard divided == nil else { return self }
        var tree = self
        let share = (Double(number + 1) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
        tree.values = SymmetricTree.shortened(values, roundedUpBy: share)
        return tree
    }

    /// Sends the rows of a partition that stands at the root to their leaves.
    func divide(_ partition: RowPartition, _ table: BinnedTable, team: WorkerTeam) {
        for (number, split) in splits.enumerated() {
            let leaves = divided.map { $0[number]..<$0[number] + 1 } ?? 0..<partition.ranges.count
            partition.divide(
                leaves, codes: table.columns[split.column].codes, goesRight: split.goesRight, team: team)
        }
    }
}

/// The trees of a model, in the order they were grown: all of one shape, but for models put together of both.
struct TreeList: Sendable, Equatable {
    var symmetric: [SymmetricTree] = []
    var leafWise: [LeafWiseTree] = []

    var count: Int { symmetric.count + leafWise.count }

    /// No tree.
    init() {}

    /// The trees of several forests with leaves that add up to the forests' mean.
    ///
    /// - Parameter forests: One, two or another power of two: leaves stay short then.
    init(meanOf forests: [TreeList]) {
        precondition(forests.count.nonzeroBitCount == 1, "the mean of \(forests.count) forests has no short leaves")
        let share = 1 / Double(forests.count)
        symmetric = forests.flatMap(\.symmetric).map { tree in
            SymmetricTree(splits: tree.splits, leaves: tree.leaves.map { $0 * share }, covers: tree.covers)
        }
        leafWise = forests.flatMap(\.leafWise).map { tree in
            LeafWiseTree(nodes: tree.nodes, leaves: tree.leaves.map { $0 * share }, covers: tree.covers)
        }
    }

    /// Adds a tree.
    ///
    /// - Parameter covers: The training weight that reached each leaf.
    mutating func append(_ tree: GrownTree, covers: [Double], _ table: BinnedTable) {
        let splits = tree.splits.map { split in
            let column = table.columns[split.column]
            return TreeSplit(
                feature: column.feature, condition: column.bins.condition(split.goesRight),
                missingGoesRight: split.goesRight[0])
        }
        guard let divided = tree.divided else {
            symmetric.append(SymmetricTree(splits: splits, leaves: tree.values, covers: covers))
            return
        }
        leafWise.append(
            LeafWiseTree(nodes: Self.nodes(splits, divided: divided), leaves: tree.values, covers: covers))
    }

    /// Keeps the first so many, of a list of one shape.
    mutating func keep(_ count: Int) {
        symmetric.removeSubrange(min(count, symmetric.count)...)
        leafWise.removeSubrange(min(count, leafWise.count)...)
    }

    private static func nodes(_ splits: [TreeSplit], divided: [Int]) -> [LeafWiseTree.Node] {
        var nodes: [LeafWiseTree.Node] = []
        /// The node above each leaf, and whether the leaf is on its right.
        var places: [(node: Int, isRight: Bool)] = []
        for (number, (split, leaf)) in zip(splits, divided).enumerated() {
            nodes.append(LeafWiseTree.Node(split, left: .leaf(leaf), right: .leaf(number + 1)))
            if number == 0 {
                places = [(0, false)]
            } else if places[leaf].isRight {
                nodes[places[leaf].node].right = .node(number)
            } else {
                nodes[places[leaf].node].left = .node(number)
            }
            places[leaf] = (number, false)
            places.append((number, true))
        }
        return nodes
    }
}
