/// What the margin of trees is never below, and the reasons of a margin that is the higher of two.
///
/// The higher of two sums is explained as DeepLIFT's rescale rule (Shrikumar et al. 2017) explains any function of one
/// number, here what is above 0 of their difference: the share by which this follows the difference, from before any
/// feature to the row, is what the trees' contributions count for, and the floor's count for the rest. If the same one
/// is the higher before any feature and in the row, all reasons are its own. Derived in `Models/REASONS.md`.
struct MarginFloor: Sendable {
    private let line: LogisticScorer
    /// The margin of trees before any feature.
    private let treesBias: Double

    /// - Parameter bias: The margin of trees before any feature.
    init(_ line: LogisticScorer, underTreesOfBias bias: Double) {
        self.line = line
        treesBias = bias
    }

    /// The margin before any feature.
    var bias: Double { max(treesBias, line.intercept) }

    /// The margin of a row for which trees give another.
    func margin(_ values: UnsafeBufferPointer<Double>, trees: Double) -> Double { max(trees, line.margin(values)) }

    /// The same; takes the trees' contributions and leaves those of the margin. O(terms).
    func score(
        _ values: UnsafeBufferPointer<Double>, trees: Double, contributions: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let floor = line.margin(values)
        let shares = shares(trees - floor)
        if shares.floor > 0 {
            for feature in values.indices {
                let own = line.contribution(of: feature, value: values[feature])
                contributions[feature] = shares.trees * contributions[feature] + shares.floor * own
            }
        }
        return max(trees, floor)
    }

    /// What the contributions of either count for, if trees are higher by so much; together 1.
    private func shares(_ difference: Double) -> (trees: Double, floor: Double) {
        let before = treesBias - line.intercept
        if difference > 0 && before >= 0 { return (1, 0) }
        if difference <= 0 && before <= 0 { return (0, 1) }
        // One of the two is above 0 and the other is not.
        let (now, then) = (difference / (difference - before), before / (before - difference))
        return difference > 0 ? (now, then) : (then, now)
    }
}
