internal import CTreeTraining

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
        GradientPair(Int32((slope * one).rounded()), Int32((curvature * one).rounded()))
    }

    /// Slope and curvature as numbers.
    func numbers(_ sum: GradientSum) -> SIMD2<Double> { SIMD2(Double(sum.x), Double(sum.y)) / one }
}
