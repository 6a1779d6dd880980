internal import RiskCore

/// What the state knows at the moment of an event, and where the account belongs by it.
struct Sight {
    var snapshot = LinkSnapshot()
    var placement = Placement.apart
    /// The account's membership before the event.
    var membership: Membership?
    /// The account's exchanges before the event.
    var exchanges: Int64 = 0
    /// For each of the event's identifiers in turn its pair with the tenant. Empty without a tenant.
    var tenantPairs: [TenantPair] = []

    /// Where an account belongs that moves no more: what it has come to share shows in its facts and nowhere else.
    var settledPlacement: Placement {
        switch placement {
        case .leaves, .joins: membership == nil ? placement : .stays([])
        default: placement
        }
    }
}

/// What becomes of an account's membership with an event.
enum Placement {
    /// It belongs to no cluster.
    case apart
    /// It stays where it is, on these grounds.
    case stays([Tie])
    /// It comes to a cluster, possibly from another.
    case joins(ClusterJoining.Candidate)
    /// It stays, and belongs to another one just as surely.
    case bridges([Tie], to: ClusterJoining.Candidate)
    /// It and an account outside all clusters belong together.
    case founds(ClusterJoining.Candidate)
    /// Nothing holds it where it is any more.
    case leaves
}

extension LinkState {
    /// An identifier, unless nobody came with it for its class's lifetime.
    func identifier(_ key: UInt64, _ identifierClass: IdentifierClass, atMs: Int64) -> IdentifierLinks? {
        guard let links = identifiers[key] else { return nil }
        return atMs - links.lastSeenMs > identifierClass.character.lifetimeDays * 86_400_000 ? nil : links
    }

    func sight(of event: AccountEvent, _ keys: EventKeys, _ account: AccountLinks?) -> Sight {
        accounts.prefetchNeighbours(keys.account)
        clusters.prefetchNeighbours(ofMember: keys.account)
        identifiers.prefetch(keys.identifiers.lazy.map(\.key))
        var sight = Sight()
        sight.tenantPairs = tenantPairs(keys)
        if let history = account?.history {
            sight.snapshot.account = history.facts
            sight.exchanges = history.exchanges
        }
        sight.snapshot.isSeatOfDomain = keys.tenant == 0 && keys.organisation != nil
        sight.snapshot.rhythm = account?.rhythm?.facts(on: RhythmRecord.day(ofMs: keys.timeMs))
        sight.snapshot.population = population.facts(
            for: event, own: account?.populationPart ?? Population.Part(), profile: account?.history?.profile)
        let membership = clusters.membership(of: keys.account)
        sight.membership = membership
        var shared: [ClusterJoining.Shared] = []
        for (index, (identifierClass, key, _)) in keys.identifiers.enumerated() {
            guard let links = identifier(key, identifierClass, atMs: keys.timeMs) else {
                if sight.snapshot[identifierClass] == nil {
                    sight.snapshot[identifierClass] = LinkFacts()
                    sight.snapshot[identifierClass]?.firstSeenMs = keys.timeMs
                }
                continue
            }
            let own = account.flatMap {
                $0.attachment(key, life: links.life)
                    ?? formerAttachment(key, life: links.life, of: keys.account, $0)
            }
            let pair = sight.tenantPairs.isEmpty ? nil : sight.tenantPairs[index]
            let facts = facts(of: links, key, identifierClass, keys, account, own, pair)
            if Self.says(facts, atLeastAsMuchAs: sight.snapshot[identifierClass], of: identifierClass) {
                sight.snapshot[identifierClass] = facts
            }
            guard facts.accounts > 0, ClusterJoining.canJoin(links, identifierClass) else { continue }
            if shared.isEmpty { shared.reserveCapacity(keys.identifiers.count - index) }
            let home = links.home.cluster == 0 ? 0 : clusters.resolve(links.home.cluster)
            let isCounted = own != nil && membership?.cluster == home
            shared.append(
                ClusterJoining.Shared(
                    identifierClass: identifierClass, home: home,
                    members: max(0, links.home.accounts - (isCounted ? 1 : 0)), accounts: Int(facts.accounts),
                    loners: links.loners))
        }
        place(&sight, keys, account, membership, ClusterJoining(shared, accountCount: accounts.count))
        return sight
    }

    /// Which of an account's several identifiers of a class is told of: of the bands of a prompt the one that most
    /// others agree in; of its cards the latest, which comes first, unless more labelled accounts have an earlier one
    /// and no fewer strangers. An earlier card that many have, but nobody labelled, would hide what comes with a new
    /// one.
    private static func says(
        _ facts: LinkFacts, atLeastAsMuchAs known: LinkFacts?, of identifierClass: IdentifierClass
    ) -> Bool {
        guard let known else { return true }
        guard identifierClass.character.isPersonal else { return facts.accounts >= known.accounts }
        return facts.labelledBad > known.labelledBad && facts.accounts - facts.related >= known.accounts - known.related
    }

    /// The pairs of an event's identifiers and its tenant, whose memory is asked for.
    private func tenantPairs(_ keys: EventKeys) -> [TenantPair] {
        guard let organisation = keys.organisation else { return [] }
        let result = keys.identifiers.map { entry in
            // No identifier has the life 0, and nobody asks for the pair of one that is not known.
            let life = identifiers.read(entry.key) { $0.life } ?? 0
            return TenantPair(life: life, key: LinkKey.pair(entry.key, life: life, with: organisation))
        }
        pairs.prefetch(result.lazy.map(\.key))
        return result
    }

