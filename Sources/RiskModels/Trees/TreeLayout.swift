/// Symmetric trees as flat arrays.
///
/// What the splits of a model ask of one feature differs in two ways only: where missing values go, and, for
/// categorical features, the set of categories. Each such question is a column that is filled once for a row: a number
/// with ±infinity for missing, or 1 or 0 for a set. A split then is one comparison, `column ≥ threshold`, without a
/// branch.
struct TreeLayout: Sendable {
    /// A column of numbers.
    struct NumericColumn: Sendable, Hashable, BitwiseCopyable {
        var feature: Int
        /// What a missing value counts as.
        var missing: Double
    }

    /// A column that says whether a category is in a set.
    struct CategoryColumn: Sendable, BitwiseCopyable {
        var feature: Int
        var categoryCount: Int
        /// One bit for each code, from this word on.
        var firstWord: Int
        /// What a missing value counts as.
        var missing: Double
    }

    /// Trees of one depth, one after another: each has `depth` splits, 2^depth leaves and as many rows of `depth`
    /// attributions.
    struct Group: Sendable, BitwiseCopyable {
        var depth: Int
        var treeCount: Int
        var firstSplit: Int
        var firstLeaf: Int
        var firstRow: Int
    }

    /// The columns: numbers first, then sets.
    private(set) var numericColumns: [NumericColumn] = []
    private(set) var categoryColumns: [CategoryColumn] = []
    private(set) var categoryWords: [UInt64] = []
    /// Ascending by depth. Sums of leaves are exact, so that the order of the trees does not matter.
    private(set) var groups: [Group] = []
    private(set) var splitColumns: [UInt32] = []
    private(set) var thresholds: [Double] = []
    /// The feature of each split.
    private(set) var splitFeatures: [UInt32] = []
    /// Tabulated leaves.
    private(set) var leaves: [Double] = []
    /// Attributions: one row for each leaf, one number for each level. A feature that is asked about at several levels
    /// has its number at the first of them and 0 at the others, so that all rows of a group are of one length.
    private(set) var rows: [Double] = []
    /// The sum of the trees' expected values.
    private(set) var expected = 0.0

    var columnCount: Int { numericColumns.count + categoryColumns.count }

    /// Lays out trees that passed their checks. Costs what ``TreeAttribution`` does for each.
    init(_ models: [SymmetricTree], features: [ModelFeature]) {
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
        addColumns(ordered, features: features)
        makeSumsExact(&expectedValues)
        expected = expectedValues.reduce(0, +)
    }

    /// Appends a tree's leaves and tables; gives its expected value.
    private mutating func append(_ model: SymmetricTree) -> Double {
        let attribution = TreeAttribution(model)
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

    private mutating func addColumns(_ models: [SymmetricTree], features: [ModelFeature]) {
        let all = models.flatMap(\.splits)
        splitColumns = Array(repeating: 0, count: all.count)
        thresholds = Array(repeating: 0, count: all.count)
        var numericIndex: [NumericColumn: Int] = [:]
        for (index, split) in all.enumerated() {
            guard case .atLeast(let threshold) = split.condition else { continue }
            let column = NumericColumn(
                feature: split.feature, missing: split.missingGoesRight ? .infinity : -.infinity)
            let place = numericIndex[column] ?? numericColumns.count
            if place == numericColumns.count { numericColumns.append(column) }
            numericIndex[column] = place
            splitColumns[index] = UInt32(place)
            thresholds[index] = threshold
        }
        var setIndex: [TreeSplit: Int] = [:]
        for (index, split) in all.enumerated() {
            guard case .among(let codes) = split.condition else { continue }
            let place = setIndex[split] ?? columnCount
            if place == columnCount {
                addCategoryColumn(split, codes, categoryCount: features[split.feature].categories?.count ?? 0)
            }
            setIndex[split] = place
            splitColumns[index] = UInt32(place)
            thresholds[index] = 0.5
        }
    }

    private mutating func addCategoryColumn(_ split: TreeSplit, _ codes: [Int], categoryCount: Int) {
        categoryColumns.append(
            CategoryColumn(
                feature: split.feature, categoryCount: categoryCount, firstWord: categoryWords.count,
                missing: split.missingGoesRight ? 1 : 0))
        var words = Array(repeating: UInt64(0), count: categoryCount / 64 + 1)
        for code in codes { words[code / 64] |= 1 << UInt64(code % 64) }
        categoryWords += words
    }

    /// Rounds all tables to multiples of one power of two that leaves every sum of them exact.
    ///
    /// No sum of leaves, of expected values or of attributions is larger than the sum over the trees of the largest
    /// total magnitude of a row. With 2^53 steps up to four times that, sums of multiples of the step are exact. The
    /// largest attribution of a row takes what rounding leaves, so that the row still adds up to its leaf.
    private mutating func makeSumsExact(_ expectedValues: inout [Double]) {
        let bound = boundOfSums(expectedValues)
        // A bound of 2^e needs steps of 2^(e + 2 − 53); far below any number that matters there is no need to go on.
        let step = Double(sign: .plus, exponent: max(bound > 0 ? Int(bound.exponent) : 0, -900) - 51, significand: 1)
        func rounded(_ value: Double) -> Double { (value / step).rounded() * step }
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
    private struct Place {
        var depth: Int
        var firstLeaf: Int
        var firstRow: Int

        func row(_ leaf: Int) -> Range<Int> { firstRow + leaf * depth..<firstRow + (leaf + 1) * depth }
    }

    private func places() -> [Place] {
        groups.flatMap { group in
            (0..<group.treeCount).map { tree in
                let leaf = tree << group.depth
                return Place(
                    depth: group.depth, firstLeaf: group.firstLeaf + leaf, firstRow: group.firstRow + leaf * group.depth
                )
            }
        }
    }
}
