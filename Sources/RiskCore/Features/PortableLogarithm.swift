/// ln(1 + x) for x ≥ 0 out of additions, multiplications and divisions alone.
///
/// The C library's logarithm may differ in the last bit from version to version, and then the golden bits of a model
/// file would refuse to load after an upgrade of the system. This one gives the same bits wherever IEEE 754 holds.
/// Error below 1e-15 relative to max(1, result); non-decreasing within that error. About ten nanoseconds.
public func portableLog1p(_ x: Double) -> Double {
    precondition(x >= 0, "portableLog1p needs a number of at least 0, found \(x)")
    guard x.isFinite else { return x }
    // So small that its square no longer counts.
    if x < 0x1p-53 { return x }
    let y = 1 + x
    var exponent = Double(y.exponent)
    var mantissa = y.significand  // 1 ..< 2
    if mantissa > 1.4142135623730951 {
        mantissa *= 0.5
        exponent += 1
    }
    // ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s = (m − 1) / (m + 1), |s| ≤ 0.1716
    // What 1 + x rounded away comes back to first order.
    let lost = (x - (y - 1)) / y
    let s = (mantissa - 1) / (mantissa + 1)
    let z = s * s
    // By Horner's rule from 1/21 on; written out so that the compiler divides, not the caller.
    var series = (1 / 21.0) * z
    series = (series + 1 / 19.0) * z
    series = (series + 1 / 17.0) * z
    series = (series + 1 / 15.0) * z
    series = (series + 1 / 13.0) * z
    series = (series + 1 / 11.0) * z
    series = (series + 1 / 9.0) * z
    series = (series + 1 / 7.0) * z
    series = (series + 1 / 5.0) * z
    series = (series + 1 / 3.0) * z
    return exponent * 0.6931471805599453 + (2 * s * (1 + series) + lost)
}

/// sign(x) × ln(1 + |x|), the transformation of skewed numbers. Missing (NaN) stays missing.
public func signedLog(_ x: Double) -> Double {
    if x.isNaN { return x }
    return x < 0 ? -portableLog1p(-x) : portableLog1p(x)
}
