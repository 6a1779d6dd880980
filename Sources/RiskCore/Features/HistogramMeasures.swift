/// Measures of shares that sum to about 1. They use ``portableLog1p(_:)`` alone, so their bits are the same everywhere.
enum HistogramMeasures {
    /// Shares below this count as none.
    private static let leastShare = 1e-12

    /// Entropy divided by the largest possible: 0 all in one, 1 all alike; NaN for no shares.
    static func evenness(_ shares: ArraySlice<Double>) -> Double {
        let sum = shares.reduce(0, +)
        guard shares.count > 1, sum > 0 else { return .nan }
        return min(1, entropy(shares, sum: sum) / portableLog1p(Double(shares.count - 1)))
    }

    /// Jensen-Shannon divergence with base 2: 0 the same, 1 nothing in common; NaN for no shares.
    ///
    /// As H((p + q) ÷ 2) − (H(p) + H(q)) ÷ 2; Lin, "Divergence measures based on the Shannon entropy", 1991.
    static func divergence(_ shares: ArraySlice<Double>, from reference: Reference) -> Double {
        let sum = shares.reduce(0, +)
        guard shares.count == reference.shares.count, sum > 0 else { return .nan }
        var mixed = 0.0
        for (share, other) in zip(shares, reference.shares) { mixed += Self.term((share / sum + other) / 2) }
        return max(0, min(1, (mixed - (entropy(shares, sum: sum) + reference.entropy) / 2) / ln2))
    }

    /// Shares to compare with, whose entropy is computed once.
    struct Reference: Sendable {
        let shares: [Double]
        let entropy: Double

        init(_ shares: [Double]) {
            self.shares = shares
            entropy = HistogramMeasures.entropy(shares[...], sum: shares.reduce(0, +))
        }
    }

    private static let ln2 = portableLog1p(1)

    private static func entropy(_ shares: ArraySlice<Double>, sum: Double) -> Double {
        shares.reduce(0) { $0 + term($1 / sum) }
    }

    /// −p ln p.
    private static func term(_ p: Double) -> Double {
        p > leastShare && p < 1 ? p * portableLog1p(1 / p - 1) : 0
    }
}
