internal import RiskCore

/// Where an account belongs, by the identifiers it came with.
///
/// Naive Bayes over kinds of identifier: the log-odds of belonging to a cluster are a prior that grows with its size
/// and, for who is new, fades when nobody comes to it any more; and for each kind the log of how much likelier a member
/// is to have the identifier than somebody else. What half the world has says nothing, so hubs damp themselves, and no
/// amount of strangers on an identifier dissolves what stands.
struct ClusterJoining {
    /// One identifier of the account that others have, too.
    struct Shared {
        let identifierClass: IdentifierClass
        /// The cluster that most of its accounts belong to; 0: none.
        let home: UInt64
        /// Accounts of that cluster on it, without the account itself.
        let members: Int
        /// All accounts on it, without the account itself.
        let accounts: Int
        /// The two that came with it last and belonged to no cluster.
        let loners: (UInt64, UInt64)

        /// Accounts on it that are surely not of the cluster. Of a crowd only a sketch is known, and what it may be
        /// wrong by would keep a large ring's own accounts out, which then were strangers indeed.
        var outsiders: Int {
            let doubt = accounts > Crowd.accountLimit ? 2 * HyperLogLog.standardError * Double(accounts) : 0
            return max(0, accounts - members - Int(doubt))
        }

        /// Whether an account is one of ``loners``.
        func has(_ loner: UInt64) -> Bool { loners.0 == loner || loners.1 == loner }
    }

    /// A cluster, or an account in none, that the account belongs with.
    struct Candidate {
        /// The cluster's number or the other account's key.
        let key: UInt64
        let ties: [Tie]
        /// What belonging is worth before anything shared is looked at.
        let prior: Double

        /// How surely it belongs.
        var tie: Double { prior + ClusterJoining.sum(ties) }

        /// Whether what lasts of the ties would be enough.
        var isHeld: Bool {
            ClusterJoining.isEnough(ties.filter(\.identifierClass.character.kind.lasts), prior: prior)
        }
    }

    /// What nobody else has is as rare as one in so many, even if fewer accounts are known: in a young service nothing
    /// would be rare.
    private static let rarestCount = 50_000.0
    /// Shares are of at least so many others.
    private static let leastOthers = 2_000.0
    /// Of a ring that is a larger share of all accounts than one in so many, one member's device or card would say too
    /// little to join by itself, as it is a small part of the ring: it counts as if the ring were of this share. Nobody
    /// chooses whose card to have by the size of a ring.
    private static let largestPart = 150.0

    private let shared: [Shared]
    private let population: Double

    /// - Parameters:
    ///   - shared: Identifiers that join; see ``canJoin(_:_:)``.
    ///   - accountCount: Accounts in the state.
    init(_ shared: [Shared], accountCount: Int) {
        self.shared = shared
        population = Double(accountCount)
    }

    /// Whether an identifier joins accounts: not past its class's cap, and not if it is in public use.
    static func canJoin(_ identifier: IdentifierLinks, _ identifierClass: IdentifierClass) -> Bool {
        let character = identifierClass.character
        guard character.reliability > 0, Double(identifier.accountCount) <= character.joinCap else { return false }
        // Prompts and profiles that older accounts take up are published somewhere.
        switch character.kind {
        case .prompt, .profile: return 4 * identifier.settled <= max(8, identifier.accountCount)
        default: return true
        }
    }

    /// What the identifiers say for belonging to a cluster with so many other members.
    func ties(to cluster: UInt64, others: Int) -> [Tie] {
        shared.compactMap { one in
            guard one.home == cluster, one.members > 0 else { return nil }
            let reach = one.identifierClass.character.isPersonal ? min(others, largestReach) : others
            let inside = (Double(one.members) + 0.5) / (Double(max(reach, one.members)) + 1)
            return tie(one, inside: inside, outside: one.outsiders, besides: others)
        }
    }

    private var largestReach: Int { Int(max(Self.rarestCount, population) / Self.largestPart) }

