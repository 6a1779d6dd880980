/// Leaf-wise trees for plain Swift: nodes of sixteen bytes, eight trees walked side by side, no branches.
///
/// A tree's nodes lie level by level with siblings next to each other, so that a step is one comparison and one
/// addition. A leaf is a node that leads to itself, so that eight trees take as many steps as the deepest of them.
/// Unsafe pointers for the reasons that ``TreeTables`` has, and safe for the same ones.
final class PackedTrees: @unchecked Sendable {
    private struct Node: BitwiseCopyable {
        /// NaN in a leaf: nothing reaches it.
        var threshold: Double
        var column: UInt32
        /// The left child; the right one is next to it.
        var left: UInt32
    }

    private struct Group: BitwiseCopyable {
        var roots: SIMD8<UInt32>
        var depth: Int
    }

    private let memory = KernelMemory()
    private let columns: ColumnTables
    private let nodes: UnsafePointer<Node>
    /// The value of each node that is a leaf.
    private let values: UnsafePointer<Double>
    private let groups: UnsafeBufferPointer<Group>

    /// Lays out some trees of a layout.
    init(_ places: [LeafWiseLayout.Place], of layout: LeafWiseLayout, features: [ModelFeature]) {
        let splits = SplitColumns(layout.splits, features: features)
        // A leaf of nothing stands in where there are fewer than eight trees.
        var nodes = [Node(threshold: .nan, column: 0, left: 0)]
        var values = [0.0]
        var groups: [Group] = []
        for (index, place) in places.enumerated() {
            if index % 8 == 0 { groups.append(Group(roots: .zero, depth: 0)) }
            groups[groups.count - 1].roots[index % 8] = UInt32(nodes.count)
            groups[groups.count - 1].depth = place.depth
            Self.append(place, splits, &nodes, &values)
        }
        columns = ColumnTables(splits, in: memory)
        self.nodes = memory.copy(nodes)
        self.values = memory.copy(values)
        self.groups = memory.copyBuffer(groups)
    }

    private static func append(
        _ place: LeafWiseLayout.Place, _ splits: SplitColumns, _ nodes: inout [Node], _ values: inout [Double]
    ) {
        var queue: [LeafWiseTree.Child] = [.node(0)]
        let first = nodes.count
        var next = 0
        while next < queue.count {
            switch queue[next] {
            case .leaf(let leaf):
                nodes.append(Node(threshold: .nan, column: 0, left: UInt32(nodes.count)))
                values.append(place.tree.leaves[leaf])
            case .node(let index):
                let split = place.firstNode + index
                nodes.append(
                    Node(
                        threshold: splits.thresholds[split], column: splits.splitColumns[split],
                        left: UInt32(first + queue.count)))
                values.append(0)
                queue += [place.tree.nodes[index].left, place.tree.nodes[index].right]
            }
            next += 1
        }
    }

    /// The sum of the leaves that a row falls into. O(columns + trees × depth).
    func sum(_ row: UnsafeBufferPointer<Double>) -> Double {
        ScratchRoom.with(ScratchRoom.byteCount(Double.self, columns.count)) { room in
            let numbers = room.take(Double.self, columns.count)
            columns.forEach(row) { numbers[$0] = $1 }
            var sum = 0.0
            for group in groups { sum += self.sum(group, UnsafePointer(numbers)) }
            return sum
        }
    }

    @inline(__always)
    private func sum(_ group: Group, _ numbers: UnsafePointer<Double>) -> Double {
        var (a, b, c, d) = (group.roots[0], group.roots[1], group.roots[2], group.roots[3])
        var (e, f, g, h) = (group.roots[4], group.roots[5], group.roots[6], group.roots[7])
        for _ in 0..<group.depth {
            a = step(a, numbers)
            b = step(b, numbers)
            c = step(c, numbers)
            d = step(d, numbers)
            e = step(e, numbers)
            f = step(f, numbers)
            g = step(g, numbers)
            h = step(h, numbers)
        }
        return values[Int(a)] + values[Int(b)] + values[Int(c)] + values[Int(d)] + values[Int(e)] + values[Int(f)]
            + values[Int(g)] + values[Int(h)]
    }

    @inline(__always)
    private func step(_ index: UInt32, _ numbers: UnsafePointer<Double>) -> UInt32 {
        let node = nodes[Int(index)]
        return node.left &+ (numbers[Int(node.column)] >= node.threshold ? 1 : 0)
    }
}
