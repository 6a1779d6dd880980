internal import Glibc
internal import RiskCore
internal import RiskLinearAlgebra
public import RiskModels

/// Makes a whole model document: fit, calibrate, set thresholds and measure on held-out rows, then fit on all rows.
public struct ModelTraining {
    /// Golden inputs of a document.
    static let goldenInputCount = 32

    private let options: TrainingOptions
    private let progress: TrainingProgress
    private let trials: TuningReport

    /// A training run.
    ///
    /// - Parameter trials: Hears of each trial of a search for settings (``TrainingOptions/tuning``).
    public init(
        options: TrainingOptions, progress: @escaping TrainingProgress = { _, _ in },
        trials: @escaping TuningReport = { _ in }
    ) {
        self.options = options
        self.progress = progress
        self.trials = trials
    }

    /// Trains.
    ///
    /// Calibration, thresholds and metrics come from a model that has not seen the held-out rows; the document's
    /// weights come from all rows. If the rows as they came lack a class on one side of the split, the document has no
    /// calibration, policy or metrics, and no settings are searched for. Settings that were chosen by the held-out rows
    /// flatter their metrics a little, as early stopping does.
    ///
    /// - Returns: A document that loads; the same data and options give the same document for any number of threads.
    /// - Throws: ``TrainingError``.
    public func train(_ data: TrainingData, name: String) throws(TrainingError) -> ModelDocument {
        try options.check()
        data.checkShapes()
        guard (1...LoadedModel.Limits.featureCount).contains(data.features.count) else {
            throw TrainingError(
                .tooLarge, "expected 1 to \(LoadedModel.Limits.featureCount) features, found \(data.features.count)")
        }
        guard data.rowCount > 0 else { throw TrainingError(.empty, "expected rows to learn from, found none") }
        let split = HeldOutSplit(data, options: options)
        let canJudge = [split.fitted, split.heldOut].allSatisfy { hasBothClasses(data, data.unaltered($0)) }
        if let tuning = options.tuning, canJudge { return try tune(data, name: name, split, tuning) }
        var document = ModelDocument(
            name: name, features: data.features, kind: .logistic(LogisticModel(intercept: 0, terms: [])))
        document.training = statement(data)
        switch options.kind {
        case .logistic: try fitLogistic(data, canJudge ? split : nil, &document)
        case .trees: try fitTrees(data, canJudge ? split : nil, &document)
        }
        do { return try LoadedModel.addingGoldenInputs(goldenVectors(data), to: document) } catch {
            throw TrainingError(doesNotLoad: error)
        }
    }

    /// Searches for settings, then trains with the best.
    private func tune(
        _ data: TrainingData, name: String, _ split: HeldOutSplit, _ tuning: TuningOptions
    ) throws(TrainingError) -> ModelDocument {
        let outcome = try Tuner(options: options, tuning: tuning, report: trials)
            .run(data.toFit, split, progress: { progress("searching settings", $0) })
        var best = outcome.options
        best.tuning = nil
        var document = try ModelTraining(options: best, progress: progress).train(data, name: name)
        document.training.options += outcome.statement
        return document
    }

    private func fitLogistic(
        _ data: TrainingData, _ split: HeldOutSplit?, _ document: inout ModelDocument
    ) throws(TrainingError) {
        let learner = LogisticLearner(options: options)
        let toFit = data.toFit
        if let split {
            let model = try learner.fit(toFit, rows: split.fitted, progress: phase(0, 0.5, "held-out fit"))
            document.kind = .logistic(model)
            try judge(data, split.heldOut, &document)
        }
        let rows = Array(0..<data.rowCount)
        document.kind = .logistic(try learner.fit(toFit, rows: rows, progress: phase(0.5, 1, "final fit")))
    }

    private func fitTrees(
        _ data: TrainingData, _ split: HeldOutSplit?, _ document: inout ModelDocument
    ) throws(TrainingError) {
        try options.trees.checkProof(data.features, forests: options.trees.forestCount(for: data))
        let learner = TreeLearner(options: options)
        let toFit = data.toFit
        progress("binning", 0)
        let table = BinnedTable(toFit, threads: options.threads)
        let forests = Forests(toFit, table, options: options)
        var recipe = TreeLearner.Recipe(
            base: options.trees.basesToTry[0],
            treeCounts: Array(
                repeating: min(options.trees.treeLimit, TreeOptions.unstoppedTreeLimit), count: forests.count))
        if let split {
            progress("held-out fit", 0)
            let choice = try learner.choose(
                data, table, fitted: split.fitted, heldOut: split.heldOut, progress: phase(0, 0.6, "held-out fit"))
            document.kind = kind(choice.model)
            progress("judging", 0.6)
            try judge(data, split.heldOut, &document)
            document.training.metrics += choice.candidates.map {
                TrainingStatement.Metric(name: "heldout_log_loss_base_\($0.base.rawValue)", value: $0.loss)
            }
            recipe = choice.recipe
            recipe.treeCounts = forests.treeCounts(recipe.treeCounts, fitted: split.fitted)
        }
        progress("final fit", 0.6)
        let model = try learner.fit(
            toFit, table, rows: Array(0..<data.rowCount), by: recipe, progress: phase(0.6, 1, "final fit"))
        progress("checking", 1)
        document.kind = kind(model)
        document.training.options +=
            [
                "chosen_base=\(recipe.base.rawValue)",
                "grown_trees=\(model.trees.count + model.leafWiseTrees.count)",
            ] + (forests.count == 1 ? [] : ["forests=\(forests.count)"])
    }

