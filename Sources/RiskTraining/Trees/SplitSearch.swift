internal import RiskCore

/// A leaf while its tree grows.
struct GrowingLeaf: Sendable {
    let sum: GradientSum
    /// Slope and curvature as numbers.
    let gradient: SIMD2<Double>
    /// What the leaf would add if the tree stopped here, before the learning rate.
    let value: Double
}

/// The question that gains most at one level: which bins go right.
struct BinSplit: Sendable {
    /// Index into the table's columns.
    var column: Int
    /// For each bin whether it goes right.
    var goesRight: [Bool]
    /// By how much the loss's quadratic model falls, twice, summed over the leaves.
    var gain: Double
}

/// Finds the split of one column that gains most over all leaves of a level.
///
/// A leaf with slope G and curvature H gains G² ÷ (H + l2) with its best value −G ÷ (H + l2) (Newton boosting, as in
/// XGBoost). A child with too little curvature keeps its parent's value. Children of a directed feature that are in
/// the wrong order would be pooled into one value, so they gain nothing over their parent.
struct SplitSearch: Sendable {
    let l2: Double
    let minHessian: Double
    let scale: GradientScale
    /// Whether no leaf may take anything away: what would be below 0 is 0.
    var onlyAdds = false

    /// Added to ``l2`` for a categorical split: choosing a subset by the slopes themselves flatters it.
    static let categoryL2 = 10.0
    /// Added to the curvature of a category before categories are put in order, so that rare ones stay in the middle.
    static let categorySmoothing = 10.0
    /// Categories on the smaller side of a split, at most.
    static let categoryLimit = 32
    /// The weight of the rows on each side of a categorical split, at least, in the whole data.
    static let categoryWeightMinimum = 50.0

    /// The leaf that a sum makes.
    func leaf(_ sum: GradientSum, parentValue: Double) -> GrowingLeaf {
        let gradient = scale.numbers(sum)
        let isOwn = gradient.y >= minHessian && gradient.y + l2 > 0
        let value = isOwn ? -gradient.x / (gradient.y + l2) : parentValue
        return GrowingLeaf(sum: sum, gradient: gradient, value: onlyAdds ? max(0, value) : value)
    }

    /// - Parameters:
    ///   - column: The column.
    ///   - index: Its index.
    ///   - sums: Bins of leaf 0, then of leaf 1, and so on.
    ///   - leaves: The leaves, in their order.
    /// - Returns: The best split; nil if none gains.
    func best(
        _ column: BinnedTable.Column, index: Int, sums: UnsafeBufferPointer<GradientSum>, leaves: [GrowingLeaf]
    ) -> BinSplit? {
        let count = column.bins.binCount
        if column.isCategorical { return bestSubset(column, index, sums, leaves) }
        var orders = [Array(0..<count)]
        if column.direction == .free && column.binWeights[0] > 0 { orders.append(Array(1..<count) + [0]) }
        var best: BinSplit?
        for order in orders {
            let gains = gains(order, sums, leaves, l2: l2, direction: column.direction)
            guard let cut = largest(gains, where: { _ in true }), gains[cut] > best?.gain ?? 0 else { continue }
            best = split(column, index, order, cut: cut, gain: gains[cut])
        }
        return best
    }

    /// Everything from `cut` + 1 on in the order goes right.
    private func split(
        _ column: BinnedTable.Column, _ index: Int, _ order: [Int], cut: Int, gain: Double
    ) -> BinSplit {
        var goesRight = Array(repeating: false, count: order.count)
        for bin in order[(cut + 1)...] { goesRight[bin] = true }
        if !column.isCategorical && column.binWeights[0] == 0 && column.direction == .free {
            // No missing value was seen: one goes where most rows go.
            let right = order.indices.reduce(0.0) { goesRight[$1] ? $0 + column.binWeights[$1] : $0 }
            goesRight[0] = 2 * right > column.binWeights.reduce(0, +)
        }
        return BinSplit(column: index, goesRight: goesRight, gain: gain)
    }

    private func largest(_ gains: [Double], where isAllowed: (Int) -> Bool) -> Int? {
        var best: Int?
        for cut in gains.indices where isAllowed(cut) && gains[cut] > best.map({ gains[$0] }) ?? 0 { best = cut }
        return best
    }

