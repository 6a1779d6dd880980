internal import Glibc
internal import RiskModels

/// Boosts trees on given margins, one after another, until the held-out rows are no longer served better.
struct Boosting {
    /// What came of it.
    struct Result {
        var trees = TreeList()
        /// The margin of each row of the data with all of these trees. With held-out rows to stop by, only theirs are
        /// right.
        var margins: [Double]
        /// The stopping metric on the held-out rows before the first tree, after the first, and so on; empty without.
        var curve: [Double] = []
    }

    let data: TrainingData
    let table: BinnedTable
    let options: TreeOptions
    let seed: UInt64
    let threads: Int

    /// Draws of columns and rows in a row without any split that gains, after which no more are made.
    static let fruitlessLimit = 10

    /// - Parameters:
    ///   - start: The margin of each row of the data before the first tree, fitted with ``TreeOptions/positiveWeight``.
    ///   - fitted: The rows to learn from, ascending.
    ///   - heldOut: The rows that say when to stop, ascending; may be empty.
    ///   - treeLimit: Trees at most. With held-out rows those up to the best figure are kept.
    func run(
        start: [Double], fitted: [Int], heldOut: [Int], treeLimit: Int, progress: (Double) -> Void
    ) -> Result {
        let team = WorkerTeam(threads: threads)
        let scale = GradientScale(largestWeight: fitted.map(weight).max() ?? 1)
        let grower = TreeGrower(table, options: options, scale: scale, rowLimit: fitted.count, team: team)
        let margins = MarginTable(data, start: start, positiveWeight: options.positiveWeight, scale: scale)
        var rows = BoostingRows(fitted: fitted, heldOut: heldOut, table: table, share: options.rowSample)
        var stop = EarlyStop(self, heldOut: heldOut, margins, team)
        var result = Result(margins: start)
        var (draw, fruitless) = (0, 0)
        while result.trees.count < treeLimit {
            draw += 1
            var generator = SplitMix64(seed: seed &+ UInt64(draw) &* 0xD134_2543_DE82_EF95)
            rows.draw(into: grower.partition, using: &generator)
            let columns = sampleColumns(using: &generator)
            margins.takeGradients(grower.partition, team: team)
            guard
                let grown = grower.grow(pairs: margins.pairs, columns: columns)?
                    .withShortLeaves(number: result.trees.count)
            else {
                fruitless += 1
                if columns.count == table.columns.count || fruitless == Self.fruitlessLimit { break }
                continue
            }
            fruitless = 0
            var covers = Array(repeating: 0.0, count: grown.values.count)
            rows.forEachPartition(of: grown, grower.partition, table, team) { partition, isFitted in
                margins.add(grown.values, partition, team: team)
                if isFitted { covers = zip(covers, margins.covers(partition, team: team)).map(+) }
            }
            result.trees.append(grown, covers: covers, table)
            progress(Double(result.trees.count) / Double(treeLimit))
            if stop?.look(margins, treeCount: result.trees.count, team) == true { break }
        }
        if let stop { stop.finish(&result) } else { result.margins = margins.values }
        return result
    }

    private func weight(_ row: Int) -> Double {
        (data.weights?[row] ?? 1) * (data.labels[row] ? options.positiveWeight : 1)
    }

    private func sampleColumns(using generator: inout SplitMix64) -> [Int] {
        let all = Array(table.columns.indices)
        guard options.columnSample < 1, all.count > 1 else { return all }
        let count = max(1, Int((Double(all.count) * options.columnSample).rounded()))
        return all.shuffled(using: &generator).prefix(count).sorted()
    }
}

/// Watches the held-out rows while trees are added.
private struct EarlyStop {
    private let boosting: Boosting
    private let heldOut: [Int]
    private let labels: [Bool]
    private let weights: [Double]?
    private let shift: Double
    private var curve: [Double]
    private var bestCount = 0
    /// The held-out rows' margins at the best figure.
    private var bestMargins: [Double]

    /// nil without held-out rows.
    init?(_ boosting: Boosting, heldOut: [Int], _ margins: MarginTable, _ team: WorkerTeam) {
        guard !heldOut.isEmpty else { return nil }
        self.boosting = boosting
        self.heldOut = heldOut
        labels = heldOut.map { boosting.data.labels[$0] }
        weights = boosting.data.weights.map { weights in heldOut.map { weights[$0] } }
        shift = log(boosting.options.positiveWeight)
        curve = []
        bestMargins = margins.values(heldOut)
        curve = [figure(bestMargins, team)]
    }

    /// Looks at the rows after another tree; gives whether it is time to stop.
    mutating func look(_ margins: MarginTable, treeCount: Int, _ team: WorkerTeam) -> Bool {
        let values = margins.values(heldOut)
        curve.append(figure(values, team))
        if boosting.options.stopMetric.isBetter(curve[treeCount], than: curve[bestCount]) {
            bestCount = treeCount
            bestMargins = values
        }
        return treeCount - bestCount >= boosting.options.patience
    }

    private func figure(_ margins: [Double], _ team: WorkerTeam) -> Double {
        let margins = shift == 0 ? margins : margins.map { $0 - shift }
        return StoppingFigures(margins: margins, labels: labels, weights: weights)
            .value(boosting.options.stopMetric, team)
    }

    /// Keeps the trees up to the best figure.
    func finish(_ result: inout Boosting.Result) {
        result.trees.keep(bestCount)
        result.curve = curve
        for (row, margin) in zip(heldOut, bestMargins) { result.margins[row] = margin }
    }
}
