internal import RiskModels

/// How gradient-boosted trees are grown.
public struct TreeOptions: Sendable, Equatable {
    /// How a tree branches.
    public enum Shape: String, CaseIterable, Sendable {
        /// One split a level: reasons cost next to nothing.
        case symmetric
        /// One leaf divided after another, the one that gains most (as in LightGBM).
        case leafWise = "leaf-wise"
    }

    /// What the trees are boosted on.
    public enum Base: String, CaseIterable, Sendable {
        /// A constant.
        case none
        /// A logistic regression.
        case linear
        /// A logistic regression if that is clearly better on the held-out rows as they came and not clearly worse on
        /// these and their altered copies, else a constant.
        case auto
    }

    /// What no margin is below.
    public enum Floor: String, CaseIterable, Sendable {
        /// Nothing.
        case none
        /// A logistic regression of what an account shows by itself, learnt from rows as they came and moved so that
        /// it is quieter than trees among honest accounts. The sum of many signs that all point one way holds for a
        /// campaign that shows each of them more strongly than any known one; trees, which ask whether an account
        /// looks like those that are known, lose it. Columns that are no features of the catalogue count as its own.
        /// Trees are grown as without; probabilities are right by calibration on held-out rows alone.
        case account
    }

    /// Trees without held-out rows to say when to stop.
    static let unstoppedTreeLimit = 100
    /// Levels a tree has at most.
    static let depthLimit = LoadedModel.Limits.treeDepth
    /// Forests that a model may be the mean of: powers of two, so that leaves stay short.
    static let forestCounts = [1, 2, 4, 8]

    /// How a tree branches.
    public var shape = Shape.symmetric
    /// What the trees are boosted on.
    public var base = Base.auto
    /// What no margin is below.
    public var floor = Floor.none
    /// Trees of each forest at most. Without held-out rows at most 100 are grown.
    public var treeLimit = 1000
    /// Forests whose mean a model is: 1, 2, 4 or 8. They differ in what they draw, and every other one learns from
    /// ``TrainingData/otherFitWeights``, where there are such. An answer and growing cost so many times more. nil: two
    /// where there are such and a model may have the trees of two, else one.
    public var forests: Int?
    /// Levels of a symmetric tree, 1 to 8; it has 2^levels leaves.
    public var depth = 6
    /// Leaves of a leaf-wise tree at most, 2 to 1,024.
    public var leaves = 31
    /// What share of each tree's step is taken; above 0, at most 1.
    public var learningRate = 0.05
    /// The share of the rows that each tree is grown on, drawn anew; above 0, at most 1.
    public var rowSample = 0.8
    /// The share of the features that each tree may ask about, drawn anew; above 0, at most 1.
    public var columnSample = 0.8
    /// The pull of the leaves' values towards 0, in units of the log loss's curvature (a row counts at most ¼).
    public var l2 = 3.0
    /// What is taken off the size of a leaf's slope: leaves with less than that stay at 0.
    public var l1 = 0.0
    /// How much each leaf leans on the one it came from, in the unit of ``l2``: its value is the mean of its own,
    /// counted by its curvature, and of the parent's, counted so much.
    public var pathSmoothing = 0.0
    /// The curvature a leaf needs for a value of its own. With less, in a symmetric tree it keeps that of the level
    /// above; in a leaf-wise tree its parent is not divided so.
    public var minHessian = 1.0
    /// What has to improve on the held-out rows.
    public var stopMetric = StoppingMetric.logLoss
    /// Stops when it has not improved for this many trees.
    public var patience = 50
    /// How much a positive row counts beside a negative one while fitting. Margins are put back afterwards, so that
    /// probabilities stay those of the data.
    public var positiveWeight = 1.0

    /// Defaults.
    public init() {}

