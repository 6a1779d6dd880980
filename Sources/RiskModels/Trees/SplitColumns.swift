/// What the splits of trees ask of a row, so that each is one comparison without a branch.
///
/// What they ask of one feature differs in two ways only: where missing values go, and, for categorical features, the
/// set of categories. Each such question is a column that is filled once for a row: a number with ±infinity for
/// missing, or 1 or 0 for a set. A split then is `column ≥ threshold`.
struct SplitColumns: Sendable {
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

    /// The columns: numbers first, then sets.
    private(set) var numericColumns: [NumericColumn] = []
    private(set) var categoryColumns: [CategoryColumn] = []
    private(set) var categoryWords: [UInt64] = []
    /// For each split, its column and threshold.
    private(set) var splitColumns: [UInt32]
    private(set) var thresholds: [Double]

    var count: Int { numericColumns.count + categoryColumns.count }

    /// Lays out the columns of splits that passed their checks.
    init(_ splits: [TreeSplit], features: [ModelFeature]) {
        splitColumns = Array(repeating: 0, count: splits.count)
        thresholds = Array(repeating: 0, count: splits.count)
        var numericIndex: [NumericColumn: Int] = [:]
        for (index, split) in splits.enumerated() {
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
        for (index, split) in splits.enumerated() {
            guard case .among(let codes) = split.condition else { continue }
            let place = setIndex[split] ?? count
            if place == count {
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
}

/// The columns of a model in memory without counted references, for loops that run thousands of times a row.
struct ColumnTables: @unchecked Sendable {
    let count: Int
    private let numericColumns: UnsafeBufferPointer<SplitColumns.NumericColumn>
    private let categoryColumns: UnsafeBufferPointer<SplitColumns.CategoryColumn>
    private let categoryWords: UnsafePointer<UInt64>

    /// Columns that live as long as the memory does.
    init(_ columns: SplitColumns, in memory: KernelMemory) {
        count = columns.count
        numericColumns = memory.copyBuffer(columns.numericColumns)
        categoryColumns = memory.copyBuffer(columns.categoryColumns)
        categoryWords = memory.copy(columns.categoryWords)
    }

    /// Gives `body` each column's index and the number that a row has in it. O(columns).
    @inline(__always)
    func forEach(_ values: UnsafeBufferPointer<Double>, _ body: (_ column: Int, _ number: Double) -> Void) {
        for (index, column) in numericColumns.enumerated() {
            let value = values[column.feature]
            body(index, value.isNaN ? column.missing : value)
        }
        for (index, column) in categoryColumns.enumerated() {
            body(numericColumns.count &+ index, answer(column, values[column.feature]))
        }
    }

    /// 1 if a categorical value is in a column's set, else 0.
    @inline(__always)
    private func answer(_ column: SplitColumns.CategoryColumn, _ value: Double) -> Double {
        if value.isNaN { return column.missing }
        let code = categoryCode(value, count: column.categoryCount)
        return Double(categoryWords[column.firstWord &+ code / 64] >> UInt64(code % 64) & 1)
    }
}
