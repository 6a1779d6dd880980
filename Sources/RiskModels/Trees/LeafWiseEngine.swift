internal import CTreeKernels

/// Leaf-wise trees laid out for one kernel; their leaves are looked up in plain Swift where that is cheaper still.
final class LeafWiseEngine: @unchecked Sendable {
    /// The sum of the trees' expected values.
    let expected: Double

    private let sums: Sums
    private let exact: LeafWiseReasons
    private let tables: ReasonTables
    private let isVectorised: Bool
    private let memory: KernelMemory
    /// For the vector kernel.
    private let reasons: UnsafePointer<tk_reasons>
    /// For plain Swift: the columns, and each node's column and threshold.
    private let columns: ColumnTables
    private let nodeColumns: UnsafeBufferPointer<UInt32>
    private let nodeThresholds: UnsafePointer<Double>

    /// Lays out trees for the kernel if it can score them, else for plain Swift. O(nodes × (points + answers)).
    ///
    /// - Parameter looksUp: Whether answers are looked up where that pays.
    init(_ layout: LeafWiseLayout, features: [ModelFeature], kernel: TreeKernel, looksUp: Bool) {
        let memory = KernelMemory()
        let isSupported = kernel == .avx512 && kernel.isSupported && features.count <= Int(TK_REASON_FEATURE_LIMIT)
        let bytes = isSupported ? ByteColumns(layout.splits, features: features, kernel: kernel) : nil
        sums = Sums(layout, features: features, columns: bytes, looksUp: looksUp, in: memory)
        let splits = SplitColumns(layout.splits, features: features)
        columns = ColumnTables(splits, in: memory)
        nodeColumns = memory.copyBuffer(splits.splitColumns)
        nodeThresholds = memory.copy(splits.thresholds)
        expected = layout.expected
        exact = LeafWiseReasons(layout, features: features)
        tables = ReasonTables(layout, columns: bytes)
        isVectorised = bytes != nil
        reasons = memory.copy(
            one: tk_reasons(
                columns: bytes?.layOut(in: memory) ?? tk_columns(), trees: tables.trees.baseAddress,
                tree_count: tables.trees.count, feature_count: features.count))
        self.memory = memory
    }

    /// The sum of the leaves that a row falls into.
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double { sums.sum(values) }

    /// Adds each feature's part in the leaves that a row falls into, in Float64; for `explain`.
    func addExact(_ values: UnsafeBufferPointer<Double>, to attributions: UnsafeMutableBufferPointer<Double>) {
        exact.add(values, to: attributions)
    }

    /// The same as precise as Float32; for serving. The same bits from every kernel.
    func add(_ values: UnsafeBufferPointer<Double>, to attributions: UnsafeMutableBufferPointer<Double>) {
        guard !isVectorised else {
            tk_add_reasons_avx512(reasons, values.baseAddress, attributions.baseAddress)
            return
        }
        addPortable(values, to: attributions)
    }

    private func addPortable(
        _ values: UnsafeBufferPointer<Double>, to attributions: UnsafeMutableBufferPointer<Double>
    ) {
        typealias Lanes = SIMD8<Float>
        let (slots, nodes) = (1 + 2 * tables.largestNodeCount, 1 + tables.largestNodeCount)
        let byteCount =
            ScratchRoom.byteCount(Double.self, columns.count) + ScratchRoom.byteCount(UInt8.self, nodeColumns.count)
            + ScratchRoom.byteCount(Lanes.self, attributions.count) + ScratchRoom.byteCount(Lanes.self, slots)
            + ScratchRoom.byteCount(Lanes.self, nodes) + ScratchRoom.byteCount(UInt16.self, nodes)
        ScratchRoom.with(byteCount) { room in
            let numbers = room.take(Double.self, columns.count)
            let goesRight = room.take(UInt8.self, nodeColumns.count)
            let lanes = room.take(Lanes.self, attributions.count)
            let scratch = ReasonTables.Scratch(
                products: room.take(Lanes.self, slots), sums: room.take(Lanes.self, nodes),
                states: room.take(UInt16.self, nodes))
            columns.forEach(values) { numbers[$0] = $1 }
            for (node, column) in nodeColumns.enumerated() {
                goesRight[node] = numbers[Int(column)] >= nodeThresholds[node] ? 1 : 0
            }
            lanes.initialize(repeating: .zero, count: attributions.count)
            tables.add(goesRight: goesRight, scratch, to: lanes)
            for feature in attributions.indices { attributions[feature] += Double(Self.sum(lanes[feature])) }
        }
    }

    /// How the leaves that a row falls into are found.
    private enum Sums {
        /// All trees by the answers to their questions, whatever the kernel.
        case lookedUp(LeafRemovals)
        /// All trees step by step.
        case walked(PackedTrees)
        /// The vector kernel, and step by step the trees with more leaves than it takes.
        case vectors(LeafWiseVectors, rest: PackedTrees?)

        /// Chooses the cheapest. `columns` are nil where there is no vector kernel.
        init(
            _ layout: LeafWiseLayout, features: [ModelFeature], columns: ByteColumns?, looksUp: Bool,
            in memory: KernelMemory
        ) {
            let fits = { (place: LeafWiseLayout.Place) in
                columns != nil && place.tree.leaves.count <= LeafWiseVectors.leafLimit
            }
            let (small, large) = (layout.places.filter(fits), layout.places.filter { !fits($0) })
            // A step of a walk waits for the one before: about two comparisons. The vector kernel needs ten a tree.
            let comparisons = large.isEmpty ? 10 * small.count : 2 * layout.places.reduce(0) { $0 + $1.depth }
            if looksUp,
                let removals = LeafRemovals(layout, comparisons: comparisons, features: features, in: memory)
            {
                self = .lookedUp(removals)
            } else if let columns, !small.isEmpty {
                let rest = large.isEmpty ? nil : PackedTrees(large, of: layout, features: features)
                self = .vectors(LeafWiseVectors(small, columns: columns), rest: rest)
            } else {
                self = .walked(PackedTrees(large, of: layout, features: features))
            }
        }

        /// The sum of the leaves that a row falls into.
        func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
            switch self {
            case .lookedUp(let removals): return removals.sum(values)
            case .walked(let packed): return packed.sum(values)
            case .vectors(let vectors, let rest):
                var sum = rest?.sum(values) ?? 0
                vectors.addSums(of: values, count: 1, stride: values.count, to: &sum)
                return sum
            }
        }
    }

    /// The sum of all lanes, halves first, as the vector kernel makes it.
    private static func sum(_ lanes: SIMD8<Float>) -> Float {
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }
}
