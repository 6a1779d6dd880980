/// Symmetric trees as flat arrays.
///
/// What the splits of a model ask of one feature differs in two ways only: where missing values go, and, for
/// categorical features, the set of categories. Each such question is a column that is filled once for a row: a number
/// with ±infinity for missing, or 1 or 0 for a set. A split then is one comparison, `column ≥ threshold`, without a
/// branch.
struct TreeLayout: Sendable {
    /// A column of numbers.
    struct NumericColumn: Sendable, Hashable {
        var feature: Int
        var missing: Double
    }

    /// A column that says whether a category is in a set.
    struct CategoryColumn: Sendable, Hashable {
        var feature: Int
        var categoryCount: Int
        /// One bit for each code, from this word on.
        var firstWord: Int
        var missing: Double
    }

    /// One level's question.
    struct Split: Sendable {
        var column: Int
        var threshold: Double
    }

    /// Where a tree's parts are.
    struct Tree: Sendable {
        var firstSplit: Int
        var depth: Int
        var firstLeaf: Int
        var firstRow: Int
        var firstPlayer: Int
        var playerCount: Int
    }

    /// The columns: numbers first, then sets.
    private(set) var numericColumns: [NumericColumn] = []
    private(set) var categoryColumns: [CategoryColumn] = []
    private(set) var categoryWords: [UInt64] = []
    private(set) var splits: [Split] = []
    private(set) var trees: [Tree] = []
    /// Features of each tree's rows.
    private(set) var players: [Int32] = []
    /// Tabulated leaves.
    private(set) var leaves: [Double] = []
    /// For each leaf one attribution for each of its tree's players.
    private(set) var rows: [Double] = []
    /// The sum of the trees' expected values.
    private(set) var expected = 0.0

    var columnCount: Int { numericColumns.count + categoryColumns.count }

    /// Lays out trees that passed their checks. Costs what ``TreeAttribution`` does for each.
    init(_ models: [SymmetricTree], features: [ModelFeature]) {
        var expectedValues: [Double] = []
        for model in models {
            let attribution = TreeAttribution(model)
            trees.append(
                Tree(
                    firstSplit: splits.count, depth: model.depth, firstLeaf: leaves.count, firstRow: rows.count,
                    firstPlayer: players.count, playerCount: attribution.players.count))
            splits += Array(repeating: Split(column: 0, threshold: 0), count: model.depth)
            players += attribution.players.map { Int32($0) }
            leaves += model.leaves
            rows += attribution.rows
            expectedValues.append(attribution.expected)
        }
        addColumns(models, features: features)
        makeSumsExact(&expectedValues)
        expected = expectedValues.reduce(0, +)
    }

    private mutating func addColumns(_ models: [SymmetricTree], features: [ModelFeature]) {
        var numericIndex: [NumericColumn: Int] = [:]
        var setIndex: [TreeSplit: Int] = [:]
        for (tree, model) in zip(trees, models) {
            for (level, split) in model.splits.enumerated() {
                guard case .atLeast(let threshold) = split.condition else { continue }
                let column = NumericColumn(
                    feature: split.feature, missing: split.missingGoesRight ? .infinity : -.infinity)
                if numericIndex[column] == nil {
                    numericIndex[column] = numericColumns.count
                    numericColumns.append(column)
                }
                splits[tree.firstSplit + level] = Split(column: numericIndex[column] ?? 0, threshold: threshold)
            }
        }
        for (tree, model) in zip(trees, models) {
            for (level, split) in model.splits.enumerated() {
                guard case .among(let codes) = split.condition else { continue }
                if setIndex[split] == nil {
                    setIndex[split] = columnCount
                    addCategoryColumn(split, codes, categoryCount: features[split.feature].categories?.count ?? 0)
                }
                splits[tree.firstSplit + level] = Split(column: setIndex[split] ?? 0, threshold: 0.5)
            }
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
        var bound = 0.0
        for (index, tree) in trees.enumerated() {
            var largest = 0.0
            for leaf in 0..<1 << tree.depth {
                let row = rows[rowRange(tree, leaf)]
                largest = max(largest, row.reduce(abs(expectedValues[index])) { $0 + abs($1) })
                largest = max(largest, abs(leaves[tree.firstLeaf + leaf]))
            }
            bound += largest
        }
        // A bound of 2^e needs steps of 2^(e + 2 − 53); far below any number that matters there is no need to go on.
        let step = Double(sign: .plus, exponent: max(bound > 0 ? Int(bound.exponent) : 0, -900) - 51, significand: 1)
        func rounded(_ value: Double) -> Double { (value / step).rounded() * step }
        for (index, tree) in trees.enumerated() {
            expectedValues[index] = rounded(expectedValues[index])
            for leaf in 0..<1 << tree.depth {
                leaves[tree.firstLeaf + leaf] = rounded(leaves[tree.firstLeaf + leaf])
                var rest = leaves[tree.firstLeaf + leaf] - expectedValues[index]
                let range = rowRange(tree, leaf)
                for place in range { rows[place] = rounded(rows[place]) }
                for place in range { rest -= rows[place] }
                let largest = range.max { abs(rows[$0]) < abs(rows[$1]) } ?? range.lowerBound
                rows[largest] += rest
            }
        }
    }

    private func rowRange(_ tree: Tree, _ leaf: Int) -> Range<Int> {
        let start = tree.firstRow + leaf * tree.playerCount
        return start..<start + tree.playerCount
    }
}
