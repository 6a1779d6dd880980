/// Gradient-boosted trees on an optional linear base: symmetric, leaf-wise or both.
///
/// margin = the base's intercept and terms + one leaf of each tree; where there is a floor, the higher of that and what
/// the floor gives.
public struct TreeModel: Sendable, Equatable {
    /// What the trees were boosted on: an intercept, and terms if there is a linear base.
    public var base: LogisticModel
    /// The symmetric trees, in the order they were grown.
    public var trees: [SymmetricTree]
    /// The leaf-wise trees, in the order they were grown.
    public var leafWiseTrees: [LeafWiseTree]
    /// What the margin is never below; nil: nothing.
    public var floor: LogisticModel?

    /// A model.
    public init(
        base: LogisticModel, trees: [SymmetricTree], leafWiseTrees: [LeafWiseTree] = [], floor: LogisticModel? = nil
    ) {
        self.base = base
        self.trees = trees
        self.leafWiseTrees = leafWiseTrees
        self.floor = floor
    }
}

/// A tree with one split a level, so that a row's leaf is a number with one bit for each level.
public struct SymmetricTree: Sendable, Equatable {
    /// One split for each level. A feature may occur at several levels.
    public var splits: [TreeSplit]
    /// 2^levels values in log-odds; bit `l` of the index is 1 if the row went right at level `l`.
    public var leaves: [Double]
    /// The training weight that reached each leaf, at least 0: the background of path-dependent attributions.
    public var covers: [Double]

    /// A tree.
    public init(splits: [TreeSplit], leaves: [Double], covers: [Double]) {
        self.splits = splits
        self.leaves = leaves
        self.covers = covers
    }
}

/// The question of one level.
public struct TreeSplit: Sendable, Hashable {
    /// Who goes right when the value is present.
    public enum Condition: Sendable, Hashable {
        /// Numbers of at least this threshold.
        case atLeast(Double)
        /// These category codes, ascending; the count of the feature's categories stands for every other word.
        case among([Int])
    }

    /// Index into the document's features.
    public var feature: Int
    /// Who goes right when the value is present.
    public var condition: Condition
    /// Where a missing value goes.
    public var missingGoesRight: Bool

    /// A split.
    public init(feature: Int, condition: Condition, missingGoesRight: Bool) {
        self.feature = feature
        self.condition = condition
        self.missingGoesRight = missingGoesRight
    }
}
