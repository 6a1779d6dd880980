internal import CTreeKernels

/// What serving needs to attribute leaf-wise trees: for each node and eight points of the rule, in Float32, the left
/// child's share of the factors and the slope that turns products and sums into attributions.
///
/// The sums are those of ``LeafWiseReasons``, rearranged (`Models/REASONS.md`): the factors that a product takes on from
/// a node to its children add up to 1, so that one of them says both, and the children's parts of the attribution
/// differ in sign only. At a node whose feature was not asked about before, or whose feature's path the row still
/// follows, share and slope depend on the answer only. Where the row has left the feature's path, the share is that of
/// the covers and the slope 0.
final class ReasonTables: @unchecked Sendable {
    /// Trees of the tables: one for each tree and part of its rule.
    let trees: UnsafeBufferPointer<tk_reason_tree>
    /// For each, where its nodes' questions are among those of the layout.
    let firstNodes: [Int]
    /// Nodes of the largest tree.
    let largestNodeCount: Int
    private let memory: KernelMemory

    /// Tabulates trees. O(nodes × points); 156 bytes a node and eight points.
    init(_ layout: LeafWiseLayout, columns: ByteColumns?) {
        let memory = KernelMemory()
        var trees: [tk_reason_tree] = []
        var firstNodes: [Int] = []
        for place in layout.places {
            let tree = TreeTable(place)
            let nodes = memory.copy(tree.nodes)
            let lanes = columns.map { LaneQuestions(place.tree.nodes.map(\.split), $0) }
            let splits = memory.copy(lanes?.splits ?? [])
            let words = memory.copy(lanes?.columns ?? [])
            for part in Quadrature(featureCount: place.tree.pathFeatureCount).parts {
                trees.append(
                    tk_reason_tree(
                        nodes: nodes, tables: memory.copy(tree.tables(part)), splits: splits, columns: words,
                        node_count: UInt32(place.tree.nodes.count)))
                firstNodes.append(place.firstNode)
            }
        }
        self.trees = memory.copyBuffer(trees)
        self.firstNodes = firstNodes
        largestNodeCount = layout.places.map(\.tree.nodes.count).max() ?? 0
        self.memory = memory
    }
}

/// One tree on its way into the tables.
private struct TreeTable {
    let place: LeafWiseLayout.Place
    let nodes: [tk_reason_node]
    /// For each node, the share of its feature's path before it.
    private let sharesBefore: [Double]

    init(_ place: LeafWiseLayout.Place) {
        self.place = place
        let tree = place.tree
        let parents = tree.parents
        var sharesAfter: [(left: Double, right: Double)] = []
        var sharesBefore: [Double] = []
        nodes = tree.nodes.indices.map { index in
            let repeated = Self.lastSlot(of: tree.nodes[index].split.feature, above: index, tree, parents)
            let before =
                repeated.map { $0.isRight ? sharesAfter[$0.node].right : sharesAfter[$0.node].left } ?? 1
            let right = place.rightShares[index]
            sharesBefore.append(before)
            sharesAfter.append((before * (1 - right), before * right))
            let children = [tree.nodes[index].left, tree.nodes[index].right]
            let below = children.map { if case .node(let child) = $0 { UInt16(1 + child) } else { 0 as UInt16 } }
            let leaves = children.map { if case .leaf(let leaf) = $0 { Float(tree.leaves[leaf]) } else { 0 as Float } }
            return tk_reason_node(
                slot: parents[index].map(Self.slot) ?? 0, repeated: repeated.map(Self.slot) ?? 0,
                feature: UInt16(tree.nodes[index].split.feature), below: (below[0], below[1]),
                leaves: (leaves[0], leaves[1]), share: Float(1 - right))
        }
        self.sharesBefore = sharesBefore
    }

    private static func slot(_ child: (node: Int, isRight: Bool)) -> UInt16 {
        UInt16(2 * child.node + (child.isRight ? 2 : 1))
    }

    /// The child nearest above a node that a question about a feature led to.
    private static func lastSlot(
        of feature: Int, above index: Int, _ tree: LeafWiseTree, _ parents: [(node: Int, isRight: Bool)?]
    ) -> (node: Int, isRight: Bool)? {
        var child = parents[index]
        while let place = child, tree.nodes[place.node].split.feature != feature { child = parents[place.node] }
        return child
    }

