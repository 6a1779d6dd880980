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

    /// What can be said of a feature without looking at the others.
    private struct Draft: Sendable {
        var kinds: [Term.Kind]
        var missingPattern: [UInt64]?
    }

    /// Plans the terms for some rows of the data. O(rows × features).
    init(_ data: TrainingData, rows: [Int], threads: Int = 1) {
        let drafts = parallelMap(data.features.count, threads: threads) { Self.draft($0, data, rows) }
        var patterns: Set<[UInt64]> = []
        for (index, draft) in drafts.enumerated() {
            let direction = data.features[index].direction
            let sign = direction == .free ? 0 : direction == .raises ? 1 : -1
            for kind in draft.kinds { add(index, kind, sign: sign) }
            // Two indicators that never differ would only share one weight between them.
            if let pattern = draft.missingPattern, patterns.insert(pattern).inserted {
                add(index, .missing, sign: -sign)
            }
        }
    }

    private static func draft(_ index: Int, _ data: TrainingData, _ rows: [Int]) -> Draft {
        let feature = data.features[index]
        let column = data.columns[index]
        let pattern = missingPattern(column, rows)
        if let categories = feature.categories {
            precondition(feature.direction == .free, "\(feature.name) is categorical and cannot have a direction")
            return Draft(kinds: [.category(columnCount: categories.count + 1)], missingPattern: pattern)
        }
        let kinds = usefulTransforms(data.transforms[index], column, rows).compactMap {
            numeric($0, column, rows, data.weights, isCentered: feature.direction == .free)
        }
        return Draft(kinds: kinds, missingPattern: pattern)
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
        let present = rows.filter { !column[$0].isNaN }
        let values = present.map { transform(column[$0]) }
        var (total, sum, largest) = (0.0, 0.0, 0.0)
        for (row, value) in zip(present, values) {
            let weight = weights?[row] ?? 1
            total += weight
            sum += weight * value
            largest = max(largest, abs(value))
        }
        let mean = sum / total
        var squares = 0.0
        for (row, value) in zip(present, values) {
            squares += (weights?[row] ?? 1) * ((value - mean) * (value - mean))
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
