/// Which rows each tree is grown on, and where all others go.
struct BoostingRows {
    private let fitted: [Int32]
    private let heldOut: [Int32]
    /// The share of the fitted rows that a tree is grown on.
    private let share: Double
    private let restPartition: RowPartition?
    private let heldOutPartition: RowPartition?
    /// The fitted rows that the last tree was not grown on: the first `restCount`.
    private var rest: [Int32] = []
    private var restCount = 0
    private var drawn: [Int32] = []

    init(fitted: [Int], heldOut: [Int], table: BinnedTable, share: Double) {
        for rows in [fitted, heldOut] {
            let isAscending = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
            precondition(
                isAscending && (rows.first ?? 0) >= 0 && (rows.last ?? 0) < table.rowCount,
                "rows from \(rows.first ?? 0) to \(rows.last ?? 0) of \(table.rowCount) do not ascend or do not exist")
        }
        self.fitted = fitted.map(Int32.init)
        self.heldOut = heldOut.map(Int32.init)
        self.share = share
        func partition(_ count: Int) -> RowPartition? {
            count == 0
                ? nil : RowPartition(capacity: count, tableRowCount: table.rowCount, keepsPairs: false)
        }
        restPartition = share < 1 ? partition(fitted.count) : nil
        heldOutPartition = partition(heldOut.count)
        if share < 1 {
            rest = self.fitted
            drawn = self.fitted
        }
    }

    /// Draws the rows of the next tree and starts a partition with them.
    mutating func draw(into partition: RowPartition, using generator: inout SplitMix64) {
        guard share < 1 else { return partition.start(fitted[...]) }
        let limit = UInt64(share * Double(UInt64(1) << 53))
        var drawnCount = 0
        restCount = 0
        // Written to both places without a branch: which one is a surprise each time.
        for row in fitted {
            let isDrawn = generator.next() >> 11 < limit ? 1 : 0
            drawn[drawnCount] = row
            rest[restCount] = row
            drawnCount += isDrawn
            restCount += 1 - isDrawn
        }
        partition.start(drawn[..<drawnCount])
    }

    /// Gives `body` the rows by leaf of a tree: those it was grown on, other fitted ones, those held out.
    func forEachPartition(
        of tree: GrownTree, _ grownOn: RowPartition, _ table: BinnedTable, _ team: WorkerTeam,
        _ body: (_ partition: RowPartition, _ isFitted: Bool) -> Void
    ) {
        body(grownOn, true)
        for (partition, rows, isFitted) in [
            (restPartition, rest[..<restCount], true), (heldOutPartition, heldOut[...], false),
        ] {
            guard let partition, !rows.isEmpty else { continue }
            partition.start(rows)
            tree.divide(partition, table, team: team)
            body(partition, isFitted)
        }
    }
}
