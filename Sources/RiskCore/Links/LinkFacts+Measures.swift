extension LinkFacts {
    /// Two to five honest people share a card or a device. Shares count as many innocent accounts in, so that a few
    /// neighbours make no large share.
    static let innocentAccounts = 5.0

    /// The labelled share of the other accounts, shrunk towards 0.
    var labelledShare: Double { labelledBad / (accounts + Self.innocentAccounts) }

    /// The verified share of the other accounts, shrunk towards 0.
    var verifiedShare: Double { verified / (accounts + Self.innocentAccounts) }

    /// The share of the other accounts that came in the last seven days, shrunk towards 0.
    var youngShare: Double { arrivals7d / (accounts + Self.innocentAccounts) }

    /// Days since the identifier was first seen, at least 0.
    func ageDays(atMs: Int64) -> Double { Double(max(0, atMs - firstSeenMs)) / 86_400_000 }

    /// How far the arrivals of a day exceed what the identifier's own last month makes ordinary, in standard
    /// deviations of a Poisson process; at least 0.
    ///
    /// An identifier seen for d days has a history of 1 + 29 d ÷ (d + 30) days, at most 30. Its first day is all the
    /// history there is, so it is no burst. One more arrival never lowers it.
    func burst(atMs: Int64) -> Double {
        let days = ageDays(atMs: atMs)
        let ordinary = arrivals30d / (1 + 29 * days / (days + 30))
        return max(0, arrivals1d - ordinary) / (ordinary + 1).squareRoot()
    }
}
