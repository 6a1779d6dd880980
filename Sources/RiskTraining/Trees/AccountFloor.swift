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
    /// What it gives for each row of the data.
    private let margins: [Double]

    /// The pull on the line's weights, ``TrainingOptions/l2``, for each unit of the rows' weight, and at least. What
    /// keeps the line from leaning on what only the known campaigns have grows with the rows, since more rows of them
    /// do not show it.
    private static let (pull, leastPull) = (2e-4, 1.0)
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
        options.l2 = max(Self.leastPull, Self.pull * rows.reduce(0) { $0 + (data.weights?[$1] ?? 1) })
        model = try Self.fit(data, rows: rows, reading: own, LogisticLearner(options: options))
        margins = try data.margins(of: .logistic(model), threads: options.threads)
    }

    /// Fits a line that rises with the logarithm alone of numbers that may be large, counts and amounts: a customer
    /// with a hundred times what anybody had before is some steps higher, not a hundred times as high.
    ///
    /// With the number itself it may fall, which costs nobody anything. Where it comes out rising, the line is fitted
    /// again without.
    private static func fit(
        _ data: TrainingData, rows: [Int], reading own: [Int], _ learner: LogisticLearner
    ) throws(TrainingError) -> LogisticModel {
        var data = data
        let large = own.filter { feature in
            data.transforms[feature].contains(.signedLog) && rows.contains { abs(data.columns[feature][$0]) > 1 }
        }
        for feature in large where rows.contains(where: { data.columns[feature][$0] < 0 }) {
            data.transforms[feature] = [.signedLog]
        }
        while true {
            let model = try learner.fit(data, rows: rows, reading: own)
            let rising = model.terms.filter { large.contains($0.feature) && $0.risesWithoutEnd }
            if rising.isEmpty { return model }
            for term in rising { data.transforms[term.feature] = [.signedLog] }
        }
    }

    /// What to add to the line to make it as quiet as it is to be.
    ///
    /// - Parameters:
    ///   - trees: The trees' margin of each row of the data.
    ///   - rows: Those of the rows that show how loud trees are; best such as they have not seen.
    func shift(to trees: [Double], _ data: TrainingData, rows: [Int]) -> Double {
        // The line has too few weights to know single rows of many, so all of them may say how loud it is.
        let all = data.unaltered(Array(0..<data.rowCount))
        return highest(Self.treeShare, of: trees, data, rows) - highest(Self.lineShare, of: margins, data, all)
    }

    /// The highest margin that more than a share of the honest accounts reach.
    private func highest(_ share: Double, of margins: [Double], _ data: TrainingData, _ rows: [Int]) -> Double {
        let peaks = ThresholdPolicy.highestOfHonest(margins, data.labels, data.groups, rows: rows)
        return peaks[Int(share * Double(peaks.count))]
    }

    /// The line, moved.
    func shifted(by shift: Double) -> LogisticModel {
        LogisticModel(intercept: model.intercept + shift, terms: model.terms)
    }
}

extension LogisticTerm {
    /// Whether it grows in proportion to its number.
    fileprivate var risesWithoutEnd: Bool {
        if case .numeric(.identity, _, _, let weight) = shape { weight > 0 } else { false }
    }
}
