internal import CTreeKernels

/// Symmetric trees laid out for the vector kernels: what ``TreeTables`` is to plain Swift, with the same bits.
///
/// Trees of one depth stand in blocks of up to sixty-four, whose splits of a level lie side by side. Safe to share
/// because nothing is written after `init`.
final class SymmetricVectors: @unchecked Sendable {
    private let memory: KernelMemory
    private let model: tk_symmetric
    private let isWide: Bool

    /// Lays out trees; nil if the processor or the kernels' limits do not allow it.
    init?(_ layout: TreeLayout, features: [ModelFeature], kernel: TreeKernel) {
        guard kernel != .portable, kernel.isSupported, features.count <= Int(TK_FEATURE_LIMIT),
            let columns = ByteColumns(layout.splits, features: features, kernel: kernel)
        else { return nil }
        let memory = KernelMemory()
        let blocks = Self.blocks(layout)
        let batches = stride(from: 0, to: blocks.count, by: Self.batchCount).map { first in
            Self.batch(Array(blocks[first..<min(blocks.count, first + Self.batchCount)]), layout, columns, memory)
        }
        model = tk_symmetric(
            columns: columns.layOut(in: memory), batches: memory.copy(batches), batch_count: batches.count,
            feature_count: features.count, expected: layout.expected)
        self.memory = memory
        isWide = kernel == .avx512
    }

    /// The sum of the leaves that a row falls into. O(features × log thresholds + splits ÷ lanes + trees).
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        var sum = 0.0
        addSums(of: values, count: 1, stride: values.count, to: &sum)
        return sum
    }

    /// The same sum; overwrites `attributions` with each feature's part in it.
    func sum(_ values: UnsafeBufferPointer<Double>, attributions: UnsafeMutableBufferPointer<Double>) -> Double {
        withUnsafePointer(to: model) { model in
            isWide
                ? tk_symmetric_reasons_avx512(model, values.baseAddress, attributions.baseAddress)
                : tk_symmetric_reasons_avx2(model, values.baseAddress, attributions.baseAddress)
        }
    }

    /// Adds to each margin the sum of the leaves that its row falls into: the same bits as row by row.
    func addSums(
        of rows: UnsafeBufferPointer<Double>, to margins: UnsafeMutableBufferPointer<Double>, featureCount: Int
    ) {
        guard let sums = margins.baseAddress else { return }
        addSums(of: rows, count: margins.count, stride: featureCount, to: sums)
    }

    private func addSums(
        of rows: UnsafeBufferPointer<Double>, count: Int, stride: Int, to sums: UnsafeMutablePointer<Double>
    ) {
        withUnsafePointer(to: model) { model in
            if isWide {
                tk_symmetric_sums_avx512(model, rows.baseAddress, stride, count, sums)
            } else {
                tk_symmetric_sums_avx2(model, rows.baseAddress, stride, count, sums)
            }
        }
    }
}

// MARK: - Layout

extension SymmetricVectors {
    private static let laneCount = Int(TK_LANES)
    private static let batchCount = Int(TK_BATCH_BLOCKS)
    private static let placeCount = Int(TK_ROW_PLACES)

    /// The trees of each block, which are of one depth.
    private static func blocks(_ layout: TreeLayout) -> [[TreeLayout.Place]] {
        var blocks: [[TreeLayout.Place]] = []
        // Places ascend by depth.
        for place in layout.places() {
            if blocks.last?.first?.depth != place.depth || blocks.last?.count == laneCount { blocks.append([]) }
            blocks[blocks.count - 1].append(place)
        }
        return blocks
    }

    private static func batch(
        _ blocks: [[TreeLayout.Place]], _ layout: TreeLayout, _ columns: ByteColumns, _ memory: KernelMemory
    ) -> tk_symmetric_batch {
        var places = Array(repeating: [UInt16](), count: 1 + (layout.splits.map(\.feature).max() ?? 0))
        for (tree, place) in blocks.joined().enumerated() {
            for (index, player) in layout.players(of: place).enumerated() {
                places[player.feature].append(UInt16(tree * placeCount + index))
            }
        }
        let features = places.indices.filter { !places[$0].isEmpty }
            .sorted { (places[$1].count, $0) < (places[$0].count, $1) }
        return tk_symmetric_batch(
            blocks: memory.copy(blocks.map { block($0, layout, columns, memory) }),
            features: memory.copy(
                features.map { tk_feature_places(feature: UInt16($0), count: UInt16(places[$0].count)) }),
            places: memory.copy(features.flatMap { places[$0] }), block_count: UInt32(blocks.count),
            feature_count: UInt32(features.count))
    }

    private static func block(
        _ trees: [TreeLayout.Place], _ layout: TreeLayout, _ columns: ByteColumns, _ memory: KernelMemory
    ) -> tk_symmetric_block {
        let depth = trees[0].depth
        let questions = (0..<depth).flatMap { level in
            (0..<laneCount).map { $0 < trees.count ? layout.splits[trees[$0].firstSplit + level] : nil }
        }
        let lanes = LaneQuestions(questions, columns)
        let leaves = trees.flatMap { layout.leaves[$0.firstLeaf..<$0.firstLeaf + 1 << depth] }
        var rows: [Double] = []
        rows.reserveCapacity(leaves.count * placeCount)
        for tree in trees {
            let players = layout.players(of: tree)
            for leaf in 0..<1 << depth {
                let first = tree.row(leaf).lowerBound
                rows += players.map { layout.rows[first + $0.level] }
                rows += repeatElement(0, count: placeCount - players.count)
            }
        }
        return tk_symmetric_block(
            splits: memory.copy(lanes.splits), columns: memory.copy(lanes.columns), leaves: memory.copy(leaves),
            rows: memory.copy(rows), depth: UInt32(depth), tree_count: UInt32(trees.count))
    }
}
