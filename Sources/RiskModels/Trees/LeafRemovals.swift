/// Leaf-wise trees of at most sixty-four leaves by the leaves that answers rule out (Lucchese et al. 2015): a row that
/// goes right at a node is in none of the leaves to its left, and of those that are left the first is the row's.
///
/// Unsafe pointers for the reasons that ``TreeTables`` has, and safe for the same ones. They live as long as the memory
/// does.
struct LeafRemovals: @unchecked Sendable {
    private let answers: AnswerRows
    private let treeCount: Int
    private let isWide: Bool
    /// For each tree room for as many leaves as there are bits, from left to right.
    private let leaves: UnsafePointer<Double>

    /// Lays out trees; nil if that does not pay, or one has too many leaves. O(nodes × answers of a feature).
    ///
    /// - Parameter comparisons: What a row costs otherwise, in comparisons.
    init?(_ layout: LeafWiseLayout, comparisons: Int, features: [ModelFeature], in memory: KernelMemory) {
        let places = layout.places
        guard let largest = places.lazy.map(\.tree.leaves.count).max(), largest <= UInt64.bitWidth else { return nil }
        isWide = largest > UInt32.bitWidth
        treeCount = places.count
        let bitCount = isWide ? UInt64.bitWidth : UInt32.bitWidth
        let cost = AnswerRows.cost(layout.splits, treeCount: treeCount, bytesPerTree: bitCount / 8)
        guard cost <= comparisons else { return nil }
        var questions: [AnswerRows.Question] = []
        var leaves: [Double] = []
        for (index, place) in places.enumerated() {
            let tree = OrderedTree(place)
            for (split, remaining) in zip(tree.splits, tree.remaining) {
                questions.append(AnswerRows.Question(split: split, tree: index, bits: ~remaining))
            }
            leaves += tree.leaves + Array(repeating: 0, count: bitCount - tree.leaves.count)
        }
        guard
            let answers = AnswerRows(
                questions, treeCount: treeCount, bytesPerTree: bitCount / 8, features: features, in: memory)
        else { return nil }
        self.answers = answers
        self.leaves = memory.copy(leaves)
    }

    /// The sum of the leaves that a row falls into. O(features × trees).
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        answers.withBits(values) { isWide ? sum($0, of: UInt64.self) : sum($0, of: UInt32.self) }
    }

    @inline(__always)
    private func sum<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ removed: UnsafeRawPointer, of type: Bits.Type
    ) -> Double {
        var sum = 0.0
        for tree in 0..<treeCount {
            let bits = Bits(littleEndian: removed.load(fromByteOffset: tree &* (Bits.bitWidth / 8), as: Bits.self))
            sum += leaves[tree &* Bits.bitWidth &+ (~bits).trailingZeroBitCount]
        }
        return sum
    }
}
