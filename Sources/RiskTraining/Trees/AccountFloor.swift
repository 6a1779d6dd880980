internal import RiskCore
internal import RiskModels

/// A line in what an account shows by itself, below which no margin of trees is to be.
///
/// The line says more of everybody than trees do, and as it is it would hold up the margins of many honest accounts.
/// So it is moved to where it is the quieter one among them: what a hundredth of the honest accounts reach by trees, a
/// thousandth reach by the line. It then adds some tenth to whom a threshold flags by mistake.
struct AccountFloor {
    /// The line as it was fitted.
    private let model: LogisticModel
    private let line: LoadedModel

    /// The pull on the line's weights, ``TrainingOptions/l2``, for each unit of the rows' weight: what keeps the line
    /// from leaning on what only the known campaigns have grows with the rows, since more rows of them do not show it.
    private static let pull = 2e-4
    /// The share of honest accounts whose highest margin by trees is compared: some dozens of those held out.
    private static let treeShare = 0.01
    /// The share of honest accounts whose highest margin by the line is to be the same.
    private static let lineShare = 0.001

    /// Fits the line; nil if no feature is the account's own.
    ///
    /// - Parameter rows: The rows to learn from, of which altered copies are left out: they show others' looks, or the
    ///   account's own a second time.
    init?(_ data: TrainingData, rows: [Int], options: TrainingOptions) throws(TrainingError) {
        let own = data.features.indices.filter { index in
            FeatureCatalogue.feature(named: data.features[index].name)?.speaksOfAccountAlone ?? true
        }
        guard !own.isEmpty else { return nil }
        let rows = data.unaltered(rows)
        var options = options
        options.l1 = 0
        options.l2 = Self.pull * rows.reduce(0) { $0 + (data.weights?[$1] ?? 1) }
        model = try LogisticLearner(options: options).fit(data, rows: rows, reading: own)
        line = try model.loaded(data.features)
    }

    /// What to add to the line to make it as quiet as it is to be.
    ///
    /// - Parameters:
    ///   - trees: The trees' margin of each row of the data.
    ///   - rows: Those of the rows that show how loud trees are; best such as they have not seen.
    func shift(to trees: [Double], _ data: TrainingData, rows: [Int]) -> Double {
        // The line has too few weights to know single rows, so all of them may say how loud it is.
        let all = data.unaltered(Array(0..<data.rowCount))
        return highest(share: Self.treeShare, data, rows) { trees[$0] }
            - highest(share: Self.lineShare, data, all) { line.margin(data.vector($0)) }
    }

    /// The highest margin that more than a share of the honest accounts reach.
    private func highest(
        share: Double, _ data: TrainingData, _ rows: [Int], margin: (Int) -> Double
    ) -> Double {
        let peaks = ThresholdPolicy.highestOfHonest(
            rows.map(margin), rows.map { data.labels[$0] }, data.groups.map { groups in rows.map { groups[$0] } })
        return peaks[Int(share * Double(peaks.count))]
    }

    /// The line, moved.
    func shifted(by shift: Double) -> LogisticModel {
        LogisticModel(intercept: model.intercept + shift, terms: model.terms)
    }
}

extension LogisticModel {
    /// Ready to score rows of these features.
    ///
    /// - Throws: ``TrainingError`` with code `badModel`.
    func loaded(_ features: [ModelFeature]) throws(TrainingError) -> LoadedModel {
        let document = ModelDocument(name: "line", features: features, kind: .logistic(self))
        do { return try LoadedModel(document, digest: []) } catch {
            throw TrainingError(.badModel, "a logistic regression does not load: \(error)")
        }
    }
}
