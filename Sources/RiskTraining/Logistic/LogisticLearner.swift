internal import Glibc
public import RiskModels

/// Fits a logistic regression: L2, scaling and missing indicators inside, weights of directed features sign-bounded.
public struct LogisticLearner: Sendable {
    /// Columns of the design matrix at most: one for each term and for each category. Half a gigabyte of Hessian.
    static let columnLimit = 8192

    /// How to train; only ``TrainingOptions/l2`` and ``TrainingOptions/threads`` matter here.
    public let options: TrainingOptions

    /// A learner.
    public init(options: TrainingOptions) { self.options = options }

    /// Fits a model to some rows.
    ///
    /// - Parameters:
    ///   - data: Columns and labels.
    ///   - rows: Indices of the rows to learn from.
    ///   - progress: Hears of progress on this thread; how many steps there will be is not known before.
    /// - Returns: A model whose monotone proof holds for the data's features. The bits do not depend on the threads.
    /// - Throws: ``TrainingError`` with code `oneClass`, `badOption`, `tooLarge` or `notConverged`.
    /// - Complexity: About ten passes of O(rows × columns²), with one column for each category.
    public func fit(
        _ data: TrainingData, rows: [Int], progress: TrainingProgress = { _, _ in }
    ) throws(TrainingError) -> LogisticModel {
        try options.check()
        data.checkShapes()
        let plan = TermPlan(data, rows: rows, threads: options.threads)
        guard plan.columnCount <= Self.columnLimit else {
            throw TrainingError(
                .tooLarge,
                "expected at most \(Self.columnLimit) terms and categories, found \(plan.columnCount); leave out "
                    + "columns with many categories")
        }
        let objective = LogisticObjective(
            design: Design(plan, data, rows: rows, threads: options.threads), labels: data.labels,
            weights: data.weights, l2: options.l2, threads: options.threads)
        let total = rows.reduce(0.0) { $0 + (data.weights?[$1] ?? 1) }
        let positive = rows.reduce(0.0) { data.labels[$1] ? $0 + (data.weights?[$1] ?? 1) : $0 }
        guard positive > 0, positive < total else {
            throw TrainingError(
                .oneClass, "expected rows with label 0 and with label 1, found \(rows.count) rows of one label")
        }
        var start = Array(repeating: 0.0, count: plan.columnCount)
        start[0] = log(positive / (total - positive))
        let newton = BoundedNewton(signs: plan.signs, gradientTolerance: 1e-10 * total)
        let result = try newton.minimise(
            from: start, report: { progress("fitting", 1 - 1 / Double(1 + $0)) }, objective.evaluate)
        progress("fitting", 1)
        return plan.model(result.point)
    }
}
