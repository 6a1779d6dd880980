internal import RiskCore

extension TreeModel {
    /// Proves that every feature with a direction pushes each tree's leaf, and so the margin, only that way.
    ///
    /// All a tree can answer is looked at: for each combination of bits that the other features can give, the leaves
    /// along the feature's intervals in ascending order, and missing before the lowest of them. A sum of functions that
    /// never go down never goes down, in Float64 too, nor does the higher of two of them, and rounding the leaves does
    /// not change their order. Base and floor are proven by themselves. That each part keeps the direction is
    /// sufficient, not necessary: a model in which one part makes up for another is refused.
    ///
    /// - Throws: ``ModelFileError`` `notMonotone` with the feature, the tree and the two leaves.
    func proveMonotone(features: [ModelFeature]) throws(ModelFileError) {
        try LogisticScorer.proveMonotone(base, features: features, path: "linear_base")
        if let floor { try LogisticScorer.proveMonotone(floor, features: features, path: "floor") }
        for (index, tree) in trees.enumerated() {
            let players = tree.players
            guard players.contains(where: { features[$0].direction != .free }) else { continue }
            let patterns = players.map { tree.patterns(of: $0, features[$0]) }
            let isPossible = tree.possibleLeaves(players, patterns)
            for (player, pattern) in zip(players, patterns) where features[player].direction != .free {
                try tree.prove(player, features[player], pattern, isPossible: isPossible, path: "trees[\(index)]")
            }
        }
        var budget = LoadedModel.Limits.leafPairCount
        for (index, tree) in leafWiseTrees.enumerated() {
            try tree.proveMonotone(features: features, path: "leaf_wise_trees[\(index)]", budget: &budget)
        }
    }
}

/// The bits that one feature's values can give at its levels; all other bits are 0.
private struct BitPatterns {
    /// For numbers: of the intervals between thresholds, ascending. For categories: of the codes.
    var present: [Int]
    var missing: Int
}

extension SymmetricTree {
    fileprivate func patterns(of feature: Int, _ description: ModelFeature) -> BitPatterns {
        var missing = 0
        var thresholds: [(value: Double, bit: Int)] = []
        var ofCodes = Array(repeating: 0, count: (description.categories?.count ?? -1) + 1)
        for (level, split) in splits.enumerated() where split.feature == feature {
            if split.missingGoesRight { missing |= 1 << level }
            switch split.condition {
            case .atLeast(let threshold): thresholds.append((threshold, 1 << level))
            case .among(let codes): for code in codes { ofCodes[code] |= 1 << level }
            }
        }
        guard description.categories == nil else {
            return BitPatterns(present: Set(ofCodes).sorted(), missing: missing)
        }
        thresholds.sort { $0.value < $1.value }
        var present = [0]
        for (index, threshold) in thresholds.enumerated() {
            let next = present[present.count - 1] | threshold.bit
            // Equal thresholds are passed together: between them no value can be.
            if index > 0 && thresholds[index - 1].value == threshold.value {
                present[present.count - 1] = next
            } else {
                present.append(next)
            }
        }
        return BitPatterns(present: present, missing: missing)
    }

    /// Whether some row can fall into each leaf.
    fileprivate func possibleLeaves(_ players: [Int], _ patterns: [BitPatterns]) -> [Bool] {
        var isPossible = Array(repeating: true, count: leaves.count)
        for (player, pattern) in zip(players, patterns) {
            let mask = levels(of: player)
            var canBe = Array(repeating: false, count: leaves.count)
            for bits in pattern.present + [pattern.missing] { canBe[bits] = true }
            for leaf in leaves.indices where !canBe[leaf & mask] { isPossible[leaf] = false }
        }
        return isPossible
    }

    fileprivate func prove(
        _ player: Int, _ feature: ModelFeature, _ pattern: BitPatterns, isPossible: [Bool], path: String
    ) throws(ModelFileError) {
        let word = feature.direction == .raises ? "raises" : "lowers"
        guard feature.categories == nil else {
            throw ModelFileError(.notMonotone, "\(feature.name) is categorical and cannot have a direction")
        }
        let sign = feature.direction == .raises ? 1.0 : -1.0
        let mask = levels(of: player)
        let chain = [pattern.missing] + pattern.present
        for others in leaves.indices where others & mask == 0 && isPossible[others | pattern.missing] {
            for (before, after) in zip(chain, chain.dropFirst()) {
                let (lower, higher) = (others | before, others | after)
                guard sign * leaves[lower] <= sign * leaves[higher] else {
                    throw ModelFileError(
                        .notMonotone,
                        "\(feature.name) \(word) the risk, but \(path) gives \(leaves[lower]) in leaf \(lower) and "
                            + "\(leaves[higher]) in leaf \(higher), where there is more of it")
                }
            }
        }
    }
}
