internal import Glibc
internal import RiskCore
internal import RiskModels

/// Fits gradient-boosted trees on a base, and chooses the base where that is left open.
///
/// A model may be the mean of several forests (``Forests``).
struct TreeLearner {
    let options: TrainingOptions

    /// What is left to choose before a model can be fitted.
    struct Recipe {
        /// What the trees stand on.
        var base: TreeOptions.Base
        /// Trees to grow in each forest.
        var treeCounts: [Int]
        /// What the floor's intercept is moved by; nil: it is found on the rows that are fitted.
        var floorShift: Double?
    }

    /// A fit on some rows that others have judged.
    struct Choice {
        var model: TreeModel
        /// How it was fitted.
        var recipe: Recipe
        /// What was tried.
        var candidates: [Candidate]
    }

    /// A base that was tried, and the log loss that the trees on it came to on held-out rows as they came, before any
    /// calibration.
    struct Candidate: Equatable {
        var base: TreeOptions.Base
        var loss: Double
    }

    private var trees: TreeOptions { options.trees }

    /// Fits to some rows and stops, and chooses the base, by others.
    ///
    /// A base is taken on its own word only if there is no other to try. Else the second wants the log loss of the
    /// held-out rows as they came to fall by more than the standard error of that fall, and that of all, weighed as
    /// they are fitted and altered twins included, not to rise by more than its own: rows that nobody sent cannot win
    /// the choice, but they can forbid it.
    ///
    /// - Parameter data: With the weights that rows stand for; fitted to by ``TrainingData/toFit``.
    func choose(
        _ data: TrainingData, _ table: BinnedTable, fitted: [Int], heldOut: [Int],
        progress: @escaping TrainingProgress
    ) throws(TrainingError) -> Choice {
        let toFit = data.toFit
        let kinds = trees.basesToTry
        let forests = Forests(toFit, table, options: options)
        let limits = Array(repeating: trees.treeLimit, count: forests.count)
        var choice: Choice?
        var chosenMargins: [Double] = []
        var candidates: [Candidate] = []
        let asTheyCame = data.unaltered(heldOut)
        for (index, kind) in kinds.enumerated() {
            let base = try base(kind, toFit, rows: fitted)
            let result = try forests.grow(
                start: base.margins, fitted: fitted, heldOut: heldOut, treeLimits: limits
            ) { progress("growing trees", (Double(index) + $0) / Double(kinds.count)) }
            candidates.append(Candidate(base: kind, loss: loss(result.margins, data, asTheyCame)))
            if choice == nil
                || isClearlyBetter(result.margins, than: chosenMargins, data, asTheyCame)
                    && !isClearlyBetter(chosenMargins, than: result.margins, toFit, heldOut)
            {
                choice = Choice(
                    model: model(base, result.trees), recipe: Recipe(base: kind, treeCounts: result.treeCounts),
                    candidates: [])
                chosenMargins = result.margins
            }
        }
        guard var choice else { preconditionFailure("no base was tried") }
        choice.candidates = candidates
        if let floor = try floor(toFit, rows: fitted) {
            let shift = shift(of: floor, to: chosenMargins, data, asTheyCame)
            choice.recipe.floorShift = shift
            choice.model.floor = floor.shifted(by: shift)
        }
        return choice
    }

    /// Fits to some rows by a recipe.
    func fit(
        _ data: TrainingData, _ table: BinnedTable, rows: [Int], by recipe: Recipe, progress: @escaping TrainingProgress
    ) throws(TrainingError) -> TreeModel {
        let base = try base(recipe.base, data, rows: rows)
        let result = try Forests(data, table, options: options).grow(
            start: base.margins, fitted: rows, heldOut: [], treeLimits: recipe.treeCounts
        ) { progress("growing trees", $0) }
        var model = model(base, result.trees)
        let asTheyCame = data.counted(data.unaltered(rows))
        model.floor = try floor(data, rows: rows).map { floor in
            floor.shifted(by: recipe.floorShift ?? shift(of: floor, to: result.margins, data, asTheyCame))
        }
        return model
    }

    private func floor(_ data: TrainingData, rows: [Int]) throws(TrainingError) -> AccountFloor? {
        guard trees.floor == .account else { return nil }
        return try AccountFloor(data, rows: rows, options: options)
    }

    /// See ``AccountFloor/shift(to:_:rows:)``; the margins are those of growing, which ``model(_:_:)`` puts right.
    private func shift(of floor: AccountFloor, to margins: [Double], _ data: TrainingData, _ rows: [Int]) -> Double {
        floor.shift(to: margins, data, rows: rows) - log(trees.positiveWeight)
    }

    private func loss(_ margins: [Double], _ data: TrainingData, _ rows: [Int]) -> Double {
        let shift = log(trees.positiveWeight)
        return StoppingFigures(
            margins: rows.map { margins[$0] - shift }, labels: rows.map { data.labels[$0] },
            weights: data.weights.map { weights in rows.map { weights[$0] } }
        ).value(.logLoss)
    }

    /// Whether the log loss falls by more than the standard error of the fall.
    private func isClearlyBetter(
        _ margins: [Double], than others: [Double], _ data: TrainingData, _ rows: [Int]
    ) -> Bool {
        guard rows.count > 1 else { return false }
        let shift = log(trees.positiveWeight)
        let falls = rows.map { row in
            (data.weights?[row] ?? 1)
                * (logLoss(margin: others[row] - shift, isPositive: data.labels[row])
                    - logLoss(margin: margins[row] - shift, isPositive: data.labels[row]))
        }
        let mean = falls.reduce(0, +) / Double(falls.count)
        let variance = falls.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(falls.count - 1)
        return mean > (variance / Double(falls.count)).squareRoot()
    }

    // MARK: - Base

    private struct Base {
        var model: LogisticModel
        var margins: [Double]
    }

    private func base(
        _ kind: TreeOptions.Base, _ data: TrainingData, rows: [Int]
    ) throws(TrainingError) -> Base {
        var weighted = data
        if trees.positiveWeight != 1 {
            weighted.weights = (0..<data.rowCount).map {
                (data.weights?[$0] ?? 1) * (data.labels[$0] ? trees.positiveWeight : 1)
            }
        }
        switch kind {
        case .none, .auto:
            let intercept = try weighted.knownLogOdds(of: rows)
            return Base(
                model: LogisticModel(intercept: intercept, terms: []),
                margins: Array(repeating: intercept, count: data.rowCount))
        case .linear:
            let model = try LogisticLearner(options: options).fit(weighted, rows: rows)
            return Base(model: model, margins: try data.margins(of: .logistic(model), threads: options.threads))
        }
    }

    /// Trees on their base. Fitted with W times the positives, log-odds are too high by ln W.
    private func model(_ base: Base, _ grown: TreeList) -> TreeModel {
        let intercept = base.model.intercept - log(trees.positiveWeight)
        return TreeModel(
            base: LogisticModel(intercept: intercept, terms: base.model.terms), trees: grown.symmetric,
            leafWiseTrees: grown.leafWise)
    }
}
