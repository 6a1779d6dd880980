internal import RiskCore
internal import RiskModels

/// Which terms a logistic model has, how they are scaled, and in which column of the design matrix each stands.
///
/// Column 0 is the intercept's. A free feature is centred at its mean, so that a missing value, which adds 0, counts as
/// an average one. A directed feature is never negative and centred at 0, so that its sign bounds prove that a present
/// value never adds less (or more) than a missing one.
struct TermPlan: Sendable {
    /// One term.
    struct Term: Sendable {
        enum Kind: Sendable {
            case numeric(NumericTransform, center: Double, scale: Double)
            case missing
            case category(columnCount: Int)
        }
        var feature: Int
        var kind: Kind
        var firstColumn: Int
    }

    private(set) var terms: [Term] = []
    /// For each column of the design: 1 if its weight must be at least 0, -1 if at most 0, 0 if it is free.
    private(set) var signs: [Int] = [0]

    var columnCount: Int { signs.count }

    /// Plans the terms for some rows of the data. O(rows × features).
    init(_ data: TrainingData, rows: [Int]) {
        var patterns: Set<[UInt64]> = []
        for (index, feature) in data.features.enumerated() {
            let column = data.columns[index]
            let sign = feature.direction == .free ? 0 : feature.direction == .raises ? 1 : -1
            if let categories = feature.categories {
                add(index, .category(columnCount: categories.count + 1), sign: 0)
            } else {
                for transform in Self.usefulTransforms(data.transforms[index], column, rows) {
                    let weights = data.weights
                    if let kind = Self.numeric(transform, column, rows, weights, isCentered: sign == 0) {
                        add(index, kind, sign: sign)
                    }
                }
            }
            // Two indicators that never differ would only share one weight between them.
            if let pattern = Self.missingPattern(column, rows), patterns.insert(pattern).inserted {
                add(index, .missing, sign: -sign)
            }
        }
    }

    private mutating func add(_ feature: Int, _ kind: Term.Kind, sign: Int) {
        terms.append(Term(feature: feature, kind: kind, firstColumn: columnCount))
        var width = 1
        if case .category(let count) = kind { width = count }
        signs.append(contentsOf: repeatElement(sign, count: width))
    }

    /// On two distinct numbers all transformations say the same, so one is enough.
    private static func usefulTransforms(
        _ transforms: [NumericTransform], _ column: [Double], _ rows: [Int]
    ) -> ArraySlice<NumericTransform> {
        var first: Double?
        var second: Double?
        for row in rows where !column[row].isNaN && column[row] != first && column[row] != second {
            if first == nil {
                first = column[row]
            } else if second == nil {
                second = column[row]
            } else {
                return transforms[...]
            }
        }
        return transforms.prefix(1)
    }

    /// The scaled term of a transformation; nil if its values do not differ or their spread overflows.
    private static func numeric(
        _ transform: NumericTransform, _ column: [Double], _ rows: [Int], _ weights: [Double]?, isCentered: Bool
    ) -> Term.Kind? {
        var (total, sum, largest) = (0.0, 0.0, 0.0)
        for row in rows where !column[row].isNaN {
            let value = transform(column[row])
            let weight = weights?[row] ?? 1
            total += weight
            sum += weight * value
            largest = max(largest, abs(value))
        }
        let mean = sum / total
        var squares = 0.0
        for row in rows where !column[row].isNaN {
            let difference = transform(column[row]) - mean
            squares += (weights?[row] ?? 1) * (difference * difference)
        }
        let scale = (squares / total).squareRoot()
        guard mean.isFinite, scale.isFinite, scale > 1e-12 * largest else { return nil }
        return .numeric(transform, center: isCentered ? mean : 0, scale: scale)
    }

    /// One bit for each row; nil if no value is missing, or every one.
    private static func missingPattern(_ column: [Double], _ rows: [Int]) -> [UInt64]? {
        var bits = Array(repeating: UInt64(0), count: (rows.count + 63) / 64)
        var count = 0
        for (index, row) in rows.enumerated() where column[row].isNaN {
            bits[index / 64] |= 1 << UInt64(index % 64)
            count += 1
        }
        return count == 0 || count == rows.count ? nil : bits
    }

    /// The model with the given weight for each column of the design.
    func model(_ weights: [Double]) -> LogisticModel {
        precondition(weights.count == columnCount, "\(weights.count) weights for \(columnCount) columns")
        let terms = terms.map { term -> LogisticTerm in
            let first = weights[term.firstColumn]
            switch term.kind {
            case .numeric(let transform, let center, let scale):
                let shape = LogisticTerm.Shape.numeric(
                    transform: transform, center: center, scale: scale, weight: first)
                return LogisticTerm(feature: term.feature, shape: shape)
            case .missing:
                return LogisticTerm(feature: term.feature, shape: .missing(weight: first))
            case .category(let count):
                let slice = weights[term.firstColumn..<term.firstColumn + count]
                return LogisticTerm(feature: term.feature, shape: .category(weights: Array(slice)))
            }
        }
        return LogisticModel(intercept: weights[0], terms: terms)
    }
}
