/// Where rows fall in trees, by looking answers up instead of comparing: for each feature and each answer to its
/// questions (how many thresholds a number reaches, which category it is, or that it is missing) there is a row of
/// bytes, with a few bits for every tree that say what the answer decides there.
///
/// What all features decide is then one row each, put together sixteen bytes at a time, however deep the trees (after
/// QuickScorer, which has bit vectors by feature too: Lucchese et al., "QuickScorer", 2015). Rows also hold the trees
/// that never ask about their feature, so this pays where many trees ask about few features.
///
/// One of the few places with unsafe pointers; safe for the reasons that ``TreeTables`` is. They live as long as the
/// memory does.
struct AnswerRows: @unchecked Sendable {
    /// A split of a tree, and the bits that are set where a row goes right.
    struct Question {
        var split: TreeSplit
        var tree: Int
        var bits: UInt64
    }

    /// A feature that is asked about, and where its rows are.
    private struct Asked: BitwiseCopyable {
        var feature: Int
        /// Thresholds of a number; 0: its rows are those of its categories' codes.
        var thresholdCount: Int
        var firstThreshold: Int
        /// Rows before the one for missing values: thresholds reached, or codes.
        var missingRow: Int
        var firstRow: Int
    }

    private typealias Lanes = SIMD16<UInt8>
    private static let laneCount = 16
    /// Vectors that are added up side by side.
    private static let partCount = 4
    /// What all rows may take: beyond the second cache, looking up costs more than comparing.
    private static let byteLimit = 1 << 21

    private let asked: UnsafeBufferPointer<Asked>
    private let thresholds: UnsafePointer<Double>
    private let rows: UnsafePointer<UInt8>
    private let rowByteCount: Int

    /// What a row costs, in comparisons: sixteen bytes from the second cache are about two.
    static func cost(_ splits: [TreeSplit], treeCount: Int, bytesPerTree: Int) -> Int {
        Set(splits.lazy.map(\.feature)).count * rowByteCount(treeCount, bytesPerTree) / laneCount * 2
    }

    private static func rowByteCount(_ treeCount: Int, _ bytesPerTree: Int) -> Int {
        let part = laneCount * partCount
        return (treeCount * bytesPerTree + part - 1) / part * part
    }

    /// Rows for trees that passed their checks; nil if they take more than two megabytes. O(questions × answers of a
    /// feature).
    ///
    /// - Parameter bytesPerTree: Bytes that hold the bits of a tree, the lowest first.
    init?(
        _ questions: [Question], treeCount: Int, bytesPerTree: Int, features: [ModelFeature], in memory: KernelMemory
    ) {
        rowByteCount = Self.rowByteCount(treeCount, bytesPerTree)
        let ofFeature = Dictionary(grouping: questions, by: \.split.feature).sorted { $0.key < $1.key }
        var asked: [Asked] = []
        var thresholds: [Double] = []
        var rowCount = 0
        for (feature, questions) in ofFeature {
            let categories = features[feature].categories
            let own = categories == nil ? Set(questions.map(\.split.threshold)).sorted() : []
            let answerCount = (categories?.count ?? own.count) + 1
            asked.append(
                Asked(
                    feature: feature, thresholdCount: own.count, firstThreshold: thresholds.count,
                    missingRow: answerCount, firstRow: rowCount))
            thresholds += own
            rowCount += answerCount + 1
        }
        guard rowCount * rowByteCount <= Self.byteLimit else { return nil }
        var rows = Array(repeating: UInt8(0), count: rowCount * rowByteCount)
        for (asked, (_, questions)) in zip(asked, ofFeature) {
            let own = thresholds[asked.firstThreshold..<asked.firstThreshold + asked.thresholdCount]
            for question in questions {
                precondition(
                    bytesPerTree == 8 || question.bits >> UInt64(8 * bytesPerTree) == 0,
                    "\(question.bits) does not fit into \(bytesPerTree) bytes")
                for answer in Self.answersToTheRight(question.split, asked, own) {
                    let first = (asked.firstRow + answer) * rowByteCount + question.tree * bytesPerTree
                    for byte in 0..<bytesPerTree {
                        rows[first + byte] |= UInt8(truncatingIfNeeded: question.bits >> UInt64(8 * byte))
                    }
                }
            }
        }
        self.asked = memory.copyBuffer(asked)
        self.thresholds = memory.copy(thresholds)
        self.rows = memory.copy(rows)
    }

    /// The answers with which rows go right.
    private static func answersToTheRight(
        _ split: TreeSplit, _ asked: Asked, _ thresholds: ArraySlice<Double>
    ) -> [Int] {
        let missing = split.missingGoesRight ? [asked.missingRow] : []
        return switch split.condition {
        case .atLeast(let threshold):
            Array((thresholds.count { $0 < threshold } + 1)..<asked.missingRow) + missing
        case .among(let codes): codes + missing
        }
    }

    /// Calls `body` with the bits of each tree, side by side. O(features × (log thresholds + bytes ÷ 16)).
    @inline(__always)
    func withBits<Result>(_ values: UnsafeBufferPointer<Double>, _ body: (UnsafeRawPointer) -> Result) -> Result {
        let byteCount = ScratchRoom.byteCount(UInt8.self, rowByteCount) + ScratchRoom.byteCount(Int.self, asked.count)
        return ScratchRoom.with(byteCount) { room in
            let bits = room.take(UInt8.self, rowByteCount)
            fill(bits, from: values, room.take(Int.self, asked.count))
            return body(UnsafeRawPointer(bits))
        }
    }

    private func fill(
        _ bits: UnsafeMutablePointer<UInt8>, from values: UnsafeBufferPointer<Double>,
        _ offsets: UnsafeMutablePointer<Int>
    ) {
        for index in 0..<asked.count {
            offsets[index] =
                (asked[index].firstRow &+ answer(asked[index], values[asked[index].feature])) &* rowByteCount
        }
        for first in stride(from: 0, to: rowByteCount, by: Self.laneCount * Self.partCount) {
            var (sum0, sum1, sum2, sum3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
            for index in 0..<asked.count {
                let row = UnsafeRawPointer(rows + (offsets[index] &+ first))
                sum0 |= row.load(fromByteOffset: 0, as: Lanes.self)
                sum1 |= row.load(fromByteOffset: 16, as: Lanes.self)
                sum2 |= row.load(fromByteOffset: 32, as: Lanes.self)
                sum3 |= row.load(fromByteOffset: 48, as: Lanes.self)
            }
            let out = UnsafeMutableRawPointer(bits + first)
            out.storeBytes(of: sum0, as: Lanes.self)
            out.storeBytes(of: sum1, toByteOffset: 16, as: Lanes.self)
            out.storeBytes(of: sum2, toByteOffset: 32, as: Lanes.self)
            out.storeBytes(of: sum3, toByteOffset: 48, as: Lanes.self)
        }
    }

    /// The row of a feature that a value belongs to.
    @inline(__always)
    private func answer(_ asked: Asked, _ value: Double) -> Int {
        if value.isNaN { return asked.missingRow }
        guard asked.thresholdCount > 0 else { return categoryCode(value, count: asked.missingRow &- 1) }
        // How many thresholds it reaches, without a branch on any of them.
        var (reached, rest) = (thresholds + asked.firstThreshold, asked.thresholdCount)
        while rest > 1 {
            let half = rest / 2
            reached += reached[half &- 1] <= value ? half : 0
            rest &-= half
        }
        return reached - (thresholds + asked.firstThreshold) + (reached[0] <= value ? 1 : 0)
    }
}
