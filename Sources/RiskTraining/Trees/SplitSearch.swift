internal import RiskCore

/// A question and how much it gains: which bins go right.
struct BinSplit: Sendable, Equatable {
    /// Index into the table's columns.
    var column: Int
    /// For each bin whether it goes right.
    var goesRight: [Bool]
    /// By how much the loss's quadratic model falls, twice, summed over the leaves that are divided.
    var gain: Double
}

/// Finds the split of one column that gains most over some leaves that are divided alike: all those of a level of a
/// symmetric tree, or one.
struct SplitSearch: Sendable {
    let rule: LeafRule
    let scale: GradientScale
    /// What becomes of a leaf whose children could not both be leaves of their own, or would be in the wrong order.
    /// In a leaf-wise tree it is not divided so. In a symmetric tree, where others may gain from the split, a child
    /// with too little curvature keeps its parent's value, and children in the wrong order would be pooled, which
    /// gains nothing.
    let isStrict: Bool

    /// Added to l2 for a categorical split: choosing a subset by the slopes themselves flatters it.
    static let categoryL2 = 10.0
    /// Added to the curvature of a category before categories are put in order, so that rare ones stay in the middle.
    static let categorySmoothing = 10.0
    /// Categories on the smaller side of a split, at most.
    static let categoryLimit = 32
    /// The weight of the rows on each side of a categorical split, at least, in the whole data.
    static let categoryWeightMinimum = 50.0

    /// The curvature that a leaf of its own has at least.
    var curvatureNeeded: Double { max(rule.minHessian, .leastNormalMagnitude) }

    /// The leaf that a sum makes.
    func leaf(
        _ sum: GradientSum, parentValue: Double, lower: Double = -.infinity, upper: Double = .infinity
    ) -> GrowingLeaf {
        let gradient = scale.numbers(sum)
        let value =
            gradient.y >= curvatureNeeded
            ? rule.value(
                slope: gradient.x, curvature: gradient.y, l2: rule.l2, parent: parentValue, lower: lower, upper: upper)
            : parentValue
        return GrowingLeaf(sum: sum, gradient: gradient, value: value, lower: lower, upper: upper)
    }

