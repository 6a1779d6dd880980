/// A tree model laid out for scoring.
///
/// The numbers of the tables are multiples of one power of two, small enough to leave no trace (about 2^-50 of the
/// largest margin the trees can give) and so large that every sum of them is exact. Hence a leaf is the exact sum of
/// the tree's expected value and its row of attributions, the trees' sum does not depend on the order in which it is
/// made, and the margin is the same to the bit however rows and trees are batched:
///
///     margin = (the base's intercept + its features' contributions in order) + Σ leaves
///     contribution = what the base's terms add + Σ attributions
///
/// unless a floor is higher (``MarginFloor``).
///
/// Symmetric trees as training makes them have leaves of few bits, which are not rounded at all; their attributions are
/// multiples of 2^-30 to 2^-29 of the largest (``TreeLayout``).
///
/// Attributions of leaf-wise trees are not tabulated: they come from a quadrature, in Float32 to serve and in Float64
/// to explain, and add up to what they should as precisely as that.
struct TreeScorer: Sendable {
    /// The linear base; its intercept is always there.
    let base: LogisticScorer
    /// The margin before any feature.
    let bias: Double
    /// The symmetric trees; nil if there are none.
    let symmetric: SymmetricEngine?
    /// The leaf-wise trees; nil if there are none.
    let leafWise: LeafWiseEngine?
    private let floor: MarginFloor?

    var featureCount: Int { base.featureCount }

    /// - Throws: ``ModelFileError`` with code `invalid` if the model does not fit the features or its limits.
    init(
        _ model: TreeModel, features: [ModelFeature], kernel: TreeKernel, looksUp: Bool
    ) throws(ModelFileError) {
        try model.checkStructure(features: features)
        self.base = try LogisticScorer(model.base, features: features, path: "linear_base")
        let line = try model.floor.map { floor throws(ModelFileError) in
            try LogisticScorer(floor, features: features, path: "floor")
        }
        let layout = TreeLayout(model.trees, otherBound: LeafWiseLayout.bound(model.leafWiseTrees))
        symmetric =
            model.trees.isEmpty
            ? nil : SymmetricEngine(layout, features: features, kernel: kernel, looksUp: looksUp)
        leafWise =
            model.leafWiseTrees.isEmpty
            ? nil
            : LeafWiseEngine(
                LeafWiseLayout(model.leafWiseTrees, step: layout.step), features: features, kernel: kernel,
                looksUp: looksUp)
        let bias = base.intercept + (layout.expected + (leafWise?.expected ?? 0))
        floor = line.map { MarginFloor($0, underTreesOfBias: bias) }
        self.bias = floor?.bias ?? bias
    }

    /// The margin of a row.
    func margin(_ values: UnsafeBufferPointer<Double>) -> Double {
        let margin = base.margin(values) + leaves(values)
        return floor?.margin(values, trees: margin) ?? margin
    }

    /// The margins of rows that stand one after another.
    func margins(of rows: UnsafeBufferPointer<Double>, into margins: UnsafeMutableBufferPointer<Double>) {
        guard let symmetric, leafWise == nil else {
            for row in margins.indices { margins[row] = margin(rows.row(row, of: featureCount)) }
            return
        }
        for row in margins.indices { margins[row] = base.margin(rows.row(row, of: featureCount)) }
        symmetric.addSums(of: rows, to: margins, featureCount: featureCount)
        guard let floor else { return }
        for row in margins.indices {
            margins[row] = floor.margin(rows.row(row, of: featureCount), trees: margins[row])
        }
    }

    /// The sum of the leaves that a row falls into: exact, so in any order.
    private func leaves(_ values: UnsafeBufferPointer<Double>) -> Double {
        (symmetric?.sum(values) ?? 0) + (leafWise?.sum(values) ?? 0)
    }

    /// The margin of a row and each feature's contribution to it.
    ///
    /// - Parameter isExact: Whether leaf-wise trees are attributed in Float64 instead of Float32.
    func score(
        _ values: UnsafeBufferPointer<Double>, contributions: UnsafeMutableBufferPointer<Double>, isExact: Bool
    ) -> Double {
        var trees = 0.0
        if let symmetric {
            trees = symmetric.sum(values, attributions: contributions)
        } else {
            contributions.update(repeating: 0)
        }
        if let leafWise {
            trees += leafWise.sum(values)
            if isExact {
                leafWise.addExact(values, to: contributions)
            } else {
                leafWise.add(values, to: contributions)
            }
        }
        var sum = base.intercept
        if base.hasTerms {
            for feature in values.indices {
                let linear = base.contribution(of: feature, value: values[feature])
                sum += linear
                contributions[feature] += linear
            }
        }
        let margin = sum + trees
        return floor?.score(values, trees: margin, contributions: contributions) ?? margin
    }
}
