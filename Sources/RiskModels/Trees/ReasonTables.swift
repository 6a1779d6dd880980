internal import CTreeKernels

/// What serving needs to attribute leaf-wise trees: for each node and eight points of the rule, in Float32, the factors
/// that a product takes on from the node to its children and the slopes that turn products into attributions.
///
/// The sums are those of ``LeafWiseReasons``, tabulated: at a node whose feature was not asked about before, or whose
/// feature's path the row still follows, the two children's factors and slopes depend on the answer only. Where the row
/// has left the feature's path, the factor is the ratio of the shares and the slope 0.
final class ReasonTables: @unchecked Sendable {
    /// Trees of the tables: one for each tree and part of its rule.
    let trees: UnsafeBufferPointer<tk_reason_tree>
    /// For each, where its nodes' questions are among those of the layout.
    let firstNodes: [Int]
    private let memory: KernelMemory

    /// Tabulates trees. O(nodes × points); 280 bytes a node and eight points.
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
            func ratio(_ share: Double, _ child: LeafWiseTree.Child) -> Float {
                if case .leaf(let leaf) = child { return Float(share * tree.leaves[leaf]) }
                return Float(share)
            }
            return tk_reason_node(
                slot: parents[index].map(Self.slot) ?? 0, repeated: repeated.map(Self.slot) ?? 0,
                feature: UInt32(tree.nodes[index].split.feature),
                ratios: (ratio(1 - right, tree.nodes[index].left), ratio(right, tree.nodes[index].right)))
        }
        self.sharesBefore = sharesBefore
    }

    private static func slot(_ child: (node: Int, isRight: Bool)) -> UInt32 {
        UInt32(2 * child.node + (child.isRight ? 2 : 1))
    }

    /// The child nearest above a node that a question about a feature led to.
    private static func lastSlot(
        of feature: Int, above index: Int, _ tree: LeafWiseTree, _ parents: [(node: Int, isRight: Bool)?]
    ) -> (node: Int, isRight: Bool)? {
        var child = parents[index]
        while let place = child, tree.nodes[place.node].split.feature != feature { child = parents[place.node] }
        return child
    }

    /// The four vectors of each node: factors and slopes for a row that still follows the feature's path.
    func tables(_ part: Quadrature.Part) -> [Float] {
        var table: [Float] = []
        table.reserveCapacity(place.tree.nodes.count * 64)
        for (index, node) in place.tree.nodes.enumerated() {
            let before = sharesBefore[index]
            let old = before * (1 - part.points) + part.points
            let right = place.rightShares[index]
            var slopes: [Float] = []
            for goesRight in [false, true] {
                for (child, share, isTaken) in [
                    (node.left, before * (1 - right), !goesRight), (node.right, before * right, goesRight),
                ] {
                    let new = share * (1 - part.points) + (isTaken ? part.points : .zero)
                    var factor = new / old
                    if case .leaf(let leaf) = child { factor *= place.tree.leaves[leaf] }
                    let isDead = share == 0 && !isTaken
                    let slope: SIMD8<Double> = isDead ? .zero : ((isTaken ? 1 : 0) - share) / new
                    let change = (slope - (1 - before) / old) * part.weights
                    for lane in 0..<8 {
                        table.append(Float(factor[lane]))
                        slopes.append(Float(change[lane]))
                    }
                }
            }
            table += slopes
        }
        return table
    }
}

// MARK: - Plain Swift

extension ReasonTables {
    /// Adds to `lanes`, sixteen floats a feature, each feature's part in the leaves that a row falls into.
    ///
    /// Lane by lane the same operations in the same order as the vector kernel's, so the same bits.
    /// - Parameter goesRight: For every node of the layout, whether the row goes right.
    func add(goesRight: UnsafePointer<Bool>, to lanes: UnsafeMutablePointer<SIMD16<Float>>) {
        let slotCount = 1 + 2 * Int(TK_NODE_LIMIT)
        withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: slotCount) { products in
            withUnsafeTemporaryAllocation(of: Bool.self, capacity: slotCount) { isTaken in
                for (index, tree) in trees.enumerated() {
                    add(tree, goesRight + firstNodes[index], products, isTaken, to: lanes)
                }
            }
        }
    }

    private func add(
        _ tree: tk_reason_tree, _ goesRight: UnsafePointer<Bool>, _ products: UnsafeMutableBufferPointer<SIMD8<Float>>,
        _ isTaken: UnsafeMutableBufferPointer<Bool>, to lanes: UnsafeMutablePointer<SIMD16<Float>>
    ) {
        guard let tables = UnsafeRawPointer(tree.tables) else { return }
        func vector(_ node: Int, _ place: Int) -> SIMD16<Float> {
            tables.load(fromByteOffset: (node * 4 + place) * 64, as: SIMD16<Float>.self)
        }
        products[0] = SIMD8(repeating: 1)
        isTaken[0] = true
        for index in 0..<Int(tree.node_count) {
            let node = tree.nodes[index]
            let right = goesRight[index]
            let follows = isTaken[Int(node.repeated)]
            let ratios = SIMD16(
                lowHalf: SIMD8(repeating: node.ratios.0), highHalf: SIMD8(repeating: node.ratios.1))
            let factor = follows ? vector(index, right ? 1 : 0) : ratios
            let above = products[Int(node.slot)]
            let below = SIMD16(lowHalf: above, highHalf: above) * factor
            products[1 + 2 * index] = below.lowHalf
            products[2 + 2 * index] = below.highHalf
            isTaken[1 + 2 * index] = follows && !right
            isTaken[2 + 2 * index] = follows && right
        }
        // From the leaves up: a node's slot takes what its children came to.
        var index = Int(tree.node_count)
        while index > 0 {
            index -= 1
            let node = tree.nodes[index]
            let (low, high) = (products[1 + 2 * index], products[2 + 2 * index])
            products[Int(node.slot)] = low + high
            guard isTaken[Int(node.repeated)] else { continue }
            let slope = vector(index, goesRight[index] ? 3 : 2)
            let feature = Int(node.feature)
            let part = SIMD16(lowHalf: low, highHalf: high) * slope
            lanes[feature] = lanes[feature] + part
        }
    }
}
