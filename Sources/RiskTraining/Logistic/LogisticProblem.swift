internal import Glibc
internal import RiskLinearAlgebra
internal import RiskModels

/// Rows made ready for logistic regressions: the terms and the design stay, the penalties may differ from fit to fit,
/// and each fit may start from the weights of another.
///
/// A fit costs the summed log losses + l2 ÷ 2 × Σ weight² + l1 × Σ |weight|, the intercept left out of both sums. With
/// N the summed weights of the rows these are glmnet's λ and α by l1 = N λ α, l2 = N λ (1 − α), and scikit-learn's C
/// and `l1_ratio` by l1 = l1_ratio ÷ C, l2 = (1 − l1_ratio) ÷ C.
struct LogisticProblem: Sendable {
    /// Columns of the design matrix at most: one for each term and for each category. Half a gigabyte of Hessian.
    static let columnLimit = 8192
    /// No slope that is left at the end is larger than this for each row (by weight).
    static let slopeTolerance = 1e-10

    let plan: TermPlan
    private let design: Design
    private let labels: [Bool]
    private let weights: [Double]?
    private let threads: Int
    private let total: Double
    private let logOdds: Double

    /// - Throws: ``TrainingError`` with code `oneClass` or `tooLarge`.
    init(_ data: TrainingData, rows: [Int], threads: Int) throws(TrainingError) {
        data.checkShapes()
        total = rows.reduce(0.0) { $0 + (data.weights?[$1] ?? 1) }
        logOdds = try data.knownLogOdds(of: rows)
        plan = TermPlan(data, rows: rows, threads: threads)
        guard plan.columnCount <= Self.columnLimit else {
            throw TrainingError(
                .tooLarge,
                "expected at most \(Self.columnLimit) terms and categories, found \(plan.columnCount); leave out "
                    + "columns with many categories")
        }
        design = Design(plan, data, rows: rows, threads: threads)
        labels = data.labels
        weights = data.weights
        self.threads = threads
    }

    /// The weights that cost least, one for each column of the design.
    ///
    /// - Parameters:
    ///   - start: Weights to start from, such as those under other penalties; nil: the log-odds of all rows, and of
    ///     many rows the weights that a part of them asks for.
    ///   - report: Hears the number of steps done.
    /// - Throws: ``TrainingError`` with code `notConverged`.
    func fit(
        l1: Double, l2: Double, from start: [Double]? = nil, report: (Int) -> Void = { _ in }
    ) throws(TrainingError) -> ProximalNewton.Result {
        let objective = LogisticObjective(
            design: design, labels: labels, weights: weights, l2: l2, threads: threads, blocks: nil)
        var first = start ?? []
        if start == nil {
            first = Array(repeating: 0, count: plan.columnCount)
            first[0] = logOdds
            first = partFit(objective, l1: l1, from: first) ?? first
        }
        return try newton(l1: l1, share: 1, tolerance: Self.slopeTolerance)
            .minimise(from: first, report: report) { objective.evaluate($0, withHessian: $1) }
    }

    // MARK: - The first weights

    /// Every so many blocks one is taken into the part.
    private static let partStep = 16
    /// A part has this many rows for each column at least.
    private static let partRowsPerColumn = 100

    /// The weights that every sixteenth block asks for: a fit of all rows starts so near to its end that it takes two
    /// or three steps less, for less than half of one. nil if the part is too small to say much.
    private func partFit(_ all: LogisticObjective, l1: Double, from start: [Double]) -> [Double]? {
        let blocks = Array(stride(from: 0, to: design.blockCount, by: Self.partStep))
        let rows = blocks.flatMap { design.blockRows($0) }
        let positives = rows.count { labels[$0] && weights?[$0] ?? 1 > 0 }
        let negatives = rows.count { !labels[$0] && weights?[$0] ?? 1 > 0 }
        guard design.blockCount >= Self.partStep, rows.count >= Self.partRowsPerColumn * plan.columnCount,
            min(positives, negatives) >= plan.columnCount
        else { return nil }
        let share = rows.reduce(0.0) { $0 + (weights?[$1] ?? 1) } / total
        let part = LogisticObjective(
            design: design, labels: labels, weights: weights, l2: all.l2 * share, threads: threads, blocks: blocks)
        // Nearer would be lost on the way to all rows.
        let result = try? newton(l1: l1 * share, share: share, tolerance: 1e-4)
            .minimise(from: start, report: { _ in }) { part.evaluate($0, withHessian: $1) }
        return result?.point
    }

    private func newton(l1: Double, share: Double, tolerance: Double) -> ProximalNewton {
        let penalties = [0] + Array(repeating: l1, count: plan.columnCount - 1)
        return ProximalNewton(
            penalty: WeightPenalty(signs: plan.signs, l1: penalties), gradientTolerance: tolerance * share * total)
    }
}
