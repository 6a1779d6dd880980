internal import RiskCore

/// Rows as they would have looked had the account by itself been a customer like any other: what it says of sign-up,
/// payments and use is somebody else's, whom it shares with is its own.
///
/// In every past campaign most accounts give themselves away alone, so nothing is left for the network to explain and
/// trees hardly ask about it; the next campaign's accounts look like busy customers. Drawn once for the account, honest
/// or abusive alike, as ``IdentifierDropout`` is. Whose looks they are is known of each row:
/// ``HeldOutSplit`` learns from none that a held-out account has lent, nor judges one that a fitted account has lent.
struct BorrowedLooks {
    /// Share of accounts whose altered copies are of this kind.
    static let share = 0.3

    private let seed: UInt64
    private var lenders = RecentObservationsByType()

    init(seed: UInt64) {
        self.seed = seed
    }

    /// Keeps what an account nobody calls abusive looks like.
    mutating func remember(_ observation: Observation, account: Int) {
        lenders.keep(observation, account: account)
    }

    /// The observation with another's looks; nil if this account is not drawn, or there is nobody to borrow from.
    func altered(_ observation: Observation, commitSequence: UInt64) -> AlteredObservation? {
        // Another lender for each row: a single one would stand for the account.
        guard AccountDraws(observation.event.account, seed: seed).unit("borrowed") < Self.share,
            let kept = lenders.drawn(observation.event.type, by: RowSampling.draw(commitSequence &+ seed))
        else { return nil }
        let lender = kept.observation
        var links = observation.links
        let later = observation.event.timeMs - lender.event.timeMs
        links.account = lender.links.account
        links.account.firstSeenMs = lender.links.account.firstSeenMs.map { $0 + later }
        links.account.bornAtMs = lender.links.account.bornAtMs.map { $0 + later }
        links.population = lender.links.population
        let event = observation.event.withLooks(of: lender.event)
        return AlteredObservation(observation: Observation(event: event, links: links), lender: kept.account)
    }
}
