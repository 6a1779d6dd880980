internal import RiskCore

/// All clusters, by number, and which account belongs to which.
///
/// Bounded: what was seen longest ago is forgotten first, and its members then belong to none.
struct ClusterTable: Sendable {
    private var records: RecencyTable<ClusterRecord>
    private var mergedInto: RecencyTable<UInt64>
    private var memberships: RecencyTable<Membership>
    /// Pairs of clusters that one account belongs to by lasting classes, and which.
    private var bridges: RecencyTable<Bridge>
    private var lastNumber: UInt64 = 0

    /// The most pairs of clusters that wait for more accounts in common.
    private static let bridgeLimit = 65_536
    /// A pair becomes part of another cluster as soon as one account belongs to both.
    private static let pairCount = 2
    /// Of large clusters, this share of the smaller one's accounts has to belong to both.
    private static let bridgeShare = 0.05

    init(accountCapacity: Int) {
        records = RecencyTable(capacity: max(1, accountCapacity / 2))
        mergedInto = RecencyTable(capacity: max(1, accountCapacity / 2))
        memberships = RecencyTable(capacity: accountCapacity)
        bridges = RecencyTable(capacity: Self.bridgeLimit)
    }

    /// Clusters.
    var count: Int { records.count }

    /// Accounts that belong to one.
    var memberCount: Int { memberships.count }

    /// Clusters and memberships forgotten because a table was full.
    var evictionCount: Int { records.evictionCount + memberships.evictionCount }

    /// The cluster of a number, which may have been merged since.
    subscript(number: UInt64) -> ClusterRecord? { records[resolve(number)] }

    /// Numbers of all clusters, the one seen longest ago first.
    var numbers: [UInt64] { records.keysFromOldest }

    /// The number under which a cluster is known now.
    func resolve(_ number: UInt64) -> UInt64 {
        var number = number
        while let next = mergedInto[number] { number = next }
        return number
    }

    /// Whether there is a cluster under a number, as ``resolve(_:)`` gives it.
    func isKnown(_ number: UInt64) -> Bool { number != 0 && records.contains(number) }

    /// An account's membership; nil if it belongs to no cluster that is still known.
    func membership(of account: UInt64) -> Membership? {
        guard var membership = memberships[account] else { return nil }
        membership.cluster = resolve(membership.cluster)
        return records.contains(membership.cluster) ? membership : nil
    }

    /// Whether an account belongs to a cluster that is still known.
    func hasMember(_ account: UInt64) -> Bool {
        guard let cluster = memberships.read(account, { $0.cluster }) else { return false }
        return records.contains(resolve(cluster))
    }

    /// What is wanted of the cluster of a number, without copying it; nil if it is not known.
    func read<Result>(_ number: UInt64, _ body: (borrowing ClusterRecord) -> Result) -> Result? {
        records.read(resolve(number), body)
    }

    /// Asks for the memory where an account's membership would be found, and then for the membership.
    func prefetchIndex(ofMember key: UInt64) { memberships.prefetchIndex(key) }

    /// The second step of ``prefetchIndex(ofMember:)``.
    func prefetchEntry(ofMember key: UInt64) { memberships.prefetchEntry(key) }

    /// The third step: what the membership stands between.
    func prefetchNeighbours(ofMember key: UInt64) { memberships.prefetchNeighbours(key) }

    /// Makes a cluster.
    mutating func found(atMs: Int64) -> UInt64 {
        lastNumber += 1
        records.touch(lastNumber, inserting: ClusterRecord(id: ClusterID(lastNumber), bornMs: atMs)) { _ in }
        return lastNumber
    }

    /// An account joins a cluster on some grounds.
    mutating func join(
        _ key: UInt64, _ account: AccountLinks, cluster: UInt64, ties: [Tie], part: MemberPart, atMs: Int64
    ) {
        let prior = records.read(cluster) { $0.prior(atMs: atMs, for: nil) } ?? ClusterRecord.leastPrior
        var membership = Membership(cluster: cluster, joinedMs: atMs, prior: prior, part: part)
        for tie in ties { membership.keep(tie) }
        memberships.remove(key)
        memberships.touch(key, inserting: membership) { _ in }
        records.modify(cluster) { $0.join(key, part, account, atMs: atMs) }
    }

    /// Who just joined a cluster had so many exchanges since it was seen last: those of before are on no day of it.
    mutating func noteExchanges(_ count: Int64, in cluster: UInt64, atMs: Int64) {
        records.modify(cluster) { $0.noteExchanges(count, atMs: atMs) }
    }

