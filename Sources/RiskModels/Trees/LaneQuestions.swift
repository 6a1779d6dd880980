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
        for index in 0..<blockCount * laneCount {
            let first = index / laneCount * 3 * laneCount + index % laneCount
            guard index < questions.count, let split = questions[index] else {
                // No byte is above this, whatever its mask.
                splits[first + laneCount] = 255
                continue
            }
            let question = byteColumns.question(split)
            splits[first] = UInt8(truncatingIfNeeded: question.column)
            splits[first + laneCount] = question.threshold
            splits[first + 2 * laneCount] = question.mask
            columns[index] = question.column
        }
    }
}
