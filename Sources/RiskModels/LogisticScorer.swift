internal import RiskCore

/// The code of a present categorical value: itself if it is one of `count` codes, else `count`, which means "other".
@inline(__always)
func categoryCode(_ value: Double, count: Int) -> Int {
    // Compared as numbers first: a golden input may hold any, and not every one has an Int.
    guard value >= 0, value < Double(count) else { return count }
    let code = Int(value)
    return Double(code) == value ? code : count
}

/// A logistic model laid out for scoring: one row of terms for each feature.
///
/// The margin is one Float64 sum in fixed order: the intercept, then the features' contributions in order. A
/// contribution is the sum of its terms in order. The order never depends on the batch, so neither do the bits.
struct LogisticScorer: Sendable {
    let intercept: Double
    /// Whether any feature adds anything.
    var hasTerms: Bool { !terms.isEmpty }
    private let terms: [LogisticTerm.Shape]
    /// Feature f owns the terms firstTerm[f] ..< firstTerm[f + 1].
    private let firstTerm: [Int]

    var featureCount: Int { firstTerm.count - 1 }

    /// - Throws: ``ModelFileError`` with code `invalid` if terms, features and numbers do not fit together.
    init(_ model: LogisticModel, features: [ModelFeature], path: String) throws(ModelFileError) {
        guard model.terms.count <= 4 * features.count else {
            throw ModelFileError(
                .invalid,
                "\(path).terms: expected at most 4 for each of the \(features.count) features, "
                    + "found \(model.terms.count)")
        }
        guard model.intercept.isFinite else {
            throw ModelFileError(.invalid, "\(path).intercept: expected a finite number, found \(model.intercept)")
        }
        var firstTerm = Array(repeating: 0, count: features.count + 1)
        var previous = 0
        for (index, term) in model.terms.enumerated() {
            let path = "\(path).terms[\(index)]"
            guard features.indices.contains(term.feature), term.feature >= previous else {
                throw ModelFileError(
                    .invalid,
                    "\(path).feature: expected \(previous) to \(features.count - 1), found \(term.feature)"
                )
            }
            try Self.check(term.shape, of: features[term.feature], path: path)
            previous = term.feature
            firstTerm[term.feature + 1] = index + 1
        }
        for feature in features.indices { firstTerm[feature + 1] = max(firstTerm[feature + 1], firstTerm[feature]) }
        self.intercept = model.intercept
        self.terms = model.terms.map(\.shape)
        self.firstTerm = firstTerm
    }

    /// The margin of a row.
    func margin(_ values: UnsafeBufferPointer<Double>) -> Double {
        guard hasTerms else { return intercept }
        return values.indices.reduce(intercept) { $0 + contribution(of: $1, value: values[$1]) }
    }

    /// What one feature's value adds to the margin. O(terms of the feature), no allocation.
    func contribution(of feature: Int, value: Double) -> Double {
        var sum = 0.0
        for index in firstTerm[feature]..<firstTerm[feature + 1] {
            switch terms[index] {
            case .numeric(let transform, let center, let scale, let weight):
                if !value.isNaN { sum += weight * ((transform(value) - center) / scale) }
            case .missing(let weight):
                if value.isNaN { sum += weight }
            case .category(let weights):
                if !value.isNaN { sum += weights[categoryCode(value, count: weights.count - 1)] }
            }
        }
        return sum
    }

    private static func check(
        _ shape: LogisticTerm.Shape, of feature: ModelFeature, path: String
    ) throws(ModelFileError) {
        func require(_ condition: Bool, _ expected: String) throws(ModelFileError) {
            guard condition else { throw ModelFileError(.invalid, "\(path): expected \(expected)") }
        }
        // Far above what training gives, and small enough for every margin to be finite.
        let magnitude = 1e9
        switch shape {
        case .numeric(_, let center, let scale, let weight):
            try require(feature.categories == nil, "a category term for the categorical feature \(feature.name)")
            try require(
                center.isFinite && abs(weight) <= magnitude, "a finite center and a weight of at most \(magnitude)")
            try require(scale.isFinite && scale >= 1e-30, "a scale of at least 1e-30, found \(scale)")
        case .missing(let weight):
            try require(abs(weight) <= magnitude, "a weight of at most \(magnitude)")
        case .category(let weights):
            try require(feature.categories != nil, "a numeric term for the numeric feature \(feature.name)")
            let count = (feature.categories?.count ?? 0) + 1
            try require(weights.count == count, "\(count) weights, found \(weights.count)")
            try require(weights.allSatisfy { abs($0) <= magnitude }, "weights of at most \(magnitude)")
        }
    }
}
