internal import RiskCore

/// The values of one feature that lead to a leaf.
private struct Constraint {
    var feature: Int
    /// Present numbers from `low` on and below `high`; of a category everything.
    var low = -Double.infinity
    var high = Double.infinity
    /// The codes that remain, one bit each; nil for a number.
    var codes: [UInt64]?
    var allowsMissing = true

    var allowsPresent: Bool { codes?.contains { $0 != 0 } ?? (low < high) }

    /// Whether some value satisfies both.
    func meets(_ other: Self) -> Bool {
        if allowsMissing && other.allowsMissing { return true }
        if let codes, let others = other.codes { return zip(codes, others).contains { $0 & $1 != 0 } }
        return max(low, other.low) < min(high, other.high)
    }

    mutating func narrow(_ split: TreeSplit, goesRight: Bool) {
        if split.missingGoesRight != goesRight { allowsMissing = false }
        switch split.condition {
        case .atLeast(let threshold):
            if goesRight { low = max(low, threshold) } else { high = min(high, threshold) }
        case .among(let chosen):
            guard var codes else { return }
            var words = Array(repeating: UInt64(0), count: codes.count)
            for code in chosen { words[code / 64] |= 1 << UInt64(code % 64) }
            for word in codes.indices { codes[word] &= goesRight ? words[word] : ~words[word] }
            self.codes = codes
        }
    }
}

/// A leaf and what leads to it: one constraint for each feature that is asked about on the way, ascending.
private struct ConstrainedLeaf {
    var number: Int
    var constraints: [Constraint] = []

    func constraint(of feature: Int) -> Constraint? { constraints.first { $0.feature == feature } }

    /// Whether some row falls here whatever its value of one feature, and there with another value of it only.
    func meets(_ other: Self, besides feature: Int) -> Bool {
        var (mine, theirs) = (0, 0)
        while mine < constraints.count && theirs < other.constraints.count {
            let (one, two) = (constraints[mine], other.constraints[theirs])
            if one.feature == two.feature {
                if one.feature != feature && !one.meets(two) { return false }
                mine += 1
                theirs += 1
            } else if one.feature < two.feature {
                mine += 1
            } else {
                theirs += 1
            }
        }
        return true
    }
}

extension LeafWiseTree {
    /// Proves that every feature with a direction pushes the leaf only that way.
    ///
    /// Two rows that differ in one feature part at a node that asks about it. So at each such node all pairs of a leaf
    /// on the left and one on the right are looked at that can be reached with the other features alike: the one with
    /// the higher values must not turn back, and a missing value counts as below all others.
    ///
    /// - Parameter budget: Pairs that may still be looked at, over all trees of the model.
    /// - Throws: ``ModelFileError`` `notMonotone` with the feature, the tree and the two leaves; `invalid` once the
    ///   budget is used up.
    func proveMonotone(features: [ModelFeature], path: String, budget: inout Int) throws(ModelFileError) {
        guard nodes.contains(where: { features[$0.split.feature].direction != .free }) else { return }
        _ = try prove(node: 0, ConstrainedLeaf(number: 0), features, path: path, budget: &budget)
    }

    /// Proves what is below a node; gives its leaves that some row can reach.
    private func prove(
        node index: Int, _ state: ConstrainedLeaf, _ features: [ModelFeature], path: String, budget: inout Int
    ) throws(ModelFileError) -> [ConstrainedLeaf] {
        let node = nodes[index]
        let feature = node.split.feature
        var sides: [[ConstrainedLeaf]] = []
        for (child, goesRight) in [(node.left, false), (node.right, true)] {
            guard var next = state.narrowed(node.split, goesRight: goesRight, features) else {
                sides.append([])
                continue
            }
            switch child {
            case .node(let child):
                sides.append(try prove(node: child, next, features, path: path, budget: &budget))
            case .leaf(let leaf):
                next.number = leaf
                sides.append([next])
            }
        }
        if features[feature].direction != .free {
            budget -= sides[0].count * sides[1].count
            guard budget >= 0 else {
                throw ModelFileError(
                    .invalid,
                    "\(path): expected directions that \(LoadedModel.Limits.leafPairCount) pairs of leaves "
                        + "prove, found more pairs")
            }
            try compare(sides[0], sides[1], feature, features[feature], path: path)
        }
        return sides[0] + sides[1]
    }

    private func compare(
        _ lefts: [ConstrainedLeaf], _ rights: [ConstrainedLeaf], _ feature: Int, _ description: ModelFeature,
        path: String
    ) throws(ModelFileError) {
        guard description.categories == nil else {
            throw ModelFileError(.notMonotone, "\(description.name) is categorical and cannot have a direction")
        }
        let sign = description.direction == .raises ? 1.0 : -1.0
        for left in lefts {
            for right in rights {
                guard left.meets(right, besides: feature), let below = left.constraint(of: feature),
                    let above = right.constraint(of: feature)
                else { continue }
                let (low, high) = (sign * leaves[left.number], sign * leaves[right.number])
                // On the right there is more of it, but for a missing value that went right.
                let rises = !above.allowsPresent || !(below.allowsPresent || below.allowsMissing) || low <= high
                let missingIsLowest = !above.allowsMissing || !below.allowsPresent || high <= low
                guard rises && missingIsLowest else {
                    throw ModelFileError(
                        .notMonotone,
                        "\(description.name) \(sign > 0 ? "raises" : "lowers") the risk, but \(path) gives "
                            + "\(leaves[left.number]) in leaf \(left.number) and \(leaves[right.number]) in leaf "
                            + "\(right.number), which \(rises ? "a missing value reaches" : "has more of it")")
                }
            }
        }
    }
}

extension ConstrainedLeaf {
    /// With one more answer; nil if no row can give it.
    fileprivate func narrowed(_ split: TreeSplit, goesRight: Bool, _ features: [ModelFeature]) -> Self? {
        var next = self
        let place = constraints.firstIndex { $0.feature >= split.feature } ?? constraints.count
        if place == constraints.count || constraints[place].feature != split.feature {
            var constraint = Constraint(feature: split.feature)
            if let words = features[split.feature].categories {
                constraint.codes = (0...words.count / 64).map { word in
                    let rest = words.count + 1 - word * 64
                    return rest >= 64 ? .max : (1 << UInt64(rest)) - 1
                }
            }
            next.constraints.insert(constraint, at: place)
        }
        next.constraints[place].narrow(split, goesRight: goesRight)
        return next.constraints[place].allowsMissing || next.constraints[place].allowsPresent ? next : nil
    }
}
