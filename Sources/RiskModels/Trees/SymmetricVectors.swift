internal import CTreeKernels

/// Symmetric trees laid out for the vector kernels: what ``TreeTables`` is to plain Swift, with the same bits.
///
/// Trees of one depth and one number of players stand in blocks of up to sixty-four, whose splits of a level lie side
/// by side. Safe to share because nothing is written after `init`.
final class SymmetricVectors: @unchecked Sendable {
    private let memory: KernelMemory
    private let model: tk_symmetric
    private let isWide: Bool

    /// Lays out trees; nil if the processor or the kernels' limits do not allow it.
    init?(_ layout: TreeLayout, features: [ModelFeature], kernel: TreeKernel) {
        guard kernel != .portable, kernel.isSupported, features.count <= Int(TK_FEATURE_LIMIT),
            let columns = ByteColumns(layout.splits, features: features)
        else { return nil }
        let memory = KernelMemory()
        let blocks = Self.blocks(layout).map { Self.block($0, layout, columns, memory) }
        model = tk_symmetric(
            columns: columns.layOut(in: memory), blocks: memory.copy(blocks), block_count: blocks.count,
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

    /// The trees of each block, which are of one depth and one number of players.
    private static func blocks(_ layout: TreeLayout) -> [[TreeLayout.Place]] {
        var blocks: [[TreeLayout.Place]] = []
        let places = layout.places().enumerated().map { ($1, layout.players(of: $1).count, $0) }
            .sorted { ($0.0.depth, $0.1, $0.2) < ($1.0.depth, $1.1, $1.2) }
        var last = (0, 0)
        for (place, playerCount, _) in places {
            if last != (place.depth, playerCount) || blocks[blocks.count - 1].count == laneCount { blocks.append([]) }
            blocks[blocks.count - 1].append(place)
            last = (place.depth, playerCount)
        }
        return blocks
    }

    private static func block(
        _ trees: [TreeLayout.Place], _ layout: TreeLayout, _ columns: ByteColumns, _ memory: KernelMemory
    ) -> tk_symmetric_block {
        let depth = trees[0].depth
        let players = trees.map { layout.players(of: $0) }
        let questions = (0..<depth).flatMap { level in
            (0..<laneCount).map { $0 < trees.count ? layout.splits[trees[$0].firstSplit + level] : nil }
        }
        let lanes = LaneQuestions(questions, columns)
        let leaves = trees.flatMap { layout.leaves[$0.firstLeaf..<$0.firstLeaf + 1 << depth] }
        let attributions = zip(trees, players).flatMap { tree, players in
            (0..<1 << depth).flatMap { leaf in players.map { layout.rows[tree.row(leaf).lowerBound + $0.level] } }
        }
        return tk_symmetric_block(
            splits: memory.copy(lanes.splits), columns: memory.copy(lanes.columns), leaves: memory.copy(leaves),
            attributions: memory.copy(attributions),
            players: memory.copy(players.flatMap { $0.map { UInt16($0.feature) } }), depth: UInt32(depth),
            player_count: UInt32(players[0].count), tree_count: UInt32(trees.count))
    }
}