    /// The four vectors of each node, for a row that still follows the feature's path.
    ///
    /// With z the share before the node and p that of its left child, and 1 for o where the row goes left, the factor
    /// before is z (1 − y) + y, the left child's share of it r = (z p (1 − y) + o y) ÷ that, and the slope
    /// weight × (o − z p − (1 − z) r) ÷ that.
    func tables(_ part: Quadrature.Part) -> [Float] {
        var table: [Float] = []
        table.reserveCapacity(place.tree.nodes.count * 32)
        for index in place.tree.nodes.indices {
            let before = sharesBefore[index]
            let left = before * (1 - place.rightShares[index])
            let old = before * (1 - part.points) + part.points
            let shares = [true, false].map { goesLeft in
                (left * (1 - part.points) + (goesLeft ? part.points : .zero)) / old
            }
            let slopes = zip([1.0, 0], shares).map { goesLeft, share in
                part.weights * ((goesLeft - left) - (1 - before) * share) / old
            }
            for vector in shares + slopes {
                for lane in 0..<8 { table.append(Float(vector[lane])) }
            }
        }
        return table
    }
}

// MARK: - Plain Swift

extension ReasonTables {
    /// What one row needs besides the tables; as large as the largest tree asks for.
    struct Scratch {
        /// Of each slot, the product of the factors above it.
        var products: UnsafeMutablePointer<SIMD8<Float>>
        /// Of 1 + node, the sum of the leaves below it; 0 for all leaves themselves.
        var sums: UnsafeMutablePointer<SIMD8<Float>>
        /// Of each node, the left child's share.
        var shares: UnsafeMutablePointer<SIMD8<Float>>
        var isTaken: UnsafeMutablePointer<Bool>
    }

    /// Adds to `lanes`, eight floats a feature, each feature's part in the leaves that a row falls into.
    ///
    /// Lane by lane the same operations in the same order as the vector kernel's, so the same bits.
    /// - Parameter goesRight: For every node of the layout, whether the row goes right.
    func add(goesRight: UnsafePointer<Bool>, _ scratch: Scratch, to lanes: UnsafeMutablePointer<SIMD8<Float>>) {
        scratch.products[0] = SIMD8(repeating: 1)
        scratch.sums[0] = .zero
        scratch.isTaken[0] = true
        for (index, tree) in trees.enumerated() {
            goDown(tree, goesRight + firstNodes[index], scratch)
            goUp(tree, goesRight + firstNodes[index], scratch, to: lanes)
        }
    }

    @inline(__always)
    private func vector(_ tree: tk_reason_tree, _ node: Int, _ place: Int) -> SIMD8<Float> {
        UnsafeRawPointer(tree.tables + (node * 32 + place * 8)).load(as: SIMD8<Float>.self)
    }

    private func goDown(_ tree: tk_reason_tree, _ goesRight: UnsafePointer<Bool>, _ scratch: Scratch) {
        for index in 0..<Int(tree.node_count) {
            let node = tree.nodes[index]
            let right = goesRight[index]
            let follows = scratch.isTaken[Int(node.repeated)]
            let share = follows ? vector(tree, index, right ? 1 : 0) : SIMD8(repeating: node.share)
            let product = scratch.products[Int(node.slot)]
            let left = product * share
            scratch.shares[index] = share
            scratch.products[1 + 2 * index] = left
            scratch.products[2 + 2 * index] = product - left
            scratch.isTaken[1 + 2 * index] = follows && !right
            scratch.isTaken[2 + 2 * index] = follows && right
        }
    }

    private func goUp(
        _ tree: tk_reason_tree, _ goesRight: UnsafePointer<Bool>, _ scratch: Scratch,
        to lanes: UnsafeMutablePointer<SIMD8<Float>>
    ) {
        var index = Int(tree.node_count)
        while index > 0 {
            index -= 1
            let node = tree.nodes[index]
            let high = scratch.sums[Int(node.below.1)] + node.leaves.1
            let difference = (scratch.sums[Int(node.below.0)] + node.leaves.0) - high
            scratch.sums[1 + index] = high + scratch.shares[index] * difference
            let follows = scratch.isTaken[Int(node.repeated)]
            let slope = follows ? vector(tree, index, goesRight[index] ? 3 : 2) : .zero
            let feature = Int(node.feature)
            lanes[feature] = lanes[feature] + (scratch.products[Int(node.slot)] * difference) * slope
        }
    }
}
