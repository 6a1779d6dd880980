internal import RiskCore

/// Honest rows as they would have looked had the customer come with a crowd: what it says of sign-up, payments and use
/// is its own, whom it shares with is a campaign's, of whom nobody is labelled, in places that may be new.
///
/// In most logs nearly every burst of new accounts was a campaign's, so trees take the burst for the proof. The day on
/// which a company takes the service up, a course begins or a customer moves over from elsewhere is one as well. With
/// these rows a crowd that nobody has labelled speaks for abuse only together with what the account itself shows. The
/// counterpart of ``BorrowedLooks``, for new honest accounts alone; drawn once for the account.
///
/// It comes beside the row's other altered copy, and of both one counts: this one in the first forest of a model and in
/// every second one after it, the other in those between. With such rows trees know that a crowd is no proof, without
/// them they know campaigns, and the mean of both loses less of either than one forest of fewer such rows.
struct InnocentCrowd {
    /// Nobody comes with a crowd after so many days: against an old account that was stolen whom it shares with is all
    /// there is.
    static let newDays = 30.0

    private let seed: UInt64
    /// Share of honest accounts that have such copies while they are new.
    private let share: Double
    private var lenders = RecentObservationsByType()

    init(share: Double, seed: UInt64) {
        self.share = share
        self.seed = seed
    }

    /// Keeps whom an account of a campaign shares with.
    mutating func remember(_ observation: Observation, account: Int) {
        if share > 0 { lenders.keep(observation, account: account) }
    }

    /// The observation of an honest account in such a crowd; nil if it is not drawn, or there is no crowd yet.
    ///
    /// How much of the crowd it shares differs from row to row, from nothing to all, so no single class and no set of
    /// them proves anything; and any place, be it the crowd's or its own, may be one where nobody has been for long.
    /// What the account has no identifier of stays so: that is its own look.
    func altered(_ observation: Observation, commitSequence: UInt64) -> AlteredObservation? {
        guard Self.isNew(observation), AccountDraws(observation.event.account, seed: seed).unit("crowd") < share
        else { return nil }
        var draws = SplitMix64(seed: commitSequence &+ seed)
        guard let kept = lenders.drawn(observation.event.type, by: draws.next()) else { return nil }
        let crowd = kept.observation.links
        let later = observation.event.timeMs - kept.observation.event.timeMs
        var links = observation.links
        let sharedPart = Double.random(in: 0..<1, using: &draws)
        func isDrawn() -> Bool { Double.random(in: 0..<1, using: &draws) < sharedPart }
        for identifierClass in IdentifierClass.linked {
            guard links[identifierClass] != nil, let lent = crowd[identifierClass] else { continue }
            if isDrawn() { links[identifierClass] = lent.withoutLabels(later: later) }
            if isDrawn() { links[identifierClass]?.established = 0 }
        }
        if let cluster = crowd.cluster, isDrawn() {
            links.cluster = cluster.withoutLabels(later: later)
            links.rivals = []
        }
        return AlteredObservation(
            observation: Observation(event: observation.event, links: links), lender: kept.account, isInCrowd: true)
    }

    /// Whether the account is known to be new; of unknown age is none but one that signs up.
    private static func isNew(_ observation: Observation) -> Bool {
        let event = observation.event
        let account = observation.links.account
        let statedDays = event.number(.accountAgeS) / 86_400
        if !statedDays.isNaN { return statedDays < newDays }
        guard let sinceMs = account.bornAtMs ?? account.firstSeenMs else { return event.type == .signup }
        return Double(event.timeMs - sinceMs) < newDays * 86_400_000
    }
}

extension LinkFacts {
    /// As they would be so much later, had it all happened then and had nobody on the identifier been labelled abusive.
    fileprivate func withoutLabels(later: Int64) -> LinkFacts {
        var result = self
        result.firstSeenMs += later
        (result.labelledBad, result.lastBanMs) = (0, nil)
        result.established = max(0, accounts - arrivals30d)
        return result
    }
}

extension ClusterFacts {
    /// As they would be so much later, had it all happened then and had no member been labelled abusive.
    fileprivate func withoutLabels(later: Int64) -> ClusterFacts {
        var result = self
        result.bornMs += later
        (result.labelledBad, result.lastBanMs) = (0, nil)
        return result
    }
}
