/// A model of any kind, laid out for scoring.
enum ModelScorer: Sendable {
    case logistic(LogisticScorer)
    case trees(TreeScorer)

    /// Checks and lays out a model, and proves its directions.
    init(
        _ kind: ModelKind, features: [ModelFeature], kernel: TreeKernel, looksUp: Bool
    ) throws(ModelFileError) {
        switch kind {
        case .logistic(let model):
            self = .logistic(try LogisticScorer(model, features: features, path: "logistic"))
            try LogisticScorer.proveMonotone(model, features: features, path: "logistic")
        case .trees(let model):
            self = .trees(try TreeScorer(model, features: features, kernel: kernel, looksUp: looksUp))
            try model.proveMonotone(features: features)
        }
    }

    /// The margin before any feature.
    var bias: Double {
        switch self {
        case .logistic(let scorer): scorer.intercept
        case .trees(let scorer): scorer.bias
        }
    }

    /// The margin of a row.
    func margin(_ values: UnsafeBufferPointer<Double>) -> Double {
        switch self {
        case .logistic(let scorer): scorer.margin(values)
        case .trees(let scorer): scorer.margin(values)
        }
    }

    /// The margins of rows that stand one after another.
    func margins(
        of rows: UnsafeBufferPointer<Double>, into margins: UnsafeMutableBufferPointer<Double>, featureCount: Int
    ) {
        switch self {
        case .logistic:
            for row in margins.indices { margins[row] = margin(rows.row(row, of: featureCount)) }
        case .trees(let scorer): scorer.margins(of: rows, into: margins)
        }
    }

    /// The margin of a row; overwrites one contribution for each feature.
    ///
    /// - Parameter isExact: Whether contributions are Float64 throughout, whatever that costs.
    func score(
        _ values: UnsafeBufferPointer<Double>, contributions: UnsafeMutableBufferPointer<Double>, isExact: Bool = false
    ) -> Double {
        switch self {
        case .logistic(let scorer):
            var margin = scorer.intercept
            for feature in values.indices {
                contributions[feature] = scorer.contribution(of: feature, value: values[feature])
                margin += contributions[feature]
            }
            return margin
        case .trees(let scorer): return scorer.score(values, contributions: contributions, isExact: isExact)
        }
    }
}
