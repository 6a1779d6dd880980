/// Symmetric trees as flat arrays.
struct TreeLayout: Sendable {
    /// Trees of one depth, one after another: each has `depth` splits, 2^depth leaves and as many rows of `depth`
    /// attributions.
    struct Group: Sendable, BitwiseCopyable {
        var depth: Int
        var treeCount: Int
        var firstSplit: Int
        var firstLeaf: Int
        var firstRow: Int
    }

    /// Ascending by depth. Sums of leaves are exact, so that the order of the trees does not matter.
    private(set) var groups: [Group] = []
    /// The splits themselves, tree after tree.
    private(set) var splits: [TreeSplit] = []
    /// The feature of each split.
    private(set) var splitFeatures: [UInt32] = []
    /// Tabulated leaves.
    private(set) var leaves: [Double] = []
    /// Attributions: one row for each leaf, one number for each level. A feature that is asked about at several levels
    /// has its number at the first of them and 0 at the others, so that all rows of a group are of one length.
    private(set) var rows: [Double] = []
    /// The sum of the trees' expected values.
    private(set) var expected = 0.0
    /// What all numbers of the tables are multiples of.
    private(set) var step = 0.0
    /// For each tree what its leaves are 8-bit multiples of, if all trees have such leaves; the rows' numbers are
    /// 32-bit multiples of ``step`` then.
    private(set) var shortLeafSteps: [Double]?

    /// Lays out trees that passed their checks. Costs what ``TreeAttribution`` does for each.
    ///
    /// - Parameter otherBound: What the other trees of the model can add to a sum at most.
    init(_ models: [SymmetricTree], otherBound: Double = 0) {
        let depths = models.map(\.depth)
        let ordered = models.indices.sorted { (depths[$0], $0) < (depths[$1], $1) }.map { models[$0] }
        var expectedValues: [Double] = []
        for model in ordered {
            if groups.last?.depth != model.depth {
                groups.append(
                    Group(
                        depth: model.depth, treeCount: 0, firstSplit: splitFeatures.count, firstLeaf: leaves.count,
                        firstRow: rows.count))
            }
            groups[groups.count - 1].treeCount += 1
            expectedValues.append(append(model))
        }
        step = Self.step(boundOfSums(expectedValues) + otherBound)
        if otherBound == 0, let steps = shortSteps() { (shortLeafSteps, step) = (steps.leaves, steps.row) }
        makeSumsExact(&expectedValues)
        expected = expectedValues.reduce(0, +)
    }

    /// Appends a tree's leaves and tables; gives its expected value.
    private mutating func append(_ model: SymmetricTree) -> Double {
        let attribution = TreeAttribution(model)
        splits += model.splits
        splitFeatures += model.splits.map { UInt32($0.feature) }
        leaves += model.leaves
        let players = attribution.players
        let places = model.splits.indices.map { level in
            let isFirst = !model.splits[..<level].contains { $0.feature == model.splits[level].feature }
            return isFirst ? players.firstIndex(of: model.splits[level].feature) : nil
        }
        for leaf in model.leaves.indices {
            for place in places { rows.append(place.map { attribution.rows[leaf * players.count + $0] } ?? 0) }
        }
        return attribution.expected
    }

    /// Rounds all tables to multiples of one power of two that leaves every sum of them exact.
    ///
    /// No sum of leaves, of expected values or of attributions is larger than the sum over the trees of the largest
    /// total magnitude of a row. With 2^53 steps up to four times that, sums of multiples of the step are exact. The
    /// largest attribution of a row takes what rounding leaves, so that the row still adds up to its leaf.
    private mutating func makeSumsExact(_ expectedValues: inout [Double]) {
        func rounded(_ value: Double) -> Double { Self.rounded(value, step: step) }
        for (tree, place) in places().enumerated() {
            expectedValues[tree] = rounded(expectedValues[tree])
            for leaf in 0..<1 << place.depth {
                leaves[place.firstLeaf + leaf] = rounded(leaves[place.firstLeaf + leaf])
                var rest = leaves[place.firstLeaf + leaf] - expectedValues[tree]
                let row = place.row(leaf)
                for index in row {
                    rows[index] = rounded(rows[index])
                    rest -= rows[index]
                }
                let largest = row.max { abs(rows[$0]) < abs(rows[$1]) } ?? row.lowerBound
                rows[largest] += rest
            }
        }
    }

