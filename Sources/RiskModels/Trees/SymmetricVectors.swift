internal import CTreeKernels

/// Symmetric trees laid out for the vector kernels: what ``TreeTables`` is to plain Swift, with the same bits.
///
/// Trees of one depth stand in blocks of up to sixty-four, whose splits of a level lie side by side. Safe to share
/// because nothing is written after `init`.
final class SymmetricVectors: @unchecked Sendable {
    private let memory: KernelMemory
    /// Beside what it points to, so that no call copies it.
    private let model: UnsafePointer<tk_symmetric>
    private let isWide: Bool

    /// Lays out trees; nil if the processor or the kernels' limits do not allow it.
    init?(_ layout: TreeLayout, features: [ModelFeature], kernel: TreeKernel) {
        guard kernel != .portable, kernel.isSupported, features.count <= Int(TK_FEATURE_LIMIT),
            let columns = ByteColumns(layout.splits, features: features, kernel: kernel)
        else { return nil }
        let memory = KernelMemory()
        let blocks = TreeLanes(layout).blocks
        let batches = stride(from: 0, to: blocks.count, by: Self.batchCount).map { first in
            Self.batch(
                Array(blocks[first..<min(blocks.count, first + Self.batchCount)]), layout, columns, memory,
                featureCount: features.count, kernel: kernel)
        }
        model = memory.copy(
            one: tk_symmetric(
                columns: columns.layOut(in: memory), batches: memory.copy(batches), batch_count: batches.count,
                feature_count: features.count, expected: layout.expected,
                leaf_step: layout.shortLeafSteps?.min() ?? 0, row_step: layout.step))
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
        isWide
            ? tk_symmetric_reasons_avx512(model, values.baseAddress, attributions.baseAddress)
            : tk_symmetric_reasons_avx2(model, values.baseAddress, attributions.baseAddress)
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
        if isWide {
            tk_symmetric_sums_avx512(model, rows.baseAddress, stride, count, sums)
        } else {
            tk_symmetric_sums_avx2(model, rows.baseAddress, stride, count, sums)
        }
    }
}

// MARK: - Layout

extension SymmetricVectors {
    private static let laneCount = Int(TK_LANES)
    private static let batchCount = Int(TK_BATCH_BLOCKS)
    private static let placeCount = Int(TK_ROW_PLACES)

    private static func batch(
        _ blocks: [[TreeLane?]], _ layout: TreeLayout, _ columns: ByteColumns, _ memory: KernelMemory,
        featureCount: Int, kernel: TreeKernel
    ) -> tk_symmetric_batch {
        let features = blocks.map { $0.map { $0?.players.map(\.feature) ?? [] } }
        let smallest = layout.shortLeafSteps?.min()
        let picks = smallest != nil && kernel == .avx512 ? PlanePicks(features, featureCount: featureCount) : nil
        let paying = picks.flatMap { $0.pays ? $0 : nil }
        let places = paying == nil ? places(of: features) : []
        let short = smallest.map { ShortLeafTable(blocks, layout, smallest: $0) }
        return tk_symmetric_batch(
            blocks: memory.copy(blocks.map { block($0, layout, columns, memory, inPlanes: paying != nil) }),
            features: memory.copy(
                places.map { tk_feature_places(feature: UInt16($0.feature), count: UInt16($0.places.count)) }),
            places: memory.copy(places.flatMap(\.places)), block_count: UInt32(blocks.count),
            feature_count: UInt32(places.count), short_leaves: short.map { memory.copy($0.leaves) },
            shifts: memory.copy(short?.shifts ?? []), eight_count: UInt32(short?.shifts.count ?? 0),
            short_stride: UInt32(short?.stride ?? 0), picks: memory.copy(paying?.picks ?? []),
            asked: memory.copy(paying?.asked ?? []), more_features: memory.copy(paying?.moreFeatures ?? []),
            first_more: UInt32(paying?.features.count ?? 0), more_count: UInt32(paying?.moreFeatures.count ?? 0),
            pick_count: UInt32(paying?.vectorCount ?? 0), pair_count: UInt32(paying?.pairCount ?? 0))
    }

