/// Where rows fall in trees, by looking answers up instead of comparing: for each feature and each answer that splits
/// can tell apart there is a row of bytes, with a few bits for every tree that say what the answer decides there.
///
/// What all features decide is then one row each, put together sixteen bytes at a time, however deep the trees (after
/// QuickScorer, which has bit vectors by feature too: Lucchese et al., "QuickScorer", 2015). Rows also hold the trees
/// that never ask about their feature, so this pays where many trees ask about few features.
///
/// One of the few places with unsafe pointers; safe for the reasons that ``TreeTables`` is.
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
    private let stride: Int

    /// Rows for trees that passed their checks; nil if comparing is cheaper. O(questions × answers of a feature).
    ///
    /// - Parameters:
    ///   - bytesPerTree: Bytes that hold the bits of a tree, the lowest first.
    ///   - comparisons: How many a row costs otherwise.
    init?(
        _ questions: [Question], treeCount: Int, bytesPerTree: Int, comparisons: Int, features: [ModelFeature],
        in memory: KernelMemory
    ) {
        let part = Self.laneCount * Self.partCount
        stride = (treeCount * bytesPerTree + part - 1) / part * part
        let ofFeature = Dictionary(grouping: questions, by: \.split.feature)
        // Sixteen bytes from the second cache cost about what two comparisons do.
        guard ofFeature.count * stride / Self.laneCount * 2 <= comparisons else { return nil }
        var asked: [Asked] = []
        var thresholds: [Double] = []
        var rowCount = 0
        for (feature, questions) in ofFeature.sorted(by: { $0.key < $1.key }) {
            let own = Set(questions.compactMap(\.split.numericThreshold)).sorted()
            let answerCount = features[feature].categories.map { $0.count + 1 } ?? own.count + 1
            asked.append(
                Asked(
                    feature: feature, thresholdCount: own.count, firstThreshold: thresholds.count,
                    missingRow: answerCount, firstRow: rowCount))
            thresholds += own
            rowCount += answerCount + 1
        }
        guard rowCount * stride <= Self.byteLimit else { return nil }
        var rows = Array(repeating: UInt8(0), count: rowCount * stride)
        for asked in asked {
            for question in ofFeature[asked.feature] ?? [] {
                for answer in 0...asked.missingRow where Self.goesRight(question.split, answer, asked, thresholds) {
                    let first = (asked.firstRow + answer) * stride + question.tree * bytesPerTree
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

    /// Whether rows with this answer go right.
    private static func goesRight(_ split: TreeSplit, _ answer: Int, _ asked: Asked, _ thresholds: [Double]) -> Bool {
        if answer == asked.missingRow { return split.missingGoesRight }
        return switch split.condition {
        // The answer is how many thresholds a number reaches.
        case .atLeast(let threshold): answer > 0 && thresholds[asked.firstThreshold + answer - 1] >= threshold
        case .among(let codes): codes.contains(answer)
        }
    }

    /// Calls `body` with the bits of each tree, side by side. O(features × (log thresholds + bytes ÷ 16)).
    @inline(__always)
    func with<Result>(_ values: UnsafeBufferPointer<Double>, _ body: (UnsafeRawPointer) -> Result) -> Result {
        let byteCount = ScratchRoom.byteCount(UInt8.self, stride) + ScratchRoom.byteCount(Int.self, asked.count)
        return ScratchRoom.with(byteCount) { room in
            let bits = room.take(UInt8.self, stride)
            fill(bits, from: values, room.take(Int.self, asked.count))
            return body(UnsafeRawPointer(bits))
        }
    }

    private func fill(
        _ bits: UnsafeMutablePointer<UInt8>, from values: UnsafeBufferPointer<Double>,
        _ offsets: UnsafeMutablePointer<Int>
    ) {
        for index in 0..<asked.count {
            offsets[index] = (asked[index].firstRow &+ answer(asked[index], values[asked[index].feature])) &* stride
        }
        for first in Swift.stride(from: 0, to: stride, by: Self.laneCount * Self.partCount) {
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

extension TreeSplit {
    /// The threshold of a question about a number.
    fileprivate var numericThreshold: Double? {
        guard case .atLeast(let threshold) = condition else { return nil }
        return threshold
    }
}
