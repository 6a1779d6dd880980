internal import RiskCore

/// Rows as they would have looked had the account been stolen from a customer of long standing: the use and the network
/// are its own, sign-up, payments and past are somebody else's.
///
/// Past campaigns hold few stolen accounts, so a model learns that whoever is old is safe. Drawn once for the account,
/// honest or abusive, as ``IdentifierDropout`` is. Whose identity it is is known of each row, as of
/// ``BorrowedLooks``.
struct StolenIdentity {
    /// Share of accounts whose altered copies are of this kind.
    static let share = 0.1
    /// A customer is of long standing after so many days.
    static let leastDays = 30.0
    /// Customers that are kept to draw from, the latest.
    private static let donorCount = 256

    /// What comes with an account, and not with its use.
    private static let ownedClasses: [IdentifierClass] = [
        .device, .instrument, .billingAddr, .email, .emailDomain, .emailMx, .emailMask, .profileTemplate, .referral,
        .issuerProgramme, .phone,
    ]

    private let seed: UInt64
    private var donors = RecentObservations(limit: donorCount)

    init(seed: UInt64) {
        self.seed = seed
    }

    /// Keeps what an account nobody calls abusive looks like, if it is one of long standing.
    mutating func remember(_ observation: Observation, account number: Int) {
        let account = observation.links.account
        guard observation.event.type == .usage, let sinceMs = account.bornAtMs ?? account.firstSeenMs,
            Double(observation.event.timeMs - sinceMs) >= Self.leastDays * 86_400_000
        else { return }
        donors.keep(observation, account: number)
    }

    /// The observation of a stolen account; nil if this account is not drawn, or there is nobody to steal from.
    func altered(_ observation: Observation) -> AlteredObservation? {
        let draws = AccountDraws(observation.event.account, seed: seed)
        guard observation.event.type == .usage, draws.unit("stolen") < Self.share,
            let kept = donors.drawn(by: draws.whole("donor"))
        else { return nil }
        let donor = kept.observation
        var links = observation.links
        links.account = donor.links.account
        for identifierClass in Self.ownedClasses {
            links[identifierClass] = donor.links[identifierClass]
            links[identifierClass]?.tie = 0
        }
        links.tieAgain()
        let event = observation.event.withIdentity(of: donor.event)
        return AlteredObservation(observation: Observation(event: event, links: links), lender: kept.account)
    }
}
