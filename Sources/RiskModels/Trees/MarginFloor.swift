/// What the margin of trees is never below, and the reasons of a margin that is the higher of two.
///
/// The higher of two sums is explained as DeepLIFT's rescale rule (Shrikumar et al. 2017) explains any function of one
/// number, here what is above 0 of their difference: the share by which this follows the difference, from before any
/// feature to the row, is what the trees' contributions count for, and the floor's count for the rest. If the same one
/// is the higher before any feature and in the row, all reasons are its own. Derived in `Models/REASONS.md`.
struct MarginFloor: Sendable {
    private let line: LogisticScorer
    /// The margin of trees before any feature, less that of the floor.
    private let differenceBefore: Double

    /// - Parameter bias: The margin of trees before any feature.
    init(_ line: LogisticScorer, underTreesOfBias bias: Double) {
        self.line = line
        differenceBefore = bias - line.intercept
    }

    /// The margin before any feature.
    var bias: Double { line.intercept + max(0, differenceBefore) }

    /// The margin of a row for which trees give another.
    func margin(_ values: UnsafeBufferPointer<Double>, trees: Double) -> Double { max(trees, line.margin(values)) }

    /// The same; takes the trees' contributions and leaves those of the margin. O(terms).
    func score(
        _ values: UnsafeBufferPointer<Double>, trees: Double, contributions: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let floor = line.margin(values)
        let share = treeShare(difference: trees - floor)
        if share < 1 {
            for feature in values.indices {
                let own = line.contribution(of: feature, value: values[feature])
                contributions[feature] = share * contributions[feature] + (1 - share) * own
            }
        }
        return max(trees, floor)
    }

    /// What trees' contributions count for; 0 to 1.
    private func treeShare(difference: Double) -> Double {
        if difference > 0 && differenceBefore >= 0 { return 1 }
        if difference <= 0 && differenceBefore <= 0 { return 0 }
        return (max(0, difference) - max(0, differenceBefore)) / (difference - differenceBefore)
    }
}
