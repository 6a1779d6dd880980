internal import RiskCore

/// A tree as it was grown, in bins.
struct GrownTree: Sendable {
    var splits: [BinSplit]
    /// The value of each of the 2^levels leaves, after the learning rate.
    var values: [Double]
}

/// Grows one symmetric tree after another on the same table.
struct TreeGrower {
    let table: BinnedTable
    let options: TreeOptions
    let search: SplitSearch
    let threads: Int
    private let histograms: LevelHistograms

    /// A gain below this is rounding.
    static let gainMinimum = 1e-9

    init(_ table: BinnedTable, options: TreeOptions, scale: GradientScale, onlyAdds: Bool = false, threads: Int) {
        self.table = table
        self.options = options
        self.threads = threads
        search = SplitSearch(l2: options.l2, minHessian: options.minHessian, scale: scale, onlyAdds: onlyAdds)
        histograms = LevelHistograms(table, depth: options.depth)
    }

    /// Grows a tree level by level: each takes the one split that gains most over all leaves.
    ///
    /// - Parameters:
    ///   - rows: The rows to grow it on, with their slopes and curvatures.
    ///   - columns: Indices of the columns it may ask about, ascending.
    /// - Returns: The tree; nil if no split gains anything.
    func grow(rows: [Int32], pairs: [GradientPair], columns: [Int]) -> GrownTree? {
        var partition = RowPartition(rows: rows, pairs: pairs)
        var leaves = [search.leaf(pairs.reduce(GradientSum.zero) { $0 &+ $1.sum }, parentValue: 0)]
        var splits: [BinSplit] = []
        while splits.count < options.depth, let split = bestSplit(columns, partition, leaves) {
            leaves = children(leaves, split)
            splits.append(split)
            if splits.count < options.depth {
                partition.divide(codes: table.columns[split.column].codes, goesRight: split.goesRight)
            }
        }
        guard !splits.isEmpty else { return nil }
        return GrownTree(splits: splits, values: values(leaves, splits).map { $0 * options.learningRate })
    }

    private func bestSplit(_ columns: [Int], _ partition: RowPartition, _ leaves: [GrowingLeaf]) -> BinSplit? {
        let found = parallelMap(columns.count, threads: threads) { position in
            let index = columns[position]
            histograms.update(index, partition)
            return search.best(
                table.columns[index], index: index, sums: histograms.sums(index, leafCount: leaves.count),
                leaves: leaves)
        }
        var best: BinSplit?
        for case let split? in found where split.gain > best?.gain ?? Self.gainMinimum { best = split }
        return best
    }

    /// The leaves of the next level; the split's own sums say what went right.
    private func children(_ leaves: [GrowingLeaf], _ split: BinSplit) -> [GrowingLeaf] {
        let sums = histograms.sums(split.column, leafCount: leaves.count)
        let count = split.goesRight.count
        let rights = leaves.indices.map { leaf in
            split.goesRight.indices.reduce(GradientSum.zero) {
                split.goesRight[$1] ? $0 &+ sums[leaf * count + $1] : $0
            }
        }
        let lefts = zip(leaves, rights).map { leaf, right in
            search.leaf(leaf.sum &- right, parentValue: leaf.value)
        }
        return lefts + zip(leaves, rights).map { search.leaf($1, parentValue: $0.value) }
    }

    private func values(_ leaves: [GrowingLeaf], _ splits: [BinSplit]) -> [Double] {
        let signs = splits.map { split in
            switch table.columns[split.column].direction {
            case .free: 0
            case .raises: 1
            case .lowers: -1
            }
        }
        return MonotoneLeaves.project(
            leaves.map(\.value), weights: leaves.map { $0.gradient.y > 0 ? $0.gradient.y + options.l2 : 0 },
            signs: signs)
    }
}
