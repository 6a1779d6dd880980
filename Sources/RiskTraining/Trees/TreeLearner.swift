internal import Glibc
internal import RiskCore
internal import RiskModels

/// Fits gradient-boosted trees on a base, and chooses the base where that is left open.
struct TreeLearner {
    let options: TrainingOptions

    /// A fit on some rows that others have judged.
    struct Choice {
        var model: TreeModel
        /// What the trees stand on.
        var base: TreeOptions.Base
        /// Trees of each stage.
        var treeCounts: [Int]
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
        var choice: Choice?
        var chosenMargins: [Double] = []
        var candidates: [Candidate] = []
        let asTheyCame = data.unaltered(heldOut)
        for (index, kind) in kinds.enumerated() {
            let base = try base(kind, toFit, rows: fitted)
            let result = grow(
                toFit, table, start: base.margins, fitted: fitted, heldOut: heldOut,
                treeCounts: stages(of: trees.treeLimit)
            ) { progress("growing trees", (Double(index) + $0) / Double(kinds.count)) }
            candidates.append(Candidate(base: kind, loss: loss(result.margins, data, asTheyCame)))
            if choice == nil
                || isClearlyBetter(result.margins, than: chosenMargins, data, asTheyCame)
                    && !isClearlyBetter(chosenMargins, than: result.margins, toFit, heldOut)
            {
                choice = Choice(
                    model: model(base, result.trees), base: kind, treeCounts: result.treeCounts, candidates: [])
                chosenMargins = result.margins
            }
        }
        guard var choice else { preconditionFailure("no base was tried") }
        choice.candidates = candidates
        return choice
    }

    /// How many trees to grow on all rows if so many were best on the fitted ones: in proportion to the rows.
    func treeCounts(_ counts: [Int], fitted: Int, all: Int) -> [Int] {
        zip(counts, stages(of: trees.treeLimit)).map { count, limit in
            min(limit, Int((Double(count) * Double(all) / Double(fitted)).rounded()))
        }
    }

    /// So many trees by stage. A base of the account by itself is the first stage of what others only add to.
    func stages(of count: Int) -> [Int] {
        guard trees.othersOnlyAdd else { return [count] }
        return trees.hasTwoStages ? [(count + 1) / 2, count / 2] : [0, count]
    }

    /// Fits given numbers of trees to some rows.
    func fit(
        _ data: TrainingData, _ table: BinnedTable, rows: [Int], base kind: TreeOptions.Base, treeCounts: [Int],
        progress: @escaping TrainingProgress
    ) throws(TrainingError) -> TreeModel {
        let base = try base(kind, data, rows: rows)
        let result = grow(
            data, table, start: base.margins, fitted: rows, heldOut: [], treeCounts: treeCounts
        ) { progress("growing trees", $0) }
        return model(base, result.trees)
    }

    /// The trees of all stages.
    private struct Grown {
        var trees = TreeList()
        var treeCounts: [Int] = []
        var margins: [Double]
    }

    /// Grows one stage on the margins of the one before.
    private func grow(
        _ data: TrainingData, _ table: BinnedTable, start: [Double], fitted: [Int], heldOut: [Int], treeCounts: [Int],
        progress: (Double) -> Void
    ) -> Grown {
        var grown = Grown(margins: start)
        for (stage, count) in treeCounts.enumerated() {
            var boosting = Boosting(
                data: data, table: table, options: trees, seed: options.seed &+ UInt64(stage) &* 0x6F74_6865,
                threads: options.threads)
            if trees.othersOnlyAdd {
                boosting.askable = table.columns.indices.filter {
                    Self.looksAtOthers(data.features[table.columns[$0].feature]) == (stage == 1)
                }
                boosting.onlyRises = stage == 1
                boosting.keepsAllMargins = stage == 0
            }
            if count == 0 || boosting.askable?.isEmpty == true {
                grown.treeCounts.append(0)
                continue
            }
            let result = boosting.run(start: grown.margins, fitted: fitted, heldOut: heldOut, treeLimit: count) {
                progress((Double(stage) + $0) / Double(treeCounts.count))
            }
            grown.trees += result.trees
            grown.treeCounts.append(result.trees.count)
            grown.margins = result.margins
        }
        return grown
    }

    private static func looksAtOthers(_ feature: ModelFeature) -> Bool {
        FeatureCatalogue.feature(named: feature.name).map { !$0.speaksOfAccountAlone } ?? false
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
        let learner = LogisticLearner(options: options)
        switch kind {
        case .none, .auto:
            let intercept = try logOdds(weighted, rows)
            return Base(
                model: LogisticModel(intercept: intercept, terms: []),
                margins: Array(repeating: intercept, count: data.rowCount))
        case .linear:
            let model = try learner.fit(weighted, rows: rows)
            return Base(model: model, margins: try margins(model, data))
        case .account:
            let own = data.features.indices.filter { !Self.looksAtOthers(data.features[$0]) }
            // Altered copies of an account show others' looks, or its own a second time.
            let model = try learner.fit(weighted, rows: data.unaltered(rows), reading: own)
            return Base(model: model, margins: try margins(model, data))
        }
    }

    private func logOdds(_ data: TrainingData, _ rows: [Int]) throws(TrainingError) -> Double {
        guard let logOdds = data.logOdds(of: rows) else {
            throw TrainingError(
                .oneClass, "expected rows with label 0 and with label 1, found \(rows.count) rows of one label")
        }
        return logOdds
    }

    /// What the serving code gives for each row of the data.
    private func margins(_ model: LogisticModel, _ data: TrainingData) throws(TrainingError) -> [Double] {
        let document = ModelDocument(name: "base", features: data.features, kind: .logistic(model))
        let loaded: LoadedModel
        do { loaded = try LoadedModel(document, digest: []) } catch {
            throw TrainingError(.badModel, "the linear base does not load: \(error)")
        }
        let parts = WorkerTeam(threads: options.threads).blocks(of: data.rowCount) { rows in
            rows.map { loaded.margin(data.vector($0)) }
        }
        return Array(parts.joined())
    }

    /// Trees on their base. Fitted with W times the positives, log-odds are too high by ln W.
    private func model(_ base: Base, _ grown: TreeList) -> TreeModel {
        let intercept = base.model.intercept - log(trees.positiveWeight)
        return TreeModel(
            base: LogisticModel(intercept: intercept, terms: base.model.terms), trees: grown.symmetric,
            leafWiseTrees: grown.leafWise)
    }
}
