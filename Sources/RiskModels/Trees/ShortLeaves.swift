/// Leaves of symmetric trees in eight bits, so that all of a model's stay in the nearest cache.
///
/// Only training rounds leaves, tree by tree as it grows them; a model's own leaves are never changed. Layout finds out
/// whether a model has such leaves, so the file says nothing about it.
enum ShortLeaves {
    /// Multiples of the step at most.
    static let limit = 127.0

    /// The power of two of which all leaves are multiples by at most ``limit``; nil if there is none. O(leaves).
    static func step(of leaves: ArraySlice<Double>) -> Double? {
        var exponent = Int.max
        var largest = 0.0
        for leaf in leaves where leaf != 0 {
            guard leaf.isNormal else { return nil }
            // The place of the lowest bit that is set.
            let bits = leaf.significandBitPattern
            exponent = min(exponent, Int(leaf.exponent) - (bits == 0 ? 0 : 52 - bits.trailingZeroBitCount))
            largest = max(largest, abs(leaf))
        }
        guard largest > 0, exponent > -900 else { return nil }
        let step = Double(sign: .plus, exponent: exponent, significand: 1)
        return largest <= step * limit ? step : nil
    }
}

extension SymmetricTree {
    /// Leaves rounded to multiples of a power of two, from 1/127 to 1/63 of the largest.
    ///
    /// Ascending leaves stay ascending and signs stay what they are, or become 0, so directions hold. Trees that are
    /// grown later make up for the rounding. O(leaves).
    ///
    /// - Parameter share: What share of a step a leaf has to lack at most to be rounded up, at least 0 and below 1. If
    ///   it goes round evenly from tree to tree, small leaves of many trees come to what they should in the mean, where
    ///   rounding to the nearest would make all of them 0.
    public static func shortened(_ leaves: [Double], roundedUpBy share: Double = 0.5) -> [Double] {
        precondition(share >= 0 && share < 1, "the share has to be at least 0 and below 1, found \(share)")
        let largest = leaves.reduce(0) { max($0, abs($1)) }
        guard largest.isNormal, largest.exponent > -800 else { return leaves }
        var step = Double(sign: .plus, exponent: Int(largest.exponent) - 6, significand: 1)
        if largest > step * ShortLeaves.limit { step *= 2 }
        return leaves.map { ($0 / step + share).rounded(.down) * step }
    }
}
