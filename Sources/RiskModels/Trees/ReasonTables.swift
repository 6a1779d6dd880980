internal import CTreeKernels

/// What serving needs to attribute leaf-wise trees, in Float32 and eight points of the rule at a time.
///
/// The sums are those of ``LeafWiseReasons``, rearranged as `Models/REASONS.md` derives. What a node does to products
/// and sums depends on the row by its answer, which is one number (``tk_reason_node``'s gain), and by what the path
/// above says of the node's feature: not asked about, left by the row, or followed with a share that depends on the
/// node only. That is a state of two vectors, so that only nodes that repeat a feature have tables of their own.
final class ReasonTables: @unchecked Sendable {
    /// Trees of the tables: one for each tree and part of its rule.
    let trees: UnsafeBufferPointer<tk_reason_tree>
    /// For each, where its nodes' questions are among those of the layout.
    let firstNodes: [Int]
    /// Nodes of the largest tree.
    let largestNodeCount: Int
    private let memory: KernelMemory

    /// Tabulates trees. O(nodes × points); 30 bytes a node, and 64 for each that repeats a feature and eight points.
    init(_ layout: LeafWiseLayout, columns: ByteColumns?) {
        let memory = KernelMemory()
        var trees: [tk_reason_tree] = []
        var firstNodes: [Int] = []
        for place in layout.places {
            let tree = TreeTable(place)
            let nodes = memory.copy(tree.nodes)
            let repeats = memory.copy(tree.repeats)
            let lanes = columns.map { LaneQuestions(place.tree.nodes.map(\.split), $0) }
            let splits = memory.copy(lanes?.splits ?? [])
            let words = memory.copy(lanes?.columns ?? [])
            for part in Quadrature(featureCount: place.tree.pathFeatureCount).parts {
                trees.append(
                    tk_reason_tree(
                        nodes: nodes, repeats: repeats, weights: memory.copy(floats(part.weights)),
                        states: memory.copy(tree.states(part)), splits: splits, columns: words,
                        node_count: UInt32(tree.nodes.count),
                        repeat_count: UInt32(tree.repeats.count)))
                firstNodes.append(place.firstNode)
            }
        }
        self.trees = memory.copyBuffer(trees)
        self.firstNodes = firstNodes
        largestNodeCount = layout.places.map(\.tree.nodes.count).max() ?? 0
        self.memory = memory
    }
}

private func floats(_ points: SIMD8<Double>) -> [Float] { (0..<8).map { Float(points[$0]) } }

/// One tree on its way into the tables.
private struct TreeTable {
    private(set) var nodes: [tk_reason_node] = []
    private(set) var repeats: [tk_reason_repeat] = []
    /// Of each node that repeats a feature, the share of the feature's path before it.
    private var shares: [Double] = []

    private static let pointsByteCount = Int(TK_POINTS_BYTES)

    init(_ place: LeafWiseLayout.Place) {
        let tree = place.tree
        let parents = tree.parents
        var sharesAfter: [(left: Double, right: Double)] = []
        for index in tree.nodes.indices {
            let node = tree.nodes[index]
            let right = place.rightShares[index]
            let last = Self.lastChild(of: node.split.feature, above: index, tree, parents)
            let share = last.map { $0.isRight ? sharesAfter[$0.node].right : sharesAfter[$0.node].left } ?? 1
            sharesAfter.append((share * (1 - right), share * right))
            nodes.append(Self.node(node, parents[index], rightShare: right, leaves: tree.leaves))
            guard let last else { continue }
            // States 0 and 1 are of nodes that repeat nothing and of rows that have left the path.
            let state = UInt16((2 + repeats.count) * 2 * Self.pointsByteCount)
            repeats.append(
                tk_reason_repeat(
                    node: UInt16(index), above: UInt16(last.node), side: last.isRight ? 1 : 0,
                    states: (UInt16(2 * Self.pointsByteCount), state)))
            shares.append(share)
        }
    }

    private static func node(
        _ node: LeafWiseTree.Node, _ parent: (node: Int, isRight: Bool)?, rightShare: Double, leaves: [Double]
    ) -> tk_reason_node {
        func below(_ child: LeafWiseTree.Child) -> UInt16 {
            if case .node(let index) = child { return UInt16((1 + index) * pointsByteCount) }
            return 0
        }
        func leaf(_ child: LeafWiseTree.Child) -> Float {
            if case .leaf(let index) = child { return Float(leaves[index]) }
            return 0
        }
        let slot = parent.map { 2 * $0.node + ($0.isRight ? 2 : 1) } ?? 0
        return tk_reason_node(
            product: UInt16(slot * pointsByteCount), feature: UInt16(node.split.feature),
            below: (below(node.left), below(node.right)), leaves: (leaf(node.left), leaf(node.right)),
            gains: (Float(rightShare), Float(rightShare - 1)))
    }

    /// The child nearest above a node that a question about a feature led to.
    private static func lastChild(
        of feature: Int, above index: Int, _ tree: LeafWiseTree, _ parents: [(node: Int, isRight: Bool)?]
    ) -> (node: Int, isRight: Bool)? {
        var child = parents[index]
        while let place = child, tree.nodes[place.node].split.feature != feature { child = parents[place.node] }
        return child
    }

