/// The exact path-dependent Shapley values of every leaf of one symmetric tree.
///
/// Path-dependent TreeSHAP (Lundberg, Erion and Lee, "Consistent Individualized Feature Attribution for Tree
/// Ensembles", 2018; Lundberg et al., Nature Machine Intelligence 2, 2020) values a coalition S of features by walking
/// the tree: a split on a feature in S is followed, at any other split both children are averaged by their covers. All
/// splits of a level ask the same question here, so a row enters this value only by its bits, and so only by its leaf:
/// 2^depth rows of Shapley values are all there are.
///
/// 1. Each level is in one of three states: known to be 0, known to be 1, averaged. ``valueOfState`` holds the value of
///    all 3^depth combinations, made level by level from the leaves up in O(3^depth) steps.
/// 2. A player is a feature with all its levels. For each leaf and player, the Shapley sum runs over the coalitions of
///    the others: O(2^depth × players × 2^players) look-ups.
///
/// A node that no training row reached has no covers to weigh by; both children count ½.
struct TreeAttribution {
    /// The distinct features, ascending.
    let players: [Int]
    /// The tree's expected value: the value of the empty coalition.
    let expected: Double
    /// One row for each leaf with one value for each player.
    let rows: [Double]

    /// O(3^depth + 2^depth × players × 2^players) time; the tree has passed its checks.
    init(_ tree: SymmetricTree) {
        let players = tree.players
        let valueOfState = Self.valueOfState(tree)
        // The state of a level is a digit to base 3; averaged is 2, so what a coalition knows is subtracted.
        let powers = (0...tree.depth).reduce(into: [Int]()) { list, _ in list.append((list.last.map { $0 * 3 }) ?? 1) }
        let allAveraged = powers[tree.depth] - 1
        let levels = players.map { player in tree.splits.indices.filter { tree.splits[$0].feature == player } }
        let weights = Self.weights(playerCount: players.count)
        var rows = Array(repeating: 0.0, count: tree.leaves.count * players.count)
        var values = Array(repeating: 0.0, count: 1 << players.count)
        for leaf in tree.leaves.indices {
            let known = levels.map { $0.reduce(0) { $0 + (2 - (leaf >> $1 & 1)) * powers[$1] } }
            Self.fill(&values, known: known, allAveraged: allAveraged, from: valueOfState)
            Self.addShapleyValues(of: values, weights: weights, to: &rows, at: leaf * players.count)
        }
        self.players = players
        self.expected = valueOfState[allAveraged]
        self.rows = rows
    }

    /// The value of every coalition of players at one leaf.
    private static func fill(_ values: inout [Double], known: [Int], allAveraged: Int, from valueOfState: [Double]) {
        for coalition in values.indices {
            var state = allAveraged
            var rest = coalition
            while rest != 0 {
                state -= known[rest.trailingZeroBitCount]
                rest &= rest - 1
            }
            values[coalition] = valueOfState[state]
        }
    }

    private static func addShapleyValues(
        of values: [Double], weights: [Double], to rows: inout [Double], at offset: Int
    ) {
        for player in 0..<weights.count {
            let bit = 1 << player
            var sum = 0.0
            for coalition in values.indices where coalition & bit == 0 {
                // A difference of values: exactly 0 for a player that changes nothing.
                sum += weights[coalition.nonzeroBitCount] * (values[coalition | bit] - values[coalition])
            }
            rows[offset + player] = sum
        }
    }

    /// |S|! (n − |S| − 1)! ÷ n! by the size of S.
    private static func weights(playerCount count: Int) -> [Double] {
        // 1 ÷ (n × binomial(n − 1, |S|)): whole numbers below 2^53, so one rounding.
        var binomial = 1
        return (0..<count).map { size in
            defer { binomial = binomial * (count - 1 - size) / (size + 1) }
            return 1 / Double(count * binomial)
        }
    }

    /// The value of each combination of level states: level l is the digit 3^l, 0 and 1 for known bits, 2 for averaged.
    private static func valueOfState(_ tree: SymmetricTree) -> [Double] {
        // Before level l: for each prefix of bits below l, one value for each state of the levels from l on.
        var values = tree.leaves
        var covers = tree.covers
        var stateCount = 1
        for level in (0..<tree.depth).reversed() {
            let prefixCount = 1 << level
            var next = Array(repeating: 0.0, count: prefixCount * stateCount * 3)
            for prefix in 0..<prefixCount {
                let left = covers[prefix]
                let right = covers[prefix + prefixCount]
                let cover = left + right
                let share = cover > 0 ? right / cover : 0.5
                for state in 0..<stateCount {
                    let atLeft = values[prefix * stateCount + state]
                    let atRight = values[(prefix + prefixCount) * stateCount + state]
                    // The later levels' state moves up one digit; this level's is the lowest.
                    let place = (prefix * stateCount + state) * 3
                    next[place] = atLeft
                    next[place + 1] = atRight
                    next[place + 2] = atLeft == atRight ? atLeft : atLeft * (1 - share) + atRight * share
                }
                covers[prefix] = cover
            }
            values = next
            stateCount *= 3
        }
        return values
    }
}
