internal import RiskCore

/// What is remembered of one cluster.
struct ClusterRecord: Sendable {
    let id: ClusterID
    private(set) var bornMs: Int64
    private(set) var lastSeenMs: Int64
    private(set) var mergedIDs: [ClusterID] = []
    private(set) var members = 0
    private(set) var loners = 0
    private(set) var tenants = SmallTally()
    private(set) var labels = LabelTally()
    private(set) var exchanges: Int64 = 0
    private(set) var history = ClusterHistory()
    /// All that joined, in order, those of a merged cluster behind. Who left may still be there; who came back is
    /// there twice, and only the entry with the time of its membership counts.
    private(set) var roll: [RollEntry] = []
    /// The place of the next on the roll.
    private var nextPlace = 0
    private var arrivals: DecayedArrivals
    private var births = WholeSpread()
    private var loads = WholeSpread()
    private var templates = CommonestTally()
    private var routes = InlineArray<40, Int32>(repeating: 0)
    private var anonymised = AnswerTally()
    private var virtualCards = AnswerTally()
    private var pivots = AnswerTally()
    private var rhythms = RhythmSum()

    init(id: ClusterID, bornMs: Int64) {
        self.id = id
        self.bornMs = bornMs
        lastSeenMs = bornMs
        arrivals = DecayedArrivals(atMs: bornMs)
    }

    /// An account joins.
    mutating func join(_ key: UInt64, _ part: MemberPart, _ account: AccountLinks, atMs: Int64) {
        members += 1
        addToRoll(key, joinedMs: atMs)
        lastSeenMs = max(lastSeenMs, atMs)
        bornMs = min(bornMs, account.history?.firstSeenMs ?? atMs)
        arrivals.add(atMs: atMs)
        history.noteJoin(atMs: atMs)
        add(part)
        relabel(from: .unlabelled, to: account.standing, oldAtMs: 0, atMs: account.labelledAtMs)
    }

    /// An account leaves; what it once arrived as stays in the arrivals until it has decayed.
    mutating func leave(_ part: MemberPart, _ account: AccountLinks) {
        members -= 1
        remove(part)
        relabel(from: account.standing, to: .unlabelled, oldAtMs: account.labelledAtMs, atMs: 0)
    }

    /// A member was seen, and puts in other values than before.
    mutating func update(from old: MemberPart, to new: MemberPart, atMs: Int64) {
        lastSeenMs = max(lastSeenMs, atMs)
        guard old != new else { return }
        history.noteExchanges(new.exchanges - old.exchanges, atMs: atMs)
        remove(old)
        add(new)
    }

    /// A member changed its standing.
    mutating func relabel(
        from old: AccountLinks.Standing, to new: AccountLinks.Standing, oldAtMs: Int64, atMs: Int64
    ) {
        labels.relabel(from: old, to: new, oldAtMs: oldAtMs, atMs: atMs)
        if old == .abusive { history.takeBackBan(atMs: oldAtMs) }
        if new == .abusive { history.noteBan(atMs: atMs) }
    }

    /// Members had exchanges on a day.
    mutating func noteExchanges(_ count: Int64, atMs: Int64) { history.noteExchanges(count, atMs: atMs) }

    /// Takes over another cluster; its name leads here from now on.
    mutating func absorb(_ other: ClusterRecord) {
        bornMs = min(bornMs, other.bornMs)
        lastSeenMs = max(lastSeenMs, other.lastSeenMs)
        mergedIDs += other.mergedIDs + [other.id]
        members += other.members
        loners += other.loners
        tenants.merge(other.tenants)
        labels.merge(other.labels)
        exchanges += other.exchanges
        history.merge(other.history)
        for entry in other.roll { addToRoll(entry.key, joinedMs: entry.joinedMs) }
        arrivals.merge(other.arrivals)
        births.merge(other.births)
        loads.merge(other.loads)
        templates.merge(other.templates)
        for route in routes.indices { routes[route] += other.routes[route] }
        anonymised.merge(other.anonymised)
        virtualCards.merge(other.virtualCards)
        pivots.merge(other.pivots)
        rhythms.add(other.rhythms)
    }

    private mutating func addToRoll(_ key: UInt64, joinedMs: Int64) {
        roll.append(RollEntry(key: key, joinedMs: joinedMs, place: nextPlace))
        nextPlace += 1
    }

    /// Whether most of the roll has left.
    var hasLongRoll: Bool { roll.count > 2 * members + 64 }

    /// Keeps these entries of the roll, with their places.
    mutating func keepOnRoll(_ entries: [RollEntry]) { roll = entries }