    /// The two vectors of each state, G and Q: z (1 − y) ÷ f and z ÷ f² where f = z (1 − y) + y, for the share z of the
    /// feature's path so far. With z = 1 that is 1 − y and 1. Once the row has left the path, it is 1 and 0.
    func states(_ part: Quadrature.Part) -> [Float] {
        var table = floats(1 - part.points) + floats(SIMD8(repeating: 1))
        table += floats(SIMD8(repeating: 1)) + floats(.zero)
        for share in shares {
            let factor = share * (1 - part.points) + part.points
            table += floats(share * (1 - part.points) / factor)
            table += floats(SIMD8(repeating: share) / (factor * factor))
        }
        return table
    }
}

// MARK: - Plain Swift

extension ReasonTables {
    /// What one row needs besides the tables; as large as the largest tree asks for.
    struct Scratch {
        /// Of each slot, the product of the weight and the factors above it.
        var products: UnsafeMutablePointer<SIMD8<Float>>
        /// Of 1 + node, the sum of the leaves below it; 0 for all leaves themselves.
        var sums: UnsafeMutablePointer<SIMD8<Float>>
        /// Of each node, where its state is, in bytes.
        var states: UnsafeMutablePointer<UInt16>
    }

    /// Adds to `lanes`, eight floats a feature, each feature's part in the leaves that a row falls into.
    ///
    /// Lane by lane the same operations in the same order as the vector kernel's, so the same bits.
    /// What depends on an answer is looked up by it, since branches would be mispredicted.
    /// - Parameter goesRight: For every node of the layout, 1 if the row goes right, else 0.
    func add(goesRight: UnsafePointer<UInt8>, _ scratch: Scratch, to lanes: UnsafeMutablePointer<SIMD8<Float>>) {
        scratch.sums[0] = .zero
        for (index, tree) in trees.enumerated() {
            let goesRight = goesRight + firstNodes[index]
            findStates(tree, goesRight, scratch)
            goDown(tree, goesRight, scratch)
            goUp(tree, goesRight, scratch, to: lanes)
        }
    }

    private func findStates(_ tree: tk_reason_tree, _ goesRight: UnsafePointer<UInt8>, _ scratch: Scratch) {
        scratch.states.update(repeating: 0, count: Int(tree.node_count))
        let left = UInt16(2 * TK_POINTS_BYTES)
        let states = MemoryLayout<tk_reason_repeat>.size - 2 * MemoryLayout<UInt16>.size
        for index in 0..<Int(tree.repeat_count) {
            let place = tree.repeats + index
            let above = Int(place.pointee.above)
            let hasLeft = scratch.states[above] == left ? 1 : 0
            let turned = Int(goesRight[above]) ^ Int(place.pointee.side)
            scratch.states[Int(place.pointee.node)] = UnsafeRawPointer(place).load(
                fromByteOffset: states + ((hasLeft | turned) ^ 1) * MemoryLayout<UInt16>.size, as: UInt16.self)
        }
    }

    /// What the left child gains by an answer; the last of a node's fields.
    @inline(__always)
    private func leftGain(_ tree: tk_reason_tree, _ node: Int, _ right: UInt8) -> Float {
        let gains = MemoryLayout<tk_reason_node>.size - 2 * MemoryLayout<Float>.size
        return UnsafeRawPointer(tree.nodes + node).load(
            fromByteOffset: gains + Int(right) * MemoryLayout<Float>.size, as: Float.self)
    }

    @inline(__always)
    private func points<Element>(_ first: UnsafePointer<Element>, _ offset: UInt16, _ place: Int = 0) -> SIMD8<Float> {
        UnsafeRawPointer(first).load(fromByteOffset: Int(offset) + place * Int(TK_POINTS_BYTES), as: SIMD8<Float>.self)
    }

    private func goDown(_ tree: tk_reason_tree, _ goesRight: UnsafePointer<UInt8>, _ scratch: Scratch) {
        scratch.products[0] = points(tree.weights, 0)
        for index in 0..<Int(tree.node_count) {
            let node = tree.nodes[index]
            let right = goesRight[index]
            let product = points(scratch.products, node.product)
            let changed = product * points(tree.states, scratch.states[index])
            let left = product * Float(1 &- right) - changed * leftGain(tree, index, right)
            scratch.products[1 + 2 * index] = left
            scratch.products[2 + 2 * index] = product - left
        }
    }

    private func goUp(
        _ tree: tk_reason_tree, _ goesRight: UnsafePointer<UInt8>, _ scratch: Scratch,
        to lanes: UnsafeMutablePointer<SIMD8<Float>>
    ) {
        var index = Int(tree.node_count)
        while index > 0 {
            index -= 1
            let node = tree.nodes[index]
            let right = goesRight[index]
            let high = points(scratch.sums, node.below.1) + node.leaves.1
            let difference = (points(scratch.sums, node.below.0) + node.leaves.0) - high
            let gain = difference * leftGain(tree, index, right)
            let state = scratch.states[index]
            scratch.sums[1 + index] = (high + difference * Float(1 &- right)) - points(tree.states, state) * gain
            let slope = points(scratch.products, node.product) * points(tree.states, state, 1)
            lanes[Int(node.feature)] += slope * gain
        }
    }
}
