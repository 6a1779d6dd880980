/// A tree model laid out for scoring.
///
/// The numbers of the tables are multiples of one power of two, small enough to leave no trace (about 2^-50 of the
/// largest margin the trees can give) and so large that every sum of them is exact. Hence a leaf is the exact sum of
/// the tree's expected value and its row of attributions, the trees' sum does not depend on the order in which it is
/// made, and the margin is the same to the bit however rows and trees are batched:
///
///     margin = (the base's intercept + its features' contributions in order) + Σ leaves
///     contribution = what the base's terms add + Σ attributions
struct TreeScorer: Sendable {
    /// The linear base; its intercept is always there.
    let base: LogisticScorer
    /// The margin before any feature.
    let bias: Double
    /// The trees.
    let tables: TreeTables

    var featureCount: Int { base.featureCount }

    /// - Throws: ``ModelFileError`` with code `invalid` if the model does not fit the features or its limits.
    init(_ model: TreeModel, features: [ModelFeature]) throws(ModelFileError) {
        try model.checkStructure(features: features)
        self.base = try LogisticScorer(model.base, features: features, path: "linear_base")
        self.tables = TreeTables(TreeLayout(model.trees, features: features))
        self.bias = base.intercept + tables.expected
    }

    /// The margin of a row.
    func margin(_ values: UnsafeBufferPointer<Double>) -> Double { baseMargin(values) + tables.sum(values) }

    /// The margins of rows that stand one after another.
    func margins(of rows: UnsafeBufferPointer<Double>, into margins: UnsafeMutableBufferPointer<Double>) {
        for row in margins.indices {
            let range = row * featureCount..<(row + 1) * featureCount
            margins[row] = baseMargin(UnsafeBufferPointer(rebasing: rows[range]))
        }
        tables.addSums(of: rows, to: margins, featureCount: featureCount)
    }

    private func baseMargin(_ values: UnsafeBufferPointer<Double>) -> Double {
        guard base.hasTerms else { return base.intercept }
        return values.indices.reduce(base.intercept) { $0 + base.contribution(of: $1, value: values[$1]) }
    }

    /// The margin of a row and each feature's contribution to it.
    func score(
        _ values: UnsafeBufferPointer<Double>, contributions: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let trees = tables.sum(values, attributions: contributions)
        var sum = base.intercept
        if base.hasTerms {
            for feature in values.indices {
                let linear = base.contribution(of: feature, value: values[feature])
                sum += linear
                contributions[feature] += linear
            }
        }
        return sum + trees
    }
}
