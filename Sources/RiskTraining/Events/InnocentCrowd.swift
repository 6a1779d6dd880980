internal import RiskCore

/// Honest rows as they would have looked had the customer come with a crowd: what it says of sign-up, payments and use
/// is its own, whom it shares with is a campaign's, of whom nobody is labelled, in places that may be new.
///
/// In most logs nearly every burst of new accounts was a campaign's, so trees take the burst for the proof. The day on
/// which a company takes the service up, a course begins or a customer moves over from elsewhere is one as well. With
/// these rows a crowd that nobody has labelled speaks for abuse only together with what the account itself shows. The
/// counterpart of ``BorrowedLooks``, for new honest accounts alone; drawn once for the account.
struct InnocentCrowd {
    /// Events of each type that are kept to draw from, the latest.
    private static let lenderCount = 512
    /// Nobody comes with a crowd after so many days: an old account that suddenly shares with new ones was stolen.
    static let newDays = 30.0

    private let seed: UInt64
    /// Share of honest accounts whose altered copies are of this kind while they are new.
    private let share: Double
    /// By ``EventType`` raw value.
    private var lenders = Array(repeating: RecentObservations(limit: lenderCount), count: EventType.allCases.count)

    init(share: Double, seed: UInt64) {
        self.share = share
        self.seed = seed
    }

    /// Keeps whom an account that is called abusive shares with.
    mutating func remember(_ observation: Observation, account: Int) {
        lenders[observation.event.type.rawValue].keep(observation, account: account)
    }

    /// The observation of an honest account in such a crowd; nil if it is not drawn, or there is no crowd yet.
    ///
    /// How much of the crowd it shares differs from row to row, from nothing to all, and what it does not share is its
    /// own; so no single class and no set of them proves anything.
    func altered(_ observation: Observation, commitSequence: UInt64) -> AlteredObservation? {
        let account = observation.links.account
        let sinceMs = account.bornAtMs ?? account.firstSeenMs ?? observation.event.timeMs
        guard Double(observation.event.timeMs - sinceMs) < Self.newDays * 86_400_000,
            AccountDraws(observation.event.account, seed: seed).unit("crowd") < share
        else { return nil }
        var draws = SplitMix64(seed: commitSequence &+ seed)
        guard let kept = lenders[observation.event.type.rawValue].drawn(by: draws.next()) else { return nil }
        let crowd = kept.observation.links
        var links = observation.links
        let sharedPart = Double.random(in: 0..<1, using: &draws)
        func isDrawn() -> Bool { Double.random(in: 0..<1, using: &draws) < sharedPart }
        for identifierClass in IdentifierClass.linked {
            if isDrawn() { links[identifierClass] = crowd[identifierClass]?.withoutLabels }
            if isDrawn() { links[identifierClass]?.established = 0 }
        }
        if isDrawn() {
            links.cluster = crowd.cluster?.withoutLabels
            links.rivals = []
        }
        return AlteredObservation(
            observation: Observation(event: observation.event, links: links), lender: kept.account)
    }
}

extension LinkFacts {
    /// As they would be had nobody on the identifier been labelled abusive.
    fileprivate var withoutLabels: LinkFacts {
        var result = self
        (result.labelledBad, result.lastBanMs) = (0, nil)
        return result
    }
}

extension ClusterFacts {
    /// As they would be had no member been labelled abusive.
    fileprivate var withoutLabels: ClusterFacts {
        var result = self
        (result.labelledBad, result.lastBanMs) = (0, nil)
        return result
    }
}
