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

        var columnCount: Int {
            if case .category(let count) = kind { return count }
            return 1
        }
    }

    private(set) var terms: [Term] = []
    /// For each column of the design: 1 if its weight must be at least 0, -1 if at most 0, 0 if it is free.
    private(set) var signs: [Int] = [0]
    /// Whether no column loses more to Float32 than 2⁻¹⁴ of its standard deviation, but for outliers that lose 2⁻²⁴ of
    /// themselves.
    private(set) var fitsFloat32 = true

    var columnCount: Int { signs.count }

    /// What can be said of a feature without looking at the others.
    private struct Draft: Sendable {
        var kinds: [Term.Kind]
        var missingPattern: [UInt64]?
        var fitsFloat32 = true
    }

    /// The largest mean, in standard deviations, of a column that is not centred and fits Float32.
    private static let float32MeanLimit = 1024.0

    /// Plans the terms for some rows of the data. O(rows × features).
    init(_ data: TrainingData, rows: [Int], threads: Int = 1) {
        let drafts = parallelMap(data.features.count, threads: threads) { Self.draft($0, data, rows) }
        var patterns: Set<[UInt64]> = []
        for (index, draft) in drafts.enumerated() {
            let direction = data.features[index].direction
            let sign = direction == .free ? 0 : direction == .raises ? 1 : -1
            for kind in draft.kinds { add(index, kind, sign: sign) }
            fitsFloat32 = fitsFloat32 && draft.fitsFloat32
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
        let isCentered = feature.direction == .free
        var draft = Draft(kinds: [], missingPattern: pattern)
        for transform in usefulTransforms(data.transforms[index], column, rows) {
            guard let (mean, scale) = spread(transform, column, rows, data.weights) else { continue }
            draft.kinds.append(.numeric(transform, center: isCentered ? mean : 0, scale: scale))
            if !isCentered, abs(mean) > float32MeanLimit * scale { draft.fitsFloat32 = false }
        }
        return draft
    }

    private mutating func add(_ feature: Int, _ kind: Term.Kind, sign: Int) {
        let term = Term(feature: feature, kind: kind, firstColumn: columnCount)
        terms.append(term)
        signs.append(contentsOf: repeatElement(sign, count: term.columnCount))
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

    /// Mean and standard deviation of a transformed column; nil if its values do not differ or their spread overflows.
    private static func spread(
        _ transform: NumericTransform, _ column: [Double], _ rows: [Int], _ weights: [Double]?
    ) -> (mean: Double, scale: Double)? {
        let values = rows.map { transform(column[$0]) }
        var (total, sum, largest) = (0.0, 0.0, 0.0)
        for (index, value) in values.enumerated() where !value.isNaN {
            let weight = weights?[rows[index]] ?? 1
            total += weight
            sum += weight * value
            largest = max(largest, abs(value))
        }
        let mean = sum / total
        var squares = 0.0
        for (index, value) in values.enumerated() where !value.isNaN {
            squares += (weights?[rows[index]] ?? 1) * ((value - mean) * (value - mean))
        }
        let scale = (squares / total).squareRoot()
        guard mean.isFinite, scale.isFinite, scale > 1e-12 * largest else { return nil }
        return (mean, scale)
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
    ///
    /// - Parameter withoutZeros: Whether terms that add nothing are left out.
    func model(_ weights: [Double], withoutZeros: Bool = false) -> LogisticModel {
        precondition(weights.count == columnCount, "\(weights.count) weights for \(columnCount) columns")
        let terms = terms.compactMap { term -> LogisticTerm? in
            let columns = term.firstColumn..<term.firstColumn + term.columnCount
            if withoutZeros, weights[columns].allSatisfy({ $0 == 0 }) { return nil }
            let first = weights[term.firstColumn]
            switch term.kind {
            case .numeric(let transform, let center, let scale):
                let shape = LogisticTerm.Shape.numeric(
                    transform: transform, center: center, scale: scale, weight: first)
                return LogisticTerm(feature: term.feature, shape: shape)
            case .missing:
                return LogisticTerm(feature: term.feature, shape: .missing(weight: first))
            case .category:
                return LogisticTerm(feature: term.feature, shape: .category(weights: Array(weights[columns])))
            }
        }
        return LogisticModel(intercept: weights[0], terms: terms)
    }
}
