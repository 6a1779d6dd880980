/// Slope (x) and curvature (y) of one row's loss, in fixed point.
///
/// Fixed point, because sums of integers are exact: they do not depend on the order of the rows, and the larger of two
/// sibling leaves is the parent less the smaller one to the last bit.
typealias GradientPair = SIMD2<Int32>

/// Summed slopes and curvatures of rows, in fixed point. 2^31 rows cannot overflow it.
typealias GradientSum = SIMD2<Int64>

extension GradientPair {
    var sum: GradientSum { GradientSum(truncatingIfNeeded: self) }
}

/// The fixed point of a run: the number that stands for 1.
struct GradientScale: Sendable {
    let one: Double

    /// The finest scale at which the heaviest row still fits.
    init(largestWeight: Double) {
        precondition(largestWeight > 0 && largestWeight.isFinite, "the largest weight is \(largestWeight)")
        // The exponent of a weight in [2^e, 2^(e + 1)); slopes are at most the weight and stay below 2^30.
        one = Double(sign: .plus, exponent: min(1000, 29 - Int(largestWeight.exponent)), significand: 1)
    }

    func pair(slope: Double, curvature: Double) -> GradientPair {
        GradientPair(Self.rounded(slope * one), Self.rounded(curvature * one))
    }

    /// To the nearest whole number: 1.5 × 2^52 leaves no bit for fractions. The C library's call takes several times as
    /// long.
    private static func rounded(_ value: Double) -> Int32 { Int32((value + 0x1.8p52) - 0x1.8p52) }

    /// Slope and curvature as numbers.
    func numbers(_ sum: GradientSum) -> SIMD2<Double> { SIMD2(Double(sum.x), Double(sum.y)) / one }
}

/// The inner loops of growing a tree, on memory that the caller owns. Tested against the same in plain words.
enum GradientLoops {
    /// Adds each row's pair to the sum of its bin.
    ///
    /// - Parameters:
    ///   - rows: Row indices, each below `codes.count`.
    ///   - pairs: As many as rows, in their order.
    ///   - codes: The bin of every row; each below `sums.count`.
    static func accumulate(
        rows: UnsafeBufferPointer<Int32>, pairs: UnsafeBufferPointer<GradientPair>, codes: UnsafeBufferPointer<UInt8>,
        into sums: UnsafeMutableBufferPointer<GradientSum>
    ) {
        precondition(rows.count == pairs.count, "\(rows.count) rows with \(pairs.count) pairs")
        for index in 0..<rows.count {
            let bin = Int(codes[Int(rows[index])])
            sums[bin] &+= GradientSum(truncatingIfNeeded: pairs[index])
        }
    }

    /// Moves the rows that go right behind those that go left; both keep their order.
    ///
    /// - Parameters:
    ///   - goesRight: 256 answers, 0 or 1, one for each bin.
    ///   - spareRows: Room for as many rows; what is in it afterwards means nothing.
    ///   - sparePairs: Likewise.
    /// - Returns: How many go left.
    static func partition(
        rows: UnsafeMutableBufferPointer<Int32>, pairs: UnsafeMutableBufferPointer<GradientPair>,
        codes: UnsafeBufferPointer<UInt8>, goesRight: [UInt8], spareRows: UnsafeMutableBufferPointer<Int32>,
        sparePairs: UnsafeMutableBufferPointer<GradientPair>
    ) -> Int {
        precondition(goesRight.count == 256, "\(goesRight.count) answers for 256 bins")
        precondition(
            min(pairs.count, spareRows.count, sparePairs.count) >= rows.count, "no room for \(rows.count) rows")
        var (left, right) = (0, 0)
        goesRight.withUnsafeBufferPointer { goesRight in
            // Written to both places without a branch: half of the answers are a surprise.
            for index in 0..<rows.count {
                let (row, pair) = (rows[index], pairs[index])
                let step = Int(goesRight[Int(codes[Int(row)])])
                rows[left] = row
                pairs[left] = pair
                spareRows[right] = row
                sparePairs[right] = pair
                left += 1 - step
                right += step
            }
        }
        for index in 0..<right {
            rows[left + index] = spareRows[index]
            pairs[left + index] = sparePairs[index]
        }
        return left
    }
}