    /// The gain of each cut: the bins up to that place of the order go left, the others right.
    func gains(
        _ order: [Int], _ sums: UnsafeBufferPointer<GradientSum>, _ leaves: [GrowingLeaf], l2: Double,
        direction: FeatureDirection
    ) -> [Double] {
        var gains = Array(repeating: 0.0, count: max(0, order.count - 1))
        for (index, leaf) in leaves.enumerated() where leaf.gradient.y >= minHessian && leaf.gradient.y > 0 {
            let bins = UnsafeBufferPointer(rebasing: sums[index * order.count..<(index + 1) * order.count])
            switch direction {
            case .free: addGains(order, bins, leaf, l2, 0, &gains)
            case .raises: addGains(order, bins, leaf, l2, 1, &gains)
            case .lowers: addGains(order, bins, leaf, l2, -1, &gains)
            }
        }
        return gains
    }

    @inline(__always)
    private func addGains(
        _ order: [Int], _ bins: UnsafeBufferPointer<GradientSum>, _ leaf: GrowingLeaf, _ l2: Double, _ sign: Double,
        _ gains: inout [Double]
    ) {
        // What the leaf gains undivided, by its own measure, so that a penalty for categories cannot be undercut.
        let isHeld = onlyAdds && leaf.gradient.x > 0
        let undivided = isHeld ? 0 : leaf.gradient.x * leaf.gradient.x / (leaf.gradient.y + self.l2)
        let unit = 1 / scale.one
        let needed = SIMD2(repeating: minHessian)
        var left = GradientSum.zero
        for cut in gains.indices {
            left &+= bins[order[cut]]
            let right = leaf.sum &- left
            let slopes = SIMD2(Double(left.x), Double(right.x)) * unit
            let curvatures = SIMD2(Double(left.y), Double(right.y)) * unit
            let tooSmall = curvatures .< needed
            var values = -slopes / (curvatures + l2)
            var gained = -slopes * values
            gained.replace(with: -leaf.value * (2 * slopes + curvatures * leaf.value), where: tooSmall)
            values.replace(with: leaf.value, where: tooSmall)
            if onlyAdds {
                gained.replace(with: 0, where: values .< 0)
                values.replace(with: 0, where: values .< 0)
            }
            let isOrdered = sign * (values.y - values.x) >= 0
            gains[cut] += isOrdered ? gained.x + gained.y - undivided : 0
        }
    }

    // MARK: - Categories

    /// Categories are put in the order of their slopes, beyond those of the leaves they are in, and the order is cut
    /// (Fisher 1958; LightGBM's way of finding subsets).
    private func bestSubset(
        _ column: BinnedTable.Column, _ index: Int, _ sums: UnsafeBufferPointer<GradientSum>, _ leaves: [GrowingLeaf]
    ) -> BinSplit? {
        let count = column.bins.binCount
        let order = categoryOrder(count, sums, leaves)
        let gains = gains(order, sums, leaves, l2: l2 + Self.categoryL2, direction: .free)
        var weightUpTo: [Double] = []
        for bin in order { weightUpTo.append((weightUpTo.last ?? 0) + column.binWeights[bin]) }
        let total = weightUpTo.last ?? 0
        let cut = largest(gains) { cut in
            min(weightUpTo[cut], total - weightUpTo[cut]) >= min(Self.categoryWeightMinimum, total / 4)
                && min(cut + 1, count - 1 - cut) <= Self.categoryLimit
        }
        guard let cut else { return nil }
        var result = split(column, index, order, cut: cut, gain: gains[cut])
        // The shorter list is written into the model.
        if result.goesRight.count(where: { $0 }) * 2 > count { result.goesRight = result.goesRight.map { !$0 } }
        return result
    }

    private func categoryOrder(
        _ count: Int, _ sums: UnsafeBufferPointer<GradientSum>, _ leaves: [GrowingLeaf]
    ) -> [Int] {
        var slopes = Array(repeating: 0.0, count: count)
        var curvatures = Array(repeating: Self.categorySmoothing, count: count)
        for (index, leaf) in leaves.enumerated() where leaf.gradient.y > 0 {
            let mean = leaf.gradient.x / leaf.gradient.y
            for bin in 0..<count {
                let gradient = scale.numbers(sums[index * count + bin])
                slopes[bin] += gradient.x - mean * gradient.y
                curvatures[bin] += gradient.y
            }
        }
        let keys = (0..<count).map { slopes[$0] / curvatures[$0] }
        return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }
}