    /// The best split of some leaves by a column; nil if none gains more than `least`.
    ///
    /// - Parameter bins: The sums of the leaf with that index, one for each bin of the column.
    func best(
        _ column: BinnedTable.Column, index: Int, leaves: [GrowingLeaf], over least: Double,
        bins: (Int) -> UnsafeBufferPointer<GradientSum>
    ) -> BinSplit? {
        if column.isCategorical { return bestSubset(column, index, leaves, least, bins) }
        let count = column.bins.binCount
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBins.limit) { gains in
            var (bestCut, bestIsMissingRight, bestGain) = (-1, false, least)
            for first in 0...(column.direction == .free && column.hasMissing ? 1 : 0) {
                gains.update(repeating: 0)
                for leaf in leaves.indices where leaves[leaf].gradient.y >= curvatureNeeded {
                    addGains(bins(leaf), first: first, leaves[leaf], l2: rule.l2, column.direction, gains)
                }
                for cut in first..<max(first, count - 1) where gains[cut] > bestGain {
                    (bestCut, bestIsMissingRight, bestGain) = (cut, first == 1, gains[cut])
                }
            }
            guard bestCut >= 0 else { return nil }
            return split(column, index, cut: bestCut, missingGoesRight: bestIsMissingRight, gain: bestGain)
        }
    }

    /// Bins above the cut go right.
    private func split(
        _ column: BinnedTable.Column, _ index: Int, cut: Int, missingGoesRight: Bool, gain: Double
    ) -> BinSplit {
        var goesRight = (0..<column.bins.binCount).map { $0 > cut }
        goesRight[0] = missingGoesRight
        if !column.hasMissing && column.direction == .free {
            // No missing value was seen: one goes where most rows go.
            let right = goesRight.indices.reduce(0.0) { goesRight[$1] ? $0 + column.binWeights[$1] : $0 }
            goesRight[0] = 2 * right > column.binWeights.reduce(0, +)
        }
        return BinSplit(column: index, goesRight: goesRight, gain: gain)
    }

    // MARK: - Gains

    /// Adds what a leaf gains by each cut: the bins from the first one to the cut go left, all others right.
    func addGains(
        _ bins: UnsafeBufferPointer<GradientSum>, first: Int, _ leaf: GrowingLeaf, l2: Double,
        _ direction: FeatureDirection, _ gains: UnsafeMutableBufferPointer<Double>
    ) {
        let sign = direction == .free ? 0.0 : direction == .raises ? 1 : -1
        switch (rule.isPlain && !leaf.isBounded && sign == 0, isStrict) {
        case (true, true): addGains(bins, first, leaf, l2, 0, isPlain: true, isStrict: true, gains)
        case (true, false): addGains(bins, first, leaf, l2, 0, isPlain: true, isStrict: false, gains)
        case (false, true): addGains(bins, first, leaf, l2, sign, isPlain: false, isStrict: true, gains)
        case (false, false): addGains(bins, first, leaf, l2, sign, isPlain: false, isStrict: false, gains)
        }
    }

    @inline(__always)
    private func addGains(
        _ bins: UnsafeBufferPointer<GradientSum>, _ first: Int, _ leaf: GrowingLeaf, _ l2: Double, _ sign: Double,
        isPlain: Bool, isStrict: Bool, _ gains: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(gains.count >= bins.count && first <= bins.count, "\(gains.count) gains for \(bins.count) bins")
        // What the leaf gains undivided, by its own measure, so that a penalty for categories cannot be undercut.
        let undivided = rule.gain(
            slope: leaf.gradient.x, curvature: leaf.gradient.y, l2: rule.l2, value: leaf.value)
        let unit = 1 / scale.one
        let needed = curvatureNeeded
        var left = GradientSum.zero
        for cut in first..<max(first, bins.count - 1) {
            left &+= bins[cut]
            let right = leaf.sum &- left
            let slopes = SIMD2(Double(left.x), Double(right.x)) * unit
            let curvatures = SIMD2(Double(left.y), Double(right.y)) * unit
            let (leftIsSmall, rightIsSmall) = (curvatures.x < needed, curvatures.y < needed)
            if isStrict && (leftIsSmall || rightIsSmall) {
                gains[cut] = -.infinity
                continue
            }
            // Nothing changes.
            if leftIsSmall && rightIsSmall { continue }
            if isPlain && !leftIsSmall && !rightIsSmall {
                let gained = slopes * slopes / (curvatures + l2)
                gains[cut] += gained.x + gained.y - undivided
                continue
            }
            let lefts = side(leaf, slopes.x, curvatures.x, l2, isSmall: leftIsSmall)
            let rights = side(leaf, slopes.y, curvatures.y, l2, isSmall: rightIsSmall)
            if sign * (rights.value - lefts.value) < 0 {
                if isStrict { gains[cut] = -.infinity }
                continue
            }
            gains[cut] += lefts.gain + rights.gain - undivided
        }
    }

    /// A child's value and gain. One that keeps its parent's value pays no penalty for it: its sibling does.
    @inline(__always)
    private func side(
        _ leaf: GrowingLeaf, _ slope: Double, _ curvature: Double, _ l2: Double, isSmall: Bool
    ) -> (value: Double, gain: Double) {
        if isSmall { return (leaf.value, -leaf.value * (2 * slope + curvature * leaf.value)) }
        let value = rule.value(
            slope: slope, curvature: curvature, l2: l2, parent: leaf.value, lower: leaf.lower, upper: leaf.upper)
        return (value, rule.gain(slope: slope, curvature: curvature, l2: l2, value: value))
    }

    // MARK: - Categories

    /// Categories are put in the order of their slopes, beyond those of the leaves they are in, and the order is cut
    /// (Fisher 1958; LightGBM's way of finding subsets).
    private func bestSubset(
        _ column: BinnedTable.Column, _ index: Int, _ leaves: [GrowingLeaf], _ least: Double,
        _ bins: (Int) -> UnsafeBufferPointer<GradientSum>
    ) -> BinSplit? {
        let count = column.bins.binCount
        let order = categoryOrder(count, leaves, bins)
        var gains = Array(repeating: 0.0, count: count)
        for leaf in leaves.indices where leaves[leaf].gradient.y >= curvatureNeeded {
            let sums = bins(leaf)
            let ordered = order.map { sums[$0] }
            ordered.withUnsafeBufferPointer { ordered in
                gains.withUnsafeMutableBufferPointer {
                    addGains(ordered, first: 0, leaves[leaf], l2: rule.l2 + Self.categoryL2, .free, $0)
                }
            }
        }
        let total = column.binWeights.reduce(0, +)
        var weight = 0.0
        var best: (cut: Int, gain: Double)?
        for cut in 0..<count - 1 {
            weight += column.binWeights[order[cut]]
            guard min(weight, total - weight) >= min(Self.categoryWeightMinimum, total / 4),
                min(cut + 1, count - 1 - cut) <= Self.categoryLimit, gains[cut] > best?.gain ?? least
            else { continue }
            best = (cut, gains[cut])
        }
        guard let best else { return nil }
        var goesRight = Array(repeating: false, count: count)
        for bin in order[(best.cut + 1)...] { goesRight[bin] = true }
        // The shorter list is written into the model.
        if 2 * (count - 1 - best.cut) > count { goesRight = goesRight.map { !$0 } }
        return BinSplit(column: index, goesRight: goesRight, gain: best.gain)
    }

    private func categoryOrder(
        _ count: Int, _ leaves: [GrowingLeaf], _ bins: (Int) -> UnsafeBufferPointer<GradientSum>
    ) -> [Int] {
        var slopes = Array(repeating: 0.0, count: count)
        var curvatures = Array(repeating: Self.categorySmoothing, count: count)
        for leaf in leaves.indices where leaves[leaf].gradient.y >= curvatureNeeded {
            let sums = bins(leaf)
            let mean = leaves[leaf].gradient.x / leaves[leaf].gradient.y
            for bin in 0..<count {
                let gradient = scale.numbers(sums[bin])
                slopes[bin] += gradient.x - mean * gradient.y
                curvatures[bin] += gradient.y
            }
        }
        let keys = (0..<count).map { slopes[$0] / curvatures[$0] }
        return (0..<count).sorted { keys[$0] < keys[$1] || (keys[$0] == keys[$1] && $0 < $1) }
    }
}
