public import RiskModels

/// Fits a logistic regression with an elastic net: scaling and missing indicators inside, weights of directed features
/// sign-bounded.
///
/// By Newton steps on blocks of rows, each step's quadratic model solved exactly with the penalties and bounds in it
/// (`ProximalNewton`). What the penalties weigh is said at ``TrainingOptions/l1`` and ``TrainingOptions/l2``.
public struct LogisticLearner: Sendable {
    /// How to train; only ``TrainingOptions/l1``, ``TrainingOptions/l2`` and ``TrainingOptions/threads`` matter here.
    public let options: TrainingOptions

    /// A learner.
    public init(options: TrainingOptions) { self.options = options }

    /// Fits a model to some rows.
    ///
    /// - Parameters:
    ///   - data: Columns and labels.
    ///   - rows: Indices of the rows to learn from.
    ///   - progress: Hears of progress on this thread; how many steps there will be is not known before.
    /// - Returns: A model whose monotone proof holds for the data's features, without terms whose weights L1 made 0.
    ///   The bits do not depend on the threads.
    /// - Throws: ``TrainingError`` with code `oneClass`, `badOption`, `tooLarge` or `notConverged`.
    /// - Complexity: About five passes of O(rows × columns²), with one column for each category.
    public func fit(
        _ data: TrainingData, rows: [Int], progress: TrainingProgress = { _, _ in }
    ) throws(TrainingError) -> LogisticModel {
        try options.check()
        progress("making columns ready", 0)
        let problem = try LogisticProblem(data, rows: rows, threads: options.threads)
        progress("fitting", 0)
        let result = try problem.fit(
            l1: options.l1, l2: options.l2, report: { progress("fitting", 1 - 1 / Double(1 + $0)) })
        progress("fitting", 1)
        return problem.plan.model(result.point, withoutZeros: options.l1 > 0)
    }

    /// Fits a model that reads some of the features; its terms name them by their index among all.
    ///
    /// - Throws: As ``fit(_:rows:progress:)``.
    func fit(_ data: TrainingData, rows: [Int], reading features: [Int]) throws(TrainingError) -> LogisticModel {
        var model = try fit(data.reading(features), rows: rows)
        for index in model.terms.indices { model.terms[index].feature = features[model.terms[index].feature] }
        return model
    }
}
