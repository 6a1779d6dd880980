import RiskCore

@testable import RiskTraining

/// Trees grown by trying every split over all rows, from the definitions alone.
struct NaiveTrees {
    struct Leaf {
        var rows: [Int]
        var value: Double
        var lower = -Double.infinity
        var upper = Double.infinity
    }

    private struct Split {
        var column: Int
        var goesRight: [Bool]
        var gain = 0.0
    }

    let table: BinnedTable
    /// Slope and curvature of each row.
    let gradients: [SIMD2<Double>]
    let options: TreeOptions

    private func sum(_ rows: [Int]) -> SIMD2<Double> { rows.reduce(into: .zero) { $0 += gradients[$1] } }

    private func isSmall(_ sum: SIMD2<Double>) -> Bool { sum.y < max(options.minHessian, 1e-12) }

    /// The least of 2 G v + (H + l2) v² + 2 l1 |v|, then what is demanded of it.
    func value(_ sum: SIMD2<Double>, _ leaf: Leaf, l2: Double) -> Double {
        var value = 0.0
        if sum.x > options.l1 { value = -(sum.x - options.l1) / (sum.y + l2) }
        if sum.x < -options.l1 { value = -(sum.x + options.l1) / (sum.y + l2) }
        let weight = sum.y / (sum.y + options.pathSmoothing)
        if options.pathSmoothing > 0 { value = weight * value + (1 - weight) * leaf.value }
        return max(leaf.lower, min(leaf.upper, value))
    }

    func loss(_ sum: SIMD2<Double>, _ value: Double, l2: Double) -> Double {
        2 * sum.x * value + (sum.y + l2) * value * value + 2 * options.l1 * abs(value)
    }

    private func sides(_ leaf: Leaf, _ split: Split) -> [[Int]] {
        let codes = table.columns[split.column].codes
        return [false, true].map { side in leaf.rows.filter { split.goesRight[Int(codes[$0])] == side } }
    }

    private func sign(_ split: Split) -> Double {
        switch table.columns[split.column].direction {
        case .free: 0
        case .raises: 1
        case .lowers: -1
        }
    }

    /// By how much the loss of a leaf falls; nil if it may not be divided so.
    private func gain(_ leaf: Leaf, _ split: Split, isStrict: Bool) -> Double? {
        if isSmall(sum(leaf.rows)) { return 0 }
        let l2 = options.l2 + (table.columns[split.column].isCategorical ? SplitSearch.categoryL2 : 0)
        let sums = sides(leaf, split).map(sum)
        if isStrict && sums.contains(where: isSmall) { return nil }
        if sums.allSatisfy(isSmall) { return 0 }
        let values = sums.map { isSmall($0) ? leaf.value : value($0, leaf, l2: l2) }
        if sign(split) * (values[1] - values[0]) < 0 { return isStrict ? nil : 0 }
        var gain = loss(sum(leaf.rows), leaf.value, l2: options.l2)
        for (sum, value) in zip(sums, values) {
            gain -= isSmall(sum) ? 2 * sum.x * value + sum.y * value * value : loss(sum, value, l2: l2)
        }
        return gain
    }

    private func candidates(_ index: Int, _ leaves: [Leaf]) -> [Split] {
        let column = table.columns[index]
        let count = column.bins.binCount
        if column.isCategorical { return categoryCandidates(index, leaves) }
        return (1..<count).flatMap { first in
            (column.direction == .free && column.hasMissing ? [false, true] : [false]).map { missing in
                Split(column: index, goesRight: [missing] + (1..<count).map { $0 >= first })
            }
        }
    }

    private func categoryCandidates(_ index: Int, _ leaves: [Leaf]) -> [Split] {
        let column = table.columns[index]
        let count = column.bins.binCount
        let keys = (0..<count).map { bin -> Double in
            var (slope, curvature) = (0.0, SplitSearch.categorySmoothing)
            for leaf in leaves where !isSmall(sum(leaf.rows)) {
                let all = sum(leaf.rows)
                let own = sum(leaf.rows.filter { Int(column.codes[$0]) == bin })
                slope += own.x - all.x / all.y * own.y
                curvature += own.y
            }
            return slope / curvature
        }
        let order = (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
        let total = column.binWeights.reduce(0, +)
        return (1..<count).compactMap { cut in
            let left = order[..<cut].reduce(0) { $0 + column.binWeights[$1] }
            guard min(left, total - left) >= min(SplitSearch.categoryWeightMinimum, total / 4) else { return nil }
            return Split(column: index, goesRight: (0..<count).map { order[cut...].contains($0) })
        }
    }

    private func best(_ leaves: [Leaf], isStrict: Bool) -> Split? {
        var best: Split?
        for index in table.columns.indices {
            for candidate in candidates(index, leaves) {
                var gain = 0.0
                for leaf in leaves { gain += self.gain(leaf, candidate, isStrict: isStrict) ?? -.infinity }
                // Ties are decided by the order; rounding must not.
                if gain > (best?.gain ?? TreeGrower.gainMinimum) + 1e-12 {
                    best = candidate
                    best?.gain = gain
                }
            }
        }
        return best
    }

    private func children(_ leaf: Leaf, _ split: Split) -> [Leaf] {
        var children = sides(leaf, split).map { rows in
            Leaf(
                rows: rows, value: isSmall(sum(rows)) ? leaf.value : value(sum(rows), leaf, l2: options.l2),
                lower: leaf.lower, upper: leaf.upper)
        }
        guard options.shape == .leafWise, sign(split) != 0 else { return children }
        let middle = (children[0].value + children[1].value) / 2
        if sign(split) > 0 {
            (children[0].upper, children[1].lower) = (middle, middle)
        } else {
            (children[0].lower, children[1].upper) = (middle, middle)
        }
        return children
    }

    private var root: Leaf {
        let all = Leaf(rows: Array(gradients.indices), value: 0)
        return Leaf(rows: all.rows, value: isSmall(sum(all.rows)) ? 0 : value(sum(all.rows), all, l2: options.l2))
    }

    /// The leaves of a leaf-wise tree, those of equal rows in any order.
    func leafWise() -> [Leaf] {
        var leaves = [root]
        while leaves.count < options.leaves {
            let splits = leaves.map { best([$0], isStrict: true) }
            guard let next = splits.indices.max(by: { (splits[$0]?.gain ?? 0) < (splits[$1]?.gain ?? 0) }),
                let split = splits[next]
            else { break }
            let children = children(leaves[next], split)
            leaves[next] = children[0]
            leaves.append(children[1])
        }
        return leaves
    }

    /// The leaves of a symmetric tree, before directed features put them in order.
    func symmetric() -> [Leaf] {
        var leaves = [root]
        for _ in 0..<options.depth {
            guard let split = best(leaves, isStrict: false) else { break }
            leaves = leaves.flatMap { children($0, split) }
        }
        return leaves
    }
}