    /// An account leaves its cluster.
    mutating func leave(_ key: UInt64, _ account: AccountLinks) {
        guard let membership = membership(of: key) else { return }
        records.modify(membership.cluster) { $0.leave(membership.part, account) }
        memberships.remove(key)
        shortenRoll(of: membership.cluster)
    }

    /// Takes those who left off a roll once they are most of it: O(roll), and so O(1) for each that left.
    private mutating func shortenRoll(of cluster: UInt64) {
        guard let roll = records.read(cluster, { $0.hasLongRoll ? $0.roll : nil }) ?? nil else { return }
        let members = roll.filter { self.membership($0, of: cluster) != nil }
        records.modify(cluster) { $0.keepOnRoll(members) }
    }

    /// The membership that an entry of a cluster's roll speaks of; nil if that has ended.
    func membership(_ entry: RollEntry, of cluster: UInt64) -> Membership? {
        guard let membership = membership(of: entry.key), membership.cluster == cluster,
            membership.joinedMs == entry.joinedMs
        else { return nil }
        return membership
    }

    /// A member was seen: its grounds and what it puts in are brought up to date.
    ///
    /// - Parameter membership: What ``membership(of:)`` says.
    mutating func see(_ key: UInt64, _ membership: Membership?, ties: [Tie], part: MemberPart, atMs: Int64) {
        guard let membership else { return }
        let prior = records.read(membership.cluster) { $0.prior(atMs: atMs, for: membership) } ?? membership.prior
        memberships.touch(key, inserting: membership) { known in
            known.cluster = membership.cluster
            known.prior = prior
            known.part = part
            for tie in ties { known.keep(tie) }
        }
        records.touch(membership.cluster, inserting: ClusterRecord(id: ClusterID(membership.cluster), bornMs: atMs)) {
            $0.update(from: membership.part, to: part, atMs: atMs)
        }
    }

    /// A member's standing changed.
    mutating func relabel(
        _ key: UInt64, from old: AccountLinks.Standing, to new: AccountLinks.Standing, oldAtMs: Int64, atMs: Int64
    ) {
        guard let membership = membership(of: key) else { return }
        records.modify(membership.cluster) { $0.relabel(from: old, to: new, oldAtMs: oldAtMs, atMs: atMs) }
    }

    /// An account belongs to two clusters by lasting classes. One becomes part of the other if it is a pair, or
    /// if enough other accounts did so before: neither a customer of two companies nor a stolen card makes them one.
    ///
    /// - Parameter account: The account's ``StableHash``.
    /// - Returns: Whether they are one now.
    mutating func bridge(_ first: UInt64, _ second: UInt64, by account: UInt64) -> Bool {
        guard first != second, let left = records[first], let right = records[second] else { return first == second }
        // The larger keeps its name, of two equals the older.
        let leftStays = left.members > right.members || (left.members == right.members && left.id < right.id)
        let (stays, goes) = leftStays ? (left, right) : (right, left)
        if goes.members > Self.pairCount {
            let pair = LinkKey.pair(stays.id.number, life: 0, with: goes.id.number)
            let count = bridges.touch(pair, inserting: Bridge()) { $0.add(account) }
            guard Double(count) >= Self.bridgesNeeded(for: goes.members) else { return false }
            bridges.remove(pair)
        }
        records.modify(stays.id.number) { $0.absorb(goes) }
        records.remove(goes.id.number)
        mergedInto.touch(goes.id.number, inserting: stays.id.number) { $0 = stays.id.number }
        return true
    }

    /// How many accounts have to belong to both clusters before they are one, by the members of the smaller.
    ///
    /// A share alone asks next to nothing of a small cluster: a ring that pays with a laboratory's stolen card and has
    /// stolen one of its accounts would be one with it. The root asks two of four, five of 25 and ten of a hundred;
    /// from four hundred on the share asks more.
    private static func bridgesNeeded(for members: Int) -> Double {
        max(Double(members).squareRoot(), bridgeShare * Double(members))
    }

    /// Forgets clusters that nobody saw for too long; each event pays for at most two.
    mutating func forgetStale(before timeMs: Int64) {
        for _ in 0..<2 { records.removeStalest { $0.lastSeenMs < timeMs } }
    }

    /// An account that left its cluster, or whose cluster is gone, is forgotten.
    mutating func forgetMember(_ key: UInt64) { memberships.remove(key) }
}
