/// The facts of one account at the moment of one event: of all its identifiers, its cluster, and of itself.
public struct LinkSnapshot: Sendable, Equatable {
    /// Facts by ``IdentifierClass`` raw value; nil where the account has no identifier of the class.
    public var facts: [LinkFacts?]
    /// The cluster that the account belongs to; nil if it belongs to none.
    public var cluster: ClusterFacts?
    /// Other clusters that it would belong to by what it shares, by number; known as long as it is in no cluster yet.
    public var rivals: [RivalCluster] = []
    /// How its rhythm compares with others'; nil before enough of it is known.
    public var rhythm: RhythmFacts?
    /// Whether the account's mail domain is its organisation: without it the account would be a stranger to its
    /// colleagues, and that is not what ``removing(_:)`` says.
    public var isSeatOfDomain = false
    /// What the account's own earlier events said.
    public var account = AccountFacts()
    /// What other accounts make ordinary.
    public var population = PopulationFacts()

    /// No identifiers and no past.
    public init() {
        facts = Array(repeating: nil, count: IdentifierClass.slotCount)
    }

    /// The facts of one class; nil if the account has no identifier of it.
    public subscript(identifierClass: IdentifierClass) -> LinkFacts? {
        get { facts[identifierClass.rawValue] }
        set { facts[identifierClass.rawValue] = newValue }
    }

    /// What the state would have said had the account never had an identifier of a class. It stays in its organisation,
    /// also where that is known by the mail domain taken away.
    public func removing(_ identifierClass: IdentifierClass) -> LinkSnapshot {
        var result = self
        result[identifierClass] = nil
        for other in IdentifierClass.linked where other.companion == identifierClass {
            // Its own value no longer is what is left out there.
            guard let shared = result[other], shared.sharesCompanion else { continue }
            result[other]?.companions += 1
            result[other]?.sharesCompanion = false
        }
        if identifierClass == .tlsClient { result.population.forgetFingerprint(claimStands: false) }
        for index in rivals.indices { result.rivals[index].remove(identifierClass) }
        result.tieAgain()
        return result
    }

    /// What the state would have said of an account in no cluster, of whose rhythm nothing is known.
    public func removingCluster() -> LinkSnapshot {
        var result = self
        result.rhythm = nil
        result.rivals = []
        result.leaveCluster()
        return result
    }

    /// Weighs anew whether the account belongs to its cluster, by what it shares.
    public mutating func tieAgain() {
        guard var cluster else { return }
        let ties = Self.ties(IdentifierClass.linked.lazy.map { [facts] in ($0, facts[$0.rawValue]?.tie ?? 0) })
        (cluster.tie, cluster.tieKinds) = (cluster.prior + ties.sum, ties.kinds)
        self.cluster = cluster
        if !rivals.isEmpty { chooseCluster() }
        if let cluster = self.cluster, cluster.tie < ClusterFacts.tieThreshold { leaveCluster() }
    }

    /// The surest of the cluster and its rivals becomes the cluster; of equally sure ones the older.
    private mutating func chooseCluster() {
        guard let cluster else { return }
        var all = rivals + [RivalCluster(facts: cluster, ties: facts.map { $0?.tie ?? 0 })]
        all.removeAll { $0.facts.tie < ClusterFacts.tieThreshold }
        all.sort { $0.facts.id < $1.facts.id }
        var best = 0
        for index in all.indices where all[index].facts.tie > all[best].facts.tie { best = index }
        guard !all.isEmpty else {
            rivals = []
            return
        }
        let chosen = all.remove(at: best)
        (self.cluster, rivals) = (chosen.facts, all)
        for index in facts.indices { facts[index]?.tie = chosen.ties[index] }
    }

    /// Without a cluster nothing that is shared ties the account to it.
    private mutating func leaveCluster() {
        guard cluster != nil else { return }
        cluster = nil
        for index in facts.indices { facts[index]?.tie = 0 }
    }

    /// What classes say together, in nats: of each kind the strongest alone; and how many kinds say anything.
    @inlinable
    public static func ties(
        _ ties: some Sequence<(identifierClass: IdentifierClass, nats: Double)>
    ) -> (sum: Double, kinds: Double) {
        var strongest = InlineArray<11, Double>(repeating: 0)
        for (identifierClass, nats) in ties {
            let kind = identifierClass.character.kind.rawValue
            strongest[kind] = max(strongest[kind], nats)
        }
        var (sum, kinds) = (0.0, 0.0)
        for index in strongest.indices where strongest[index] > 0 {
            sum += strongest[index]
            kinds += 1
        }
        return (sum, kinds)
    }
}