    /// The clusters that the account belongs to, by a prior for each: the surest first, of equally sure ones the older.
    ///
    /// - Parameters:
    ///   - excluded: A cluster that is not asked about.
    ///   - clusters: All clusters.
    ///   - atMs: When the account comes, Unix milliseconds.
    func clusters(excluding excluded: UInt64, of clusters: ClusterTable, atMs: Int64) -> [Candidate] {
        var result: [Candidate] = []
        for (index, one) in shared.enumerated() where one.home != 0 && one.home != excluded {
            if shared[..<index].contains(where: { $0.home == one.home }) { continue }
            // Most that is shared says too little, whatever the cluster: no need to look at that.
            let most = ClusterRecord.largestPrior + most { $0.home == one.home && $0.members > 0 }
            guard most >= ClusterFacts.tieThreshold else { continue }
            let home = clusters.read(one.home) { (count: $0.members, prior: $0.prior(atMs: atMs, for: nil)) }
            guard let home, home.count > 0 else { continue }
            let ties = ties(to: one.home, others: home.count)
            if Self.isEnough(ties, prior: home.prior) {
                result.append(Candidate(key: one.home, ties: ties, prior: home.prior))
            }
        }
        return result.sorted { $0.tie == $1.tie ? $0.key < $1.key : $0.tie > $1.tie }
    }

    /// The account outside all clusters that this one belongs with most surely; nil if with none.
    ///
    /// - Parameters:
    ///   - own: The account itself.
    ///   - accounts: All that are known.
    ///   - clusters: All clusters.
    func bestLoner(
        besides own: UInt64, of accounts: RecencyTable<AccountLinks>, outside clusters: ClusterTable
    ) -> Candidate? {
        var best: Candidate?
        for (index, one) in shared.enumerated() {
            for place in 0..<(one.loners.0 == one.loners.1 ? 1 : 2) {
                let loner = place == 0 ? one.loners.0 : one.loners.1
                if loner == 0 || loner == own { continue }
                if shared[..<index].contains(where: { $0.has(loner) }) { continue }
                let prior = ClusterRecord.leastPrior
                guard prior + most(where: { $0.has(loner) }) >= ClusterFacts.tieThreshold else { continue }
                let ties = ties(toLoner: loner)
                let tie = prior + Self.sum(ties)
                // Last, since it may have to wait for memory: whether it is still known, and in no cluster.
                if tie >= ClusterFacts.tieThreshold, tie > best?.tie ?? -.infinity, accounts.contains(loner),
                    !clusters.hasMember(loner)
                {
                    best = Candidate(key: loner, ties: ties, prior: prior)
                }
            }
        }
        return best
    }

    /// Whether ties are enough to belong.
    static func isEnough(_ ties: [Tie], prior: Double) -> Bool { prior + sum(ties) >= ClusterFacts.tieThreshold }

    /// What ties say together.
    static func sum(_ ties: [Tie]) -> Double {
        LinkSnapshot.ties(ties.lazy.map { ($0.identifierClass, $0.nats) }).sum
    }

    /// The most that identifiers could say together, by how far their classes are to be relied on: never less than
    /// what they say.
    private func most(where belongs: (Shared) -> Bool) -> Double {
        LinkSnapshot.ties(
            shared.lazy.filter(belongs).map { ($0.identifierClass, $0.identifierClass.character.reliability) }
        ).sum
    }

    private func ties(toLoner loner: UInt64) -> [Tie] {
        shared.compactMap { one in
            guard one.has(loner) else { return nil }
            return tie(one, inside: 1, outside: one.accounts - 1, besides: 1)
        }
    }

    /// - Parameters:
    ///   - inside: Share of the cluster that has the identifier.
    ///   - outside: Accounts that have it and do not belong to the cluster.
    ///   - members: How many do belong.
    private func tie(_ one: Shared, inside: Double, outside: Int, besides members: Int) -> Tie? {
        let others = max(Self.leastOthers, population - Double(members))
        let share = Double(max(0, outside)) / others + 0.5 / max(Self.rarestCount, population)
        let nats = min(one.identifierClass.character.reliability, portableLog1p(max(0, inside / share - 1)))
        return nats > 0 ? Tie(identifierClass: one.identifierClass, nats: nats) : nil
    }
}
