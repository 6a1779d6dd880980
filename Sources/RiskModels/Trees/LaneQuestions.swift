internal import CTreeKernels

/// Questions in the form the vector kernels read: for each sixty-four of them their columns, thresholds and masks.
struct LaneQuestions {
    private(set) var splits: [UInt8]
    private(set) var columns: [UInt16]

    /// One question a lane; a lane without one is answered with no.
    init(_ questions: [TreeSplit?], _ byteColumns: ByteColumns) {
        let laneCount = Int(TK_LANES)
        let blockCount = (questions.count + laneCount - 1) / laneCount
        splits = Array(repeating: 0, count: blockCount * 3 * laneCount)
        columns = Array(repeating: 0, count: blockCount * laneCount)
        for (index, split) in questions.enumerated() {
            guard let split else { continue }
            let question = byteColumns.question(split)
            let first = index / laneCount * 3 * laneCount + index % laneCount
            splits[first] = UInt8(truncatingIfNeeded: question.column)
            splits[first + laneCount] = question.threshold
            splits[first + 2 * laneCount] = question.mask
            columns[index] = question.column
        }
    }
}