    /// The steps of tables that kernels may keep in 8 bits a leaf and 32 an attribution.
    ///
    /// Training gives such leaves (``SymmetricTree/shortened(_:)``). Attributions are then multiples of 2^-30 to 2^-29
    /// of the largest, where those of other models are as fine as exact sums allow; the leaves themselves are not
    /// changed.
    /// Tables that fit the nearest cache anyway stay as they are.
    private func shortSteps() -> (leaves: [Double], row: Double)? {
        let largestRow = rows.reduce(0) { max($0, abs($1)) }
        guard leaves.count >= Self.shortLeafMinimum, largestRow.isNormal else { return nil }
        let rowStep = Double(sign: .plus, exponent: Int(largestRow.exponent) - 29, significand: 1)
        guard step <= rowStep else { return nil }
        var steps: [Double] = []
        for place in places() {
            guard let step = ShortLeaves.step(of: leaves[place.firstLeaf..<place.firstLeaf + 1 << place.depth]),
                step >= rowStep, step <= rowStep * Self.shortStepRange, players(of: place).count < Self.shortPlaceCount
            else { return nil }
            steps.append(step)
        }
        return (steps, rowStep)
    }

    /// How far the steps of leaves may be apart.
    private static let shortStepRange = 0x1p40
    /// Leaves from which on short tables pay: so many rows are 32 kilobytes else.
    private static let shortLeafMinimum = 512
    /// Places of a short row; the last one is kept zero.
    private static let shortPlaceCount = 8

    /// The step for sums of at most a bound.
    private static func step(_ bound: Double) -> Double {
        // A bound of 2^e needs steps of 2^(e + 2 − 53); far below any number that matters there is no need to go on.
        Double(sign: .plus, exponent: max(bound > 0 ? Int(bound.exponent) : 0, -900) - 51, significand: 1)
    }

    /// The nearest multiple of a step.
    static func rounded(_ value: Double, step: Double) -> Double { (value / step).rounded() * step }

    /// The sum over the trees of the largest total magnitude of a leaf's row.
    private func boundOfSums(_ expectedValues: [Double]) -> Double {
        zip(places(), expectedValues).reduce(0) { bound, tree in
            let (place, expected) = tree
            return bound
                + (0..<1 << place.depth).reduce(0) { largest, leaf in
                    let total = rows[place.row(leaf)].reduce(abs(expected)) { $0 + abs($1) }
                    return max(largest, total, abs(leaves[place.firstLeaf + leaf]))
                }
        }
    }

    /// Where one tree's leaves and rows are.
    struct Place {
        var depth: Int
        var firstSplit: Int
        var firstLeaf: Int
        var firstRow: Int

        func row(_ leaf: Int) -> Range<Int> { firstRow + leaf * depth..<firstRow + (leaf + 1) * depth }
    }

    /// All trees, in the order of the arrays.
    func places() -> [Place] {
        groups.flatMap { group in
            (0..<group.treeCount).map { tree in
                let leaf = tree << group.depth
                return Place(
                    depth: group.depth, firstSplit: group.firstSplit + tree * group.depth,
                    firstLeaf: group.firstLeaf + leaf, firstRow: group.firstRow + leaf * group.depth)
            }
        }
    }

    /// A tree's distinct features, each with the level that has its number in the rows.
    func players(of place: Place) -> [(feature: Int, level: Int)] {
        var players: [(feature: Int, level: Int)] = []
        for level in 0..<place.depth {
            let feature = splits[place.firstSplit + level].feature
            if !players.contains(where: { $0.feature == feature }) { players.append((feature, level)) }
        }
        return players
    }
}