    /// Where a batch's rows have what belongs to each feature; most places first.
    private static func places(of blocks: [[[Int]]]) -> [(feature: Int, places: [UInt16])] {
        var places: [Int: [UInt16]] = [:]
        for (tree, features) in blocks.joined().enumerated() {
            for (index, feature) in features.enumerated() {
                places[feature, default: []].append(UInt16(tree * placeCount + index))
            }
        }
        return places.map { (feature: $0.key, places: $0.value) }
            .sorted { ($1.places.count, $0.feature) < ($0.places.count, $1.feature) }
    }

    private static func block(
        _ lanes: [TreeLane?], _ layout: TreeLayout, _ columns: ByteColumns, _ memory: KernelMemory, inPlanes: Bool
    ) -> tk_symmetric_block {
        // A block is of one depth, and no block is empty.
        let depth = lanes.lazy.compactMap { $0?.place.depth }.first ?? 1
        let questions = (0..<depth).flatMap { level in
            (0..<laneCount).map { lane -> TreeSplit? in
                guard lane < lanes.count, let tree = lanes[lane] else { return nil }
                return layout.splits[tree.place.firstSplit + level]
            }
        }
        let asked = LaneQuestions(questions, columns)
        let size = 1 << depth
        let leaves = lanes.flatMap { tree in
            tree.map { Array(layout.leaves[$0.place.firstLeaf..<$0.place.firstLeaf + size]) }
                ?? Array(repeating: 0, count: size)
        }
        return tk_symmetric_block(
            splits: memory.copy(asked.splits), columns: memory.copy(asked.columns),
            leaves: layout.shortLeafSteps == nil ? memory.copy(leaves) : nil,
            rows: inPlanes ? nil : memory.copy(rows(of: lanes, layout, depth: depth)),
            plane_rows: inPlanes ? memory.copy(planeRows(of: lanes, layout, depth: depth)) : nil, depth: UInt32(depth),
            tree_count: UInt32(lanes.count), has_sets: questions.contains { $0?.isSet == true } ? 1 : 0)
    }

    /// The attributions of a block's trees, row after row; zeros where no tree stands.
    private static func rows(of lanes: [TreeLane?], _ layout: TreeLayout, depth: Int) -> [Double] {
        var rows: [Double] = []
        rows.reserveCapacity(lanes.count * placeCount << depth)
        for tree in lanes {
            for leaf in 0..<1 << depth {
                let first = tree?.place.row(leaf).lowerBound ?? 0
                let players = tree?.players ?? []
                rows += players.map { layout.rows[first + $0.level] }
                rows += repeatElement(0, count: placeCount - players.count)
            }
        }
        return rows
    }

    /// The same as 32-bit multiples of the step, each row's lowest bytes first, with trees of zeros after the last.
    private static func planeRows(of lanes: [TreeLane?], _ layout: TreeLayout, depth: Int) -> [UInt8] {
        let rows = rows(of: lanes, layout, depth: depth)
        let rowBytes = Int(TK_PLANE_ROW_BYTES)
        let pair = Int(TK_PAIR_TREES)
        let rowCount = (lanes.count + pair - 1) / pair * pair << depth
        var bytes = Array(repeating: UInt8(0), count: rowCount * rowBytes)
        for (index, value) in rows.enumerated() {
            let number = UInt32(bitPattern: Int32(value / layout.step))
            for plane in 0..<Int(TK_PLANES) {
                bytes[index / placeCount * rowBytes + plane * placeCount + index % placeCount] =
                    UInt8(truncatingIfNeeded: number >> UInt32(8 * plane))
            }
        }
        return bytes
    }
}

extension TreeSplit {
    /// Whether this asks for a set of categories.
    fileprivate var isSet: Bool {
        if case .among = condition { return true }
        return false
    }
}
