internal import RiskCore

/// Grows one tree after another on the same table, symmetric ones or leaf-wise ones.
///
/// Both kinds go by the same histograms: only the smaller of two siblings is summed up over its rows, the other is what
/// is left of the parent. Used by one thread at a time, which divides work by columns among its team.
final class TreeGrower: Sendable {
    let table: BinnedTable
    let options: TreeOptions
    let search: SplitSearch
    let team: WorkerTeam
    let pool: HistogramPool
    /// The rows to grow on. Who calls ``grow(pairs:columns:)`` starts it and fills in the root's pairs; afterwards it
    /// says which rows are in which leaf.
    let partition: RowPartition

    /// A gain below this is rounding.
    static let gainMinimum = 1e-9

    init(
        _ table: BinnedTable, options: TreeOptions, scale: GradientScale, rowLimit: Int, team: WorkerTeam
    ) {
        self.table = table
        self.options = options
        self.team = team
        let rule = LeafRule(
            l1: options.l1, l2: options.l2, pathSmoothing: options.pathSmoothing, minHessian: options.minHessian)
        search = SplitSearch(rule: rule, scale: scale, isStrict: options.shape == .leafWise)
        pool = HistogramPool(table)
        partition = RowPartition(capacity: rowLimit, tableRowCount: table.rowCount, keepsPairs: true)
    }

    /// Grows a tree.
    ///
    /// - Parameters:
    ///   - pairs: Slope and curvature of every row of the table that is grown on.
    ///   - columns: Indices of the columns it may ask about, ascending.
    /// - Returns: The tree; nil if no split gains anything.
    func grow(pairs: UnsafeBufferPointer<GradientPair>, columns: [Int]) -> GrownTree? {
        pool.giveBackAll()
        let chunks = ColumnChunk.chunks(of: columns, threads: team.threads)
        let root = pool.take()
        forEach(chunks, rowCount: partition.ranges[0].count, leafCount: 0) { self.sumUp(0, into: root, $0) }
        guard let first = columns.first else { return nil }
        let sum = pool.sums(root, column: first).reduce(GradientSum.zero) { $0 &+ $1 }
        let leaf = search.leaf(sum, parentValue: 0)
        switch options.shape {
        case .symmetric: return growSymmetric(leaf, root: root, pairs, chunks)
        case .leafWise: return growLeafWise(leaf, root: root, pairs, chunks)
        }
    }

    // MARK: - What both shapes share

    /// Some work for each chunk of columns; the results in the chunks' order.
    ///
    /// - Parameters:
    ///   - rowCount: Rows that are summed up in each column.
    ///   - leafCount: Leaves whose bins are looked through.
    @discardableResult
    func forEach<Value: Sendable>(
        _ chunks: [ColumnChunk], rowCount: Int, leafCount: Int, _ body: @Sendable (ColumnChunk) -> Value
    ) -> [Value] {
        let columnCount = chunks.reduce(0) { $0 + $1.columns.count }
        let isWorthwhile = columnCount * (rowCount + 256 * leafCount) > Self.worthwhileWork
        return team.map(chunks.count, isWorthwhile: isWorthwhile) { body(chunks[$0]) }
    }

    /// Rows and bins that are worth the hand-over to another thread.
    private static let worthwhileWork = 50_000

    /// Sums up the rows of a leaf in some columns. For a leaf other than the root its pairs have to be gathered.
    func sumUp(_ leaf: Int, into slot: Int, _ chunk: ColumnChunk) {
        let sums = chunk.columns.map { column in
            let sums = pool.sums(slot, column: column)
            sums.update(repeating: .zero)
            return sums.baseAddress
        }
        let isAll = partition.isWhole && partition.ranges.count == 1
        GradientLoops.accumulate(
            group: table.groups[chunk.group], rows: isAll ? nil : partition.rows(leaf),
            pairs: UnsafeBufferPointer(partition.pairs(leaf)), slots: chunk.slots, into: sums)
    }

    /// The best split of a chunk's columns over some leaves, whose sums are in these places.
    func best(_ leaves: [GrowingLeaf], _ slots: [Int], _ chunk: ColumnChunk) -> BinSplit? {
        var best: BinSplit?
        for column in chunk.columns {
            let found = search.best(
                table.columns[column], index: column, leaves: leaves, over: best?.gain ?? Self.gainMinimum
            ) { UnsafeBufferPointer(pool.sums(slots[$0], column: column)) }
            best = found ?? best
        }
        return best
    }

    /// The one that gains more; the first if they gain the same.
    static func better(_ one: BinSplit?, _ other: BinSplit?) -> BinSplit? {
        guard let other, other.gain > one?.gain ?? gainMinimum else { return one }
        return other
    }

    /// The sum of what goes right: the split's own bins say.
    func rightSum(_ split: BinSplit, slot: Int) -> GradientSum {
        let bins = pool.sums(slot, column: split.column)
        return split.goesRight.indices.reduce(GradientSum.zero) { split.goesRight[$1] ? $0 &+ bins[$1] : $0 }
    }

    /// Which of two siblings is summed up: the one with fewer rows, the right one if they are equal.
    func smaller(_ left: Int, _ right: Int) -> Int {
        partition.ranges[right].count <= partition.ranges[left].count ? right : left
    }

    func divide(_ leaves: Range<Int>, _ split: BinSplit) {
        partition.divide(leaves, codes: table.columns[split.column].codes, goesRight: split.goesRight, team: team)
    }
}

/// Columns of one group that one thread works on at a time.
struct ColumnChunk: Sendable {
    let group: Int
    let columns: [Int]
    /// The columns' places in the group.
    let slots: [UInt8]

    /// All of some columns, ascending; halves of groups where there are few of them for the threads.
    static func chunks(of columns: [Int], threads: Int) -> [Self] {
        let width = BinnedTable.groupWidth
        let groupCount = Set(columns.map { $0 / width }).count
        let part = threads > 1 && groupCount < 8 * threads ? width / 2 : width
        var chunks: [Self] = []
        var start = 0
        while start < columns.count {
            let key = columns[start] / part
            let end = columns[start...].firstIndex { $0 / part != key } ?? columns.count
            chunks.append(
                Self(
                    group: columns[start] / width, columns: Array(columns[start..<end]),
                    slots: columns[start..<end].map { UInt8($0 % width) }))
            start = end
        }
        return chunks
    }
}