    private func facts(
        of links: IdentifierLinks, _ key: UInt64, _ identifierClass: IdentifierClass, _ keys: EventKeys,
        _ account: AccountLinks?, _ own: AccountLinks.Attachment?, _ tenantPair: TenantPair?
    ) -> LinkFacts {
        var sharesOrganisation = false
        var related = 0.0
        if let organisation = keys.organisation, let tenantPair, links.organisations > 0,
            let pair = pairs[tenantPair.key]
        {
            sharesOrganisation = true
            related = Double(max(0, Int(pair.accounts) - (own != nil && account?.organisation == organisation ? 1 : 0)))
        } else if let organisation = keys.organisation {
            sharesOrganisation = mayBeSketched(organisation, on: key, links)
        }
        var sharesCompanion = false
        if let companion = identifierClass.companion, let ownCompanion = keys.key(of: companion) {
            sharesCompanion = pairs.contains(LinkKey.pair(key, life: links.life, with: ownCompanion))
        }
        let ownOrganisations =
            (own?.isOwnOrganisation == true || isLastOfLeft(key, keys, own) ? 1 : 0) + (sharesOrganisation ? 1 : 0)
        var facts = links.facts(
            atMs: keys.timeMs, leavingOut: own, account: account, ownOrganisations: ownOrganisations,
            sharesCompanion: sharesCompanion)
        facts.related = min(related, facts.accounts)
        facts.surprise = Surprise.nats(of: facts.accounts - facts.related, expected: identifierClass.expectedDegree)
        return facts
    }

    /// Whether the organisation that the account is about to leave is nobody's there but its own.
    private func isLastOfLeft(_ key: UInt64, _ keys: EventKeys, _ own: AccountLinks.Attachment?) -> Bool {
        guard let left = keys.leftOrganisation, let own else { return false }
        return pairs.read(LinkKey.pair(key, life: own.life, with: left)) { $0.accounts <= 1 } ?? false
    }

    /// Decides where the account belongs, and fills in the facts of that cluster.
    private func place(
        _ sight: inout Sight, _ keys: EventKeys, _ account: AccountLinks?, _ membership: Membership?,
        _ joining: ClusterJoining
    ) {
        let candidates = joining.clusters(excluding: membership?.cluster ?? 0, of: clusters, atMs: keys.timeMs)
        let candidate = candidates.first
        let cluster = membership.flatMap { own in
            clusters.read(own.cluster) { (members: $0.members, prior: $0.prior(atMs: keys.timeMs, for: own)) }
        }
        guard let membership, let cluster else {
            if let candidate {
                sight.placement = .joins(candidate)
                show(candidate.ties, of: candidate.key, nil, &sight.snapshot, keys, account)
                sight.snapshot.rivals = rivals(candidates.dropFirst(), keys, account)
            } else if let loner = joining.bestLoner(besides: keys.account, of: accounts, outside: clusters) {
                sight.placement = .founds(loner)
            }
            return
        }
        let lasting = membership.lastingTies
        let current = joining.ties(to: membership.cluster, others: cluster.members - 1)
        let grounds = current + lasting
        let isHeld = ClusterJoining.isEnough(lasting, prior: cluster.prior)
        let isTied = isHeld || ClusterJoining.isEnough(grounds, prior: cluster.prior)
        switch (candidate, isTied) {
        case (let candidate?, true) where isHeld && candidate.isHeld:
            sight.placement = .bridges(current, to: candidate)
            show(grounds, of: membership.cluster, membership, &sight.snapshot, keys, account)
        case (let candidate?, _) where !isTied || (!isHeld && candidate.isHeld):
            sight.placement = .joins(candidate)
            show(candidate.ties, of: candidate.key, nil, &sight.snapshot, keys, account)
        case (_, true):
            sight.placement = .stays(current)
            show(grounds, of: membership.cluster, membership, &sight.snapshot, keys, account)
        default:
            sight.placement = .leaves
        }
    }

    private func show(
        _ ties: [Tie], of cluster: UInt64, _ membership: Membership?, _ snapshot: inout LinkSnapshot,
        _ keys: EventKeys, _ account: AccountLinks?
    ) {
        let facts = clusters.read(cluster) {
            $0.facts(atMs: keys.timeMs, leavingOut: membership, account: account, tenant: keys.organisation)
        }
        guard let facts else { return }
        for tie in ties {
            guard let known = snapshot[tie.identifierClass]?.tie else { continue }
            snapshot[tie.identifierClass]?.tie = max(known, tie.nats)
        }
        snapshot.cluster = facts
        snapshot.tieAgain()
    }

    /// What would count were the account not to share what ties it to a surer cluster.
    private func rivals(
        _ candidates: ArraySlice<ClusterJoining.Candidate>, _ keys: EventKeys, _ account: AccountLinks?
    ) -> [RivalCluster] {
        candidates.sorted { $0.key < $1.key }.compactMap { candidate in
            guard let record = clusters[candidate.key] else { return nil }
            var ties = Array(repeating: 0.0, count: IdentifierClass.slotCount)
            for tie in candidate.ties {
                ties[tie.identifierClass.rawValue] = max(ties[tie.identifierClass.rawValue], tie.nats)
            }
            let facts = record.facts(
                atMs: keys.timeMs, leavingOut: nil, account: account, tenant: keys.organisation)
            return RivalCluster(facts: facts, ties: ties)
        }
    }
}

/// How surprising a number of accounts is by chance.
enum Surprise {
    /// Chernoff's bound on the tail of a Poisson variable: −ln P(X ≥ count) is at least this; 0 up to what is expected.
    static func nats(of count: Double, expected: Double) -> Double {
        guard count > expected else { return 0 }
        return count * portableLog1p(count / expected - 1) - count + expected
    }
}