    /// Where on the roll a place, or the next one that is still there, is.
    func index(ofPlace place: Int) -> Int {
        var (low, high) = (0, roll.count)
        while low < high {
            let middle = (low + high) / 2
            if roll[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Organisations among the members: tenants, and each that is one of its own.
    var organisations: Int { loners + tenants.count }

    /// Share of members on the commonest template, of those that have one; nil if none has.
    var templateShare: Double? { templates.share(leavingOut: nil) }

    /// Mean similarity of rhythm between pairs of members, −1 to 1; nil if fewer than two have one.
    var synchrony: Double? { rhythms.synchrony(leavingOut: nil) }

    /// What belonging to the largest clusters is worth before anything shared is looked at, in nats.
    static let largestPrior = -4.0
    /// What belonging to a single other account is worth.
    static let leastPrior = -8.0

    /// What belonging is worth before anything shared is looked at, in nats: as the cluster's size, but at most as a
    /// month of arrivals like the last week's; for a member at least what it was worth before.
    ///
    /// Hardly anybody new belongs to what everybody came to in winter: with a prior of its size, two in three that an
    /// address and a mail pattern brought there were honest.
    ///
    /// - Parameter own: The account's membership; nil if it does not belong yet.
    func prior(atMs: Int64, for own: Membership?) -> Double {
        let week = arrivals.week(atMs: max(atMs, arrivals.atMs), leavingOut: own?.joinedMs)
        // One account is as good as none: it is the least.
        let others = Double(members - (own == nil ? 1 : 2))
        let now = min(Self.largestPrior, Self.leastPrior + portableLog1p(max(0, min(others, 30 / 7 * week))))
        return max(now, own?.prior ?? now)
    }

    /// The facts for an account at a moment, which is itself left out.
    ///
    /// - Parameters:
    ///   - own: Its membership here; nil if it does not belong yet.
    ///   - account: What is known of the account; nil if nothing.
    ///   - tenant: The tenant it belongs to; nil if it is an organisation of its own.
    func facts(atMs: Int64, leavingOut own: Membership?, account: AccountLinks?, tenant: UInt64?) -> ClusterFacts {
        let atMs = max(atMs, arrivals.atMs)
        var facts = ClusterFacts(id: id)
        facts.bornMs = bornMs
        facts.accounts = Double(members - (own == nil ? 0 : 1))
        facts.organisations = Double(otherOrganisations(than: tenant, own: own?.part))
        (facts.labelledBad, facts.verified, facts.lastBanMs) = labels.others(than: own == nil ? nil : account)
        facts.prior = prior(atMs: atMs, for: own)
        guard facts.accounts > 0 else { return facts }
        (facts.arrivals1d, facts.arrivals7d, facts.arrivals30d) = arrivals.values(
            atMs: atMs, leavingOut: own?.joinedMs)
        let part = own?.part
        facts.births = births.spread(leavingOut: (part?.birthDay).map(Int.init), unit: 1)
        let load = part.flatMap { $0.load == MemberPart.noLoad ? nil : Int($0.load) }
        facts.loads = loads.spread(leavingOut: load, unit: MemberPart.loadUnit)
        facts.anonymisedShare = anonymised.share(leavingOut: part?.isAnonymised)
        facts.virtualCardShare = virtualCards.share(leavingOut: part?.hasVirtualCard)
        facts.pivotShare = pivots.share(leavingOut: part?.pivoted)
        facts.templateShare = templates.share(leavingOut: part?.template)
        for route in routes.indices {
            let isOwn = part.map { Int($0.route) == route } ?? false
            facts.routes += routes[route] - (isOwn ? 1 : 0) > 0 ? 1 : 0
        }
        facts.synchrony = rhythms.synchrony(leavingOut: part?.rhythm)
        facts.rhythmTie = (part?.rhythm ?? account?.rhythm?.vector).flatMap {
            rhythms.similarity(to: $0, isMember: part?.rhythm != nil)
        }
        facts.exchanges = Double(exchanges - (part?.exchanges ?? 0))
        return facts
    }

    private func otherOrganisations(than tenant: UInt64?, own: MemberPart?) -> Int {
        let ownTenant = own?.tenant ?? 0
        let isLoneMember = own != nil && ownTenant == 0
        let isAloneInTenant = ownTenant != 0 && tenants.count(of: ownTenant) == 1
        let companions = tenant.map { tenants.count(of: $0) - (ownTenant == $0 ? 1 : 0) } ?? 0
        return max(
            0, organisations - (isLoneMember ? 1 : 0) - (isAloneInTenant ? 1 : 0) - (companions > 0 ? 1 : 0))
    }

    private mutating func add(_ part: MemberPart) {
        births.add(Int(part.birthDay))
        if part.load != MemberPart.noLoad { loads.add(Int(part.load)) }
        if part.tenant == 0 { loners += 1 } else { tenants.add(part.tenant) }
        templates.add(part.template)
        routes[Int(part.route)] += 1
        anonymised.add(part.isAnonymised)
        virtualCards.add(part.hasVirtualCard)
        pivots.add(part.pivoted)
        if let rhythm = part.rhythm { rhythms.add(rhythm) }
        exchanges += part.exchanges
    }

    private mutating func remove(_ part: MemberPart) {
        births.remove(Int(part.birthDay))
        if part.load != MemberPart.noLoad { loads.remove(Int(part.load)) }
        if part.tenant == 0 { loners -= 1 } else { tenants.remove(part.tenant) }
        templates.remove(part.template)
        routes[Int(part.route)] -= 1
        anonymised.remove(part.isAnonymised)
        virtualCards.remove(part.hasVirtualCard)
        pivots.remove(part.pivoted)
        if let rhythm = part.rhythm { rhythms.remove(rhythm) }
        exchanges -= part.exchanges
    }
}

/// That an account joined a cluster.
struct RollEntry: Sendable {
    /// The account's table key.
    let key: UInt64
    /// When, Unix milliseconds.
    let joinedMs: Int64
    /// Its place among all that ever joined: it stays the same when others are taken off.
    let place: Int
}
