/// A cluster that an account would belong to by what it shares, were it not for another that it belongs to more surely.
public struct RivalCluster: Sendable, Equatable {
    /// What is known of it. Its tie is by all that the account shares with it.
    public var facts: ClusterFacts
    /// What sharing says for it, in nats, by ``IdentifierClass`` raw value.
    public var ties: [Double]

    /// A cluster with what ties an account to it.
    public init(facts: ClusterFacts, ties: [Double]) {
        self.facts = facts
        self.ties = ties
        tieAgain()
    }

    /// The account never had an identifier of the class.
    mutating func remove(_ identifierClass: IdentifierClass) {
        ties[identifierClass.rawValue] = 0
        tieAgain()
    }

    private mutating func tieAgain() {
        let sum = LinkSnapshot.ties(IdentifierClass.linked.lazy.map { [ties] in ($0, ties[$0.rawValue]) })
        (facts.tie, facts.tieKinds) = (facts.prior + sum.sum, sum.kinds)
    }
}
