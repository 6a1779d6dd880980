internal import RiskModels

/// Grows the forests whose mean a model of trees is: they differ in their draws and, every other one, in what rows
/// count for.
struct Forests {
    /// What each forest sees.
    private let views: [TrainingData]
    private let table: BinnedTable
    private let options: TrainingOptions

    /// What came of it.
    struct Growth {
        /// The trees of all forests, so that their sum is the mean.
        var trees: TreeList
        /// The margin of each row that counts in each forest, as ``Boosting/Result/margins``.
        var margins: [Double]
        /// Trees of each forest.
        var treeCounts: [Int]
    }

    /// - Parameter data: As the first forest is fitted to it.
    init(_ data: TrainingData, _ table: BinnedTable, options: TrainingOptions) {
        views = (0..<options.trees.forestCount(for: data)).map { number in
            number.isMultiple(of: 2) ? data : data.toFitOtherwise ?? data
        }
        self.table = table
        self.options = options
    }

    var count: Int { views.count }

    /// Grows them.
    ///
    /// - Parameters:
    ///   - start: The margin of each row before the first tree.
    ///   - heldOut: Rows that say when to stop; may be empty.
    ///   - treeLimits: Trees of each forest at most.
    /// - Throws: ``TrainingError`` with code `oneClass` where the rows that count in a forest are of one label.
    func grow(
        start: [Double], fitted: [Int], heldOut: [Int], treeLimits: [Int], progress: (Double) -> Void
    ) throws(TrainingError) -> Growth {
        var results: [Boosting.Result] = []
        for (number, view) in views.enumerated() {
            let rows = view.counted(fitted)
            _ = try view.knownLogOdds(of: rows)
            // The first draws as a model of one forest does, and no two seeds draw alike in other forests.
            let seed = options.seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15
            let boosting = Boosting(
                data: view, table: table, options: options.trees, seed: seed, threads: options.threads)
            results.append(
                boosting.run(start: start, fitted: rows, heldOut: heldOut, treeLimit: treeLimits[number]) {
                    progress((Double(number) + $0) / Double(count))
                })
        }
        return Growth(
            trees: TreeList(meanOf: results.map(\.trees)), margins: Self.mean(results.map(\.margins)),
            treeCounts: results.map(\.trees.count))
    }

    /// How many trees each forest grows on all rows if so many were best on the fitted ones: in proportion to the rows
    /// that count in it.
    func treeCounts(_ counts: [Int], fitted: [Int]) -> [Int] {
        zip(views, counts).map { view, count in
            let all = view.counted(Array(0..<view.rowCount)).count
            let scaled = Double(count) * Double(all) / Double(view.counted(fitted).count)
            return min(options.trees.treeLimit, Int(scaled.rounded()))
        }
    }

    private static func mean(_ margins: [[Double]]) -> [Double] {
        guard margins.count > 1 else { return margins[0] }
        return margins[0].indices.map { row in margins.reduce(0) { $0 + $1[row] } / Double(margins.count) }
    }
}