    /// - Throws: ``TrainingError`` with code `badOption` that names the option.
    func check() throws(TrainingError) {
        func require(_ condition: Bool, _ name: String, _ expected: String, _ found: Double) throws(TrainingError) {
            guard condition else { throw TrainingError(.badOption, "\(name): expected \(expected), found \(found)") }
        }
        try require((1...Self.depthLimit).contains(depth), "depth", "1 to \(Self.depthLimit)", Double(depth))
        let leafLimit = LoadedModel.Limits.leafWiseLeafCount
        try require((2...leafLimit).contains(leaves), "leaves", "2 to \(leafLimit)", Double(leaves))
        let forests = forests ?? 1
        guard Self.forestCounts.contains(forests) else {
            throw TrainingError(.badOption, "forests: expected 1, 2, 4 or 8, found \(forests)")
        }
        let most = largestTreeLimit / forests
        try require(
            (1...most).contains(treeLimit), "trees",
            "1 to \(most) of " + (shape == .symmetric ? "depth \(depth)" : "\(leaves) leaves") + each(of: forests),
            Double(treeLimit))
        for (name, share) in [
            ("learning rate", learningRate), ("row sample", rowSample), ("column sample", columnSample),
        ] {
            try require(share > 0 && share <= 1, name, "above 0 and at most 1", share)
        }
        for (name, number) in [
            ("leaf l2", l2), ("leaf l1", l1), ("path smoothing", pathSmoothing), ("min hessian", minHessian),
        ] {
            try require(number.isFinite && number >= 0, name, "a finite number of at least 0", number)
        }
        try require(patience >= 1, "patience", "at least 1", Double(patience))
        try require(
            positiveWeight > 0 && positiveWeight <= 1e6, "positive weight", "above 0 and at most 1000000",
            positiveWeight)
    }

    /// The bases that are tried, the first of them where no rows can choose. Never ``Base/auto``.
    var basesToTry: [Base] { base == .auto ? [.none, .linear] : [base] }

    /// Trees of this size that a model may have.
    private var largestTreeLimit: Int {
        switch shape {
        case .symmetric:
            // A tree's table has at most one feature for each level, and the leaf itself.
            min(LoadedModel.Limits.treeCount, LoadedModel.Limits.treeTableCount / ((depth + 1) << depth))
        case .leafWise: min(LoadedModel.Limits.treeCount, LoadedModel.Limits.leafWiseNodeCount / (leaves - 1))
        }
    }

    /// Fails if so many trees of each forest over features with directions could not be proven monotone on loading.
    ///
    /// - Throws: ``TrainingError`` with code `badOption`.
    func checkProof(_ features: [ModelFeature], forests: Int) throws(TrainingError) {
        guard shape == .leafWise, features.contains(where: { $0.direction != .free }) else { return }
        // Each pair of a tree's leaves parts at one node.
        let limit = LoadedModel.Limits.leafPairCount / (leaves * (leaves - 1) / 2) / forests
        guard treeLimit <= limit else {
            throw TrainingError(
                .badOption,
                "trees: expected at most \(limit) of \(leaves) leaves\(each(of: forests)) where features have "
                    + "directions, so that loading can prove them, found \(treeLimit)")
        }
    }

    private func each(of forests: Int) -> String { forests == 1 ? "" : " in each of \(forests) forests" }

    /// Forests of a model of some data.
    func forestCount(for data: TrainingData) -> Int {
        if let forests { return forests }
        let mayBeTwo = treeLimit <= largestTreeLimit / 2 && (try? checkProof(data.features, forests: 2)) != nil
        return data.otherFitWeights != nil && mayBeTwo ? 2 : 1
    }

    /// What decides the result, one `name=value` each.
    var statement: [String] {
        [
            "shape=\(shape.rawValue)", "base=\(base.rawValue)", "floor=\(floor.rawValue)", "trees=\(treeLimit)",
            shape == .symmetric ? "depth=\(depth)" : "leaves=\(leaves)", "learning_rate=\(learningRate)",
            "row_sample=\(rowSample)", "column_sample=\(columnSample)", "leaf_l2=\(l2)", "leaf_l1=\(l1)",
            "path_smoothing=\(pathSmoothing)", "min_hessian=\(minHessian)", "patience=\(patience)",
            "stop_metric=\(stopMetric.rawValue)", "positive_weight=\(positiveWeight)",
        ]
    }
}
