/// The rows of one tree, grouped by the leaf they have reached so far.
struct RowPartition: Sendable {
    private(set) var rows: [Int32]
    /// The rows' slopes and curvatures, in the order of ``rows``.
    private(set) var pairs: [GradientPair]
    /// Where each leaf's rows stand in ``rows``; bit l of a leaf's number says where it went at level l.
    private(set) var ranges: [Range<Int>]
    private var spareRows: [Int32]
    private var sparePairs: [GradientPair]

    init(rows: [Int32], pairs: [GradientPair]) {
        precondition(rows.count == pairs.count, "\(rows.count) rows with \(pairs.count) pairs")
        self.rows = rows
        self.pairs = pairs
        ranges = [0..<rows.count]
        spareRows = rows
        sparePairs = pairs
    }

    /// Divides every leaf: leaf j stays j on the left and becomes j + leaves on the right.
    mutating func divide(codes: [UInt8], goesRight: [Bool]) {
        var answers = goesRight.map { $0 ? UInt8(1) : 0 }
        answers += Array(repeating: 0, count: 256 - answers.count)
        let parents = ranges
        var rightRanges: [Range<Int>] = []
        rows.withUnsafeMutableBufferPointer { rows in
            pairs.withUnsafeMutableBufferPointer { pairs in
                spareRows.withUnsafeMutableBufferPointer { spareRows in
                    sparePairs.withUnsafeMutableBufferPointer { sparePairs in
                        codes.withUnsafeBufferPointer { codes in
                            for (leaf, range) in parents.enumerated() {
                                let left = GradientLoops.partition(
                                    rows: .init(rebasing: rows[range]), pairs: .init(rebasing: pairs[range]),
                                    codes: codes, goesRight: answers, spareRows: .init(rebasing: spareRows[range]),
                                    sparePairs: .init(rebasing: sparePairs[range]))
                                ranges[leaf] = range.lowerBound..<range.lowerBound + left
                                rightRanges.append(range.lowerBound + left..<range.upperBound)
                            }
                        }
                    }
                }
            }
        }
        ranges += rightRanges
    }

    /// Adds the rows of one leaf to sums by bin.
    func accumulate(_ leaf: Int, codes: [UInt8], into sums: UnsafeMutableBufferPointer<GradientSum>) {
        let range = ranges[leaf]
        rows.withUnsafeBufferPointer { rows in
            pairs.withUnsafeBufferPointer { pairs in
                codes.withUnsafeBufferPointer { codes in
                    GradientLoops.accumulate(
                        rows: .init(rebasing: rows[range]), pairs: .init(rebasing: pairs[range]), codes: codes,
                        into: sums)
                }
            }
        }
    }
}
