internal import CTreeKernels

/// The bytes that a row becomes for the vector kernels, and what each split asks of them.
///
/// A number with its thresholds t0 < t1 < ... becomes the count of those it reaches; more than 255 of them take more
/// columns. A set of categories is one bit of a column. Missing values go left in one column and right in another, so
/// there are up to two of each. A split then is `(column & mask) > threshold`, and exactly what its condition says: the
/// counts are made by comparing the very same Float64.
struct ByteColumns {
    /// What a split asks.
    struct Question {
        var column: UInt16
        var threshold: UInt8
        var mask: UInt8
    }

    private(set) var groups = NumberGroups()
    private(set) var numbers: [tk_number] = []
    private(set) var wideNumbers: [tk_wide_number] = []
    /// Blocks of eight thresholds, filled up with NaN.
    private(set) var keys: [Double] = []
    private(set) var categories: [tk_category] = []
    private(set) var answers: [UInt8] = []
    private(set) var columnCount = 0
    private var questions: [TreeSplit: Question] = [:]

    /// Lays out the columns for these splits, which passed their checks; nil if the kernels cannot hold as many.
    ///
    /// - Parameter kernel: Decides whether numbers are grouped.
    init?(_ splits: [TreeSplit], features: [ModelFeature], kernel: TreeKernel) {
        var ofFeature = Array(repeating: [TreeSplit](), count: features.count)
        var seen: Set<TreeSplit> = []
        for split in splits where seen.insert(split).inserted { ofFeature[split.feature].append(split) }
        let splitNumbers = ofFeature.enumerated().map { feature, splits in
            splits.isEmpty || features[feature].categories != nil ? nil : Self.number(feature, splits)
        }
        if kernel == .avx512 { groups = NumberGroups(splitNumbers.compactMap(\.self)) }
        columnCount = groups.columnCount
        for (feature, splits) in ofFeature.enumerated() where !splits.isEmpty {
            if let number = splitNumbers[feature] {
                addNumber(number, splits)
            } else {
                addCategory(feature, splits, count: features[feature].categories?.count ?? 0)
            }
            guard columnCount <= Int(TK_COLUMN_LIMIT - TK_SPARE_COLUMNS) else { return nil }
        }
        // Numbers without a column of one kind write to one that nobody reads.
        for index in numbers.indices {
            if numbers[index].low_column == Self.unread { numbers[index].low_column = UInt16(columnCount) }
            if numbers[index].high_column == Self.unread { numbers[index].high_column = UInt16(columnCount) }
        }
        columnCount += 1
        // By their work, so that the loop over root blocks ends where the processor expects it to.
        numbers.sort { ($0.root_count, $0.value) < ($1.root_count, $1.value) }
    }

    /// What a split asks; it was among those the columns were laid out for.
    func question(_ split: TreeSplit) -> Question {
        guard let question = questions[split] else { preconditionFailure("no column for \(split)") }
        return question
    }

    /// The columns for the kernels.
    func layOut(in memory: KernelMemory) -> tk_columns {
        let groups = groups.layOut(in: memory)
        return tk_columns(
            chunks: groups.chunks, chunk_count: groups.count,
            numbers: memory.copy(numbers), number_count: numbers.count, wide_numbers: memory.copy(wideNumbers),
            wide_number_count: wideNumbers.count, keys: memory.copy(keys), categories: memory.copy(categories),
            category_count: categories.count, answers: memory.copy(answers), column_count: columnCount)
    }

    private static let unread = UInt16.max
    /// Thresholds that a byte can count.
    private static let thresholdCount = 255

    private static func number(_ feature: Int, _ splits: [TreeSplit]) -> SplitNumber {
        let thresholds = Set(splits.map(\.threshold)).sorted()
        let isWide = thresholds.count > thresholdCount
        return SplitNumber(
            feature: feature, thresholds: thresholds, needsLow: isWide || splits.contains { !$0.missingGoesRight },
            needsHigh: isWide || splits.contains(where: \.missingGoesRight))
    }

