internal import RiskModels

/// How gradient-boosted symmetric trees are grown.
public struct TreeOptions: Sendable, Equatable {
    /// What the trees are boosted on.
    public enum Base: String, CaseIterable, Sendable {
        /// A constant.
        case none
        /// A logistic regression.
        case linear
        /// A logistic regression if that is clearly better on the held-out rows, else a constant.
        case auto
    }

    /// Trees without held-out rows to say when to stop.
    static let unstoppedTreeLimit = 100
    /// Levels a tree has at most.
    static let depthLimit = LoadedModel.Limits.treeDepth

    /// What the trees are boosted on.
    public var base = Base.auto
    /// Trees at most. Without held-out rows at most 100 are grown.
    public var treeLimit = 1000
    /// Levels of a tree, 1 to 8; a tree has 2^levels leaves.
    public var depth = 6
    /// What share of each tree's step is taken; above 0, at most 1.
    public var learningRate = 0.05
    /// The share of the rows that each tree is grown on, drawn anew; above 0, at most 1.
    public var rowSample = 0.8
    /// The share of the features that each tree may ask about, drawn anew; above 0, at most 1.
    public var columnSample = 0.8
    /// The pull of the leaves' values towards 0, in units of the log loss's curvature (a row counts at most ¼).
    public var l2 = 3.0
    /// The curvature a leaf needs for a value of its own; with less it keeps that of the level above.
    public var minHessian = 1.0
    /// Stops when the held-out log loss has not improved for this many trees.
    public var patience = 50
    /// Whether trees of the account alone come first and trees that look at others may then only add to what those
    /// say: nobody is innocent for sharing nothing. Half of the trees each; with no linear base.
    public var othersOnlyAdd = false
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
        // A tree's table has at most one feature for each level, and the leaf itself.
        let limit = min(LoadedModel.Limits.treeCount, LoadedModel.Limits.treeTableCount / ((depth + 1) << depth))
        try require(
            (1...limit).contains(treeLimit), "trees", "1 to \(limit) of depth \(depth)", Double(treeLimit))
        for (name, share) in [
            ("learning rate", learningRate), ("row sample", rowSample), ("column sample", columnSample),
        ] {
            try require(share > 0 && share <= 1, name, "above 0 and at most 1", share)
        }
        try require(l2.isFinite && l2 >= 0, "leaf l2", "a finite number of at least 0", l2)
        try require(minHessian.isFinite && minHessian >= 0, "min hessian", "a finite number of at least 0", minHessian)
        try require(patience >= 1, "patience", "at least 1", Double(patience))
        guard !othersOnlyAdd || base != .linear else {
            throw TrainingError(.badOption, "base: expected none or auto where others only add, found linear")
        }
        try require(
            positiveWeight > 0 && positiveWeight <= 1e6, "positive weight", "above 0 and at most 1000000",
            positiveWeight)
    }

    /// What decides the result, one `name=value` each.
    var statement: [String] {
        [
            "shape=symmetric", "base=\(base.rawValue)", "trees=\(treeLimit)", "depth=\(depth)",
            "learning_rate=\(learningRate)", "row_sample=\(rowSample)", "column_sample=\(columnSample)",
            "leaf_l2=\(l2)", "min_hessian=\(minHessian)", "patience=\(patience)",
            "positive_weight=\(positiveWeight)", "others_only_add=\(othersOnlyAdd)",
        ]
    }
}
