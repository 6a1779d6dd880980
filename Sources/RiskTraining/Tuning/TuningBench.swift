internal import RiskModels

/// Tries settings on one split of the rows.
struct TuningBench {
    private let data: TrainingData
    private let split: HeldOutSplit
    private let given: TrainingOptions
    private let table: BinnedTable?
    /// For each row, when it joins the growing part of the rows: a part of p has those below p.
    private let places: [Double]

    /// Rows that a part of them has at least, of each class.
    private static let classRowMinimum = 200

    init(_ data: TrainingData, _ split: HeldOutSplit, options: TrainingOptions) {
        self.data = data
        self.split = split
        given = options
        table = options.kind == .trees ? BinnedTable(data, threads: options.threads) : nil
        places = (0..<data.rowCount).map { row in
            let group = UInt64(bitPattern: Int64(data.groups?[row] ?? row))
            var generator = SplitMix64(seed: options.seed ^ (group &* 0xD134_2543_DE82_EF95))
            return Double.random(in: 0..<1, using: &generator)
        }
    }

    /// Fits with some settings and a share of the whole work, and judges.
    ///
    /// - Parameter last: The trial of the same settings with less work.
    func trial(
        _ options: TrainingOptions, share: Double, last: TuningTrial?
    ) throws(TrainingError) -> TuningTrial {
        if let table {
            return try trees(options, table, share: share, last: last)
        } else {
            return try logistic(options, share: share)
        }
    }

    private func trees(
        _ options: TrainingOptions, _ table: BinnedTable, share: Double, last: TuningTrial?
    ) throws(TrainingError) -> TuningTrial {
        // A small step gets more rounds, or it would be judged by how far it came instead of where it leads.
        let rounds = Double(options.trees.treeLimit) * share * given.trees.learningRate / options.trees.learningRate
        let limit = share == 1 ? options.trees.treeLimit : min(options.trees.treeLimit, max(1, Int(rounds)))
        if var last, let lastLimit = last.treeLimit, let count = last.treeCount, hasStopped(options, count, lastLimit) {
            last.isCarriedOver = true
            return last
        }
        var limited = options
        limited.trees.treeLimit = limit
        // No setting that is searched for is the floor's, so trees are compared by themselves.
        limited.trees.floor = .none
        // A setting that is better for the first forest is taken to be so for those of its kind.
        limited.trees.forests = 1
        let choice = try TreeLearner(options: limited).choose(
            data, table, fitted: split.fitted, heldOut: split.heldOut, progress: { _, _ in })
        let count = choice.recipe.treeCounts[0]
        // Without a single tree that helps, what is left is the base.
        let kind = count == 0 ? ModelKind.logistic(choice.model.base) : .trees(choice.model)
        return TuningTrial(
            rows: split.fitted.count, treeLimit: limit, treeCount: count, metric: metric, score: try score(kind))
    }

    /// Whether trees stopped for want of progress, so that more of them would be the same.
    private func hasStopped(_ options: TrainingOptions, _ count: Int, _ limit: Int) -> Bool {
        // Of two bases it is not known which one stopped.
        options.trees.basesToTry.count == 1 && count + options.trees.patience <= limit
    }

    private func logistic(_ options: TrainingOptions, share: Double) throws(TrainingError) -> TuningTrial {
        let rows = part(share)
        let model = try LogisticLearner(options: options).fit(data, rows: rows)
        return TuningTrial(rows: rows.count, metric: metric, score: try score(.logistic(model)))
    }

    /// A part of the fitted rows, whole groups, that the next larger part contains; all of them if it would have too
    /// few of a class.
    private func part(_ share: Double) -> [Int] {
        let part = split.fitted.filter { places[$0] < share }
        let counted = data.counted(part)
        let positives = counted.count { data.labels[$0] }
        return min(positives, counted.count - positives) >= Self.classRowMinimum ? part : split.fitted
    }

    /// What the held-out rows are judged by.
    private var metric: StoppingMetric { given.kind == .trees ? given.trees.stopMetric : .logLoss }

    /// How the held-out rows are judged.
    private func score(_ kind: ModelKind) throws(TrainingError) -> Double {
        let margins = try data.margins(of: kind, rows: split.heldOut, threads: given.threads)
        return StoppingFigures(
            margins: margins, labels: split.heldOut.map { data.labels[$0] },
            weights: data.weights.map { weights in split.heldOut.map { weights[$0] } }
        ).value(metric)
    }
}

extension TuningTrial {
    /// A trial of which the search says what it was a trial of.
    fileprivate init(rows: Int, treeLimit: Int? = nil, treeCount: Int? = nil, metric: StoppingMetric, score: Double) {
        self.init(
            configuration: 0, rung: 1, rungCount: 1, settings: [], rowCount: rows, treeLimit: treeLimit,
            treeCount: treeCount, metric: metric, score: score, seconds: 0, isCarriedOver: false)
    }
}