    private mutating func addNumber(_ number: SplitNumber, _ splits: [TreeSplit]) {
        let thresholds = number.thresholds
        let count = (thresholds.count + Self.thresholdCount - 1) / Self.thresholdCount
        let grouped = groups.columns[number.feature]
        let low = grouped.map { Int($0.low) } ?? columnCount
        let high = grouped.map { Int($0.high) } ?? (low + (number.needsLow ? count : 0))
        guard high + count <= Int(TK_COLUMN_LIMIT) else {
            columnCount = Int(TK_COLUMN_LIMIT)
            return
        }
        for split in splits {
            let place = Self.place(of: split.threshold, in: thresholds)
            questions[split] = Question(
                column: UInt16((split.missingGoesRight ? high : low) + place / Self.thresholdCount),
                threshold: UInt8(place % Self.thresholdCount), mask: 255)
        }
        if grouped != nil { return }
        columnCount = high + (number.needsHigh ? count : 0)
        addSearched(number, low: low, high: high, columnCount: count)
    }

    /// A number that is searched by itself.
    private mutating func addSearched(_ split: SplitNumber, low: Int, high: Int, columnCount: Int) {
        let count = split.thresholds.count
        let rootCount = count <= 8 ? 0 : (count / 9 + 7) / 8
        let number = tk_number(
            value: UInt32(split.feature), first_block: UInt32(keys.count / 8), root_count: UInt32(rootCount),
            low_column: split.needsLow ? UInt16(low) : Self.unread,
            high_column: split.needsHigh ? UInt16(high) : Self.unread)
        if columnCount == 1 {
            numbers.append(number)
        } else {
            wideNumbers.append(tk_wide_number(number: number, column_count: UInt32(columnCount)))
        }
        addKeys(split.thresholds, rootCount: rootCount)
    }

    /// Every ninth threshold into root blocks, the eight before each into a block of their own.
    private mutating func addKeys(_ thresholds: [Double], rootCount: Int) {
        func block(_ values: [Double]) -> [Double] { values + Array(repeating: .nan, count: 8 - values.count) }
        let roots = rootCount == 0 ? [] : stride(from: 8, to: thresholds.count, by: 9).map { thresholds[$0] }
        for root in 0..<rootCount { keys += block(Array(roots.dropFirst(root * 8).prefix(8))) }
        for first in stride(from: 0, through: thresholds.count, by: 9) {
            keys += block(Array(thresholds.dropFirst(first).prefix(8)))
        }
    }

    private static func place(of threshold: Double, in thresholds: [Double]) -> Int {
        var range = 0..<thresholds.count
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            range = thresholds[middle] <= threshold ? middle..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    private mutating func addCategory(_ feature: Int, _ splits: [TreeSplit], count: Int) {
        let byteCount = (splits.count + 7) / 8
        guard columnCount + byteCount <= Int(TK_COLUMN_LIMIT) else {
            columnCount = Int(TK_COLUMN_LIMIT)
            return
        }
        var table = Array(repeating: UInt8(0), count: (count + 2) * byteCount)
        for (index, split) in splits.enumerated() {
            let mask = UInt8(1) << UInt8(index % 8)
            for code in split.codes { table[code * byteCount + index / 8] |= mask }
            if split.missingGoesRight { table[(count + 1) * byteCount + index / 8] |= mask }
            questions[split] = Question(column: UInt16(columnCount + index / 8), threshold: 0, mask: mask)
        }
        categories.append(
            tk_category(
                value: UInt32(feature), count: UInt32(count), byte_count: UInt32(byteCount),
                first_column: UInt32(columnCount), first_answer: answers.count))
        answers += table
        columnCount += byteCount
    }
}

extension TreeSplit {
    /// The threshold; of a set, 0.
    var threshold: Double {
        guard case .atLeast(let threshold) = condition else { return 0 }
        return threshold
    }

    /// The codes of a set.
    fileprivate var codes: [Int] {
        guard case .among(let codes) = condition else { return [] }
        return codes
    }
}