    /// Without a single tree that helps, what is left is the base.
    private func kind(_ model: TreeModel) -> ModelKind {
        model.trees.isEmpty && model.leafWiseTrees.isEmpty ? .logistic(model.base) : .trees(model)
    }

    private func phase(_ start: Double, _ end: Double, _ name: String) -> TrainingProgress {
        { _, fraction in progress(name, start + fraction * (end - start)) }
    }

    private func hasBothClasses(_ data: TrainingData, _ rows: [Int]) -> Bool {
        let counted = data.counted(rows)
        return counted.contains { data.labels[$0] } && counted.contains { !data.labels[$0] }
    }

    private func statement(_ data: TrainingData) -> TrainingStatement {
        let rows = data.unaltered(Array(0..<data.rowCount))
        return TrainingStatement(
            dataDigests: data.digests, options: options.statement, rowCount: UInt64(rows.count),
            positiveCount: UInt64(rows.count { data.labels[$0] }), numericEnvironment: numericEnvironment)
    }

    /// Calibrates, sets thresholds and measures, on those of the rows that are as they came.
    private func judge(
        _ data: TrainingData, _ heldOut: [Int], _ document: inout ModelDocument
    ) throws(TrainingError) {
        let rows = data.unaltered(heldOut)
        let margins = try data.margins(of: document.kind, rows: rows, threads: options.threads)
        let labels = rows.map { data.labels[$0] }
        let eventTypes = data.eventTypes.map { types in rows.map { types[$0] } }
        document.calibrations = PlattScaling.calibrations(
            margins: margins, labels: labels, weights: data.weights.map { weights in rows.map { weights[$0] } },
            eventTypes: eventTypes)
        document.policy =
            ThresholdPolicy(
                margins: margins, labels: labels, eventTypes: eventTypes,
                groups: data.groups.map { groups in
                    rows.map { groups[$0] }
                }, budgets: options.budgets, reserve: options.reserve
            ).policy
        // The calibration has seen these rows, so the probabilities that are measured go without it.
        let probabilities = margins.map { 1 / (1 + exp(-$0)) }
        let metrics: [(String, Double?)] = [
            ("roc_auc", Metrics.rocAUC(scores: margins, labels: labels)),
            ("average_precision", Metrics.averagePrecision(scores: margins, labels: labels)),
            ("log_loss", Metrics.logLoss(probabilities: probabilities, labels: labels)),
            ("brier", Metrics.brier(probabilities: probabilities, labels: labels)),
            ("recall_at_1pct_fpr", Metrics.recall(atFalsePositiveShare: 0.01, scores: margins, labels: labels)),
            ("recall_at_5pct_fpr", Metrics.recall(atFalsePositiveShare: 0.05, scores: margins, labels: labels)),
            ("recall_at_0.1pct_fpr", Metrics.recall(atFalsePositiveShare: 0.001, scores: margins, labels: labels)),
            ("rows", Double(rows.count)),
            ("positives", Double(labels.count { $0 })),
        ]
        // Of rows that were thinned out only what does not depend on how many there are of a class is a measure.
        let isThinned = data.weights?.contains { $0 != 1 } ?? false
        let measured = metrics.filter { !isThinned || ["roc_auc", "rows", "positives"].contains($0.0) }
        document.training.metrics = measured.compactMap { name, value in
            value.map { TrainingStatement.Metric(name: "heldout_\(name)", value: $0) }
        }
    }

    /// Rows spread over the data, a vector with nothing in it, and one with words nobody has seen.
    private func goldenVectors(_ data: TrainingData) -> [[Double]] {
        let count = min(Self.goldenInputCount - 2, data.rowCount)
        var vectors = (0..<count).map { data.vector($0 * data.rowCount / count) }
        vectors.append(Array(repeating: .nan, count: data.features.count))
        let first = data.vector(0)
        vectors.append(
            data.features.indices.map { data.features[$0].categories.map { Double($0.count) } ?? first[$0] })
        return vectors
    }
}
