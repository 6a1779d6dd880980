public import RiskCore

/// A page of a campaign as it was taken from the link state; its evidence is still to be worked out.
public struct CampaignFinding: Sendable {
    /// One identifier that a member shares with others of its cluster.
    struct Shared: Sendable {
        /// Which of the members, in the order of the list.
        let member: Int
        let identifierClass: Int
        let key: UInt64
        /// Members of the cluster on it.
        let members: Int
        /// All accounts on it.
        let accounts: Int
    }

    private let unfinished: CampaignPage
    private let shared: [Shared]

    init(_ page: CampaignPage, shared: [Shared]) {
        unfinished = page
        self.shared = shared
    }

    /// The page with its evidence.
    ///
    /// - Complexity: O(500 × identifiers of an account); needs nothing of the link state.
    public func page() -> CampaignPage {
        var found = Array(repeating: ClassEvidence(), count: IdentifierClass.slotCount)
        for one in shared { found[one.identifierClass].note(one) }
        var page = unfinished
        page.evidence = IdentifierClass.linked.compactMap { identifierClass in
            let evidence = found[identifierClass.rawValue]
            guard !evidence.keys.isEmpty else { return nil }
            return CampaignPage.Evidence(
                identifierClass: identifierClass, identifiers: evidence.keys.count, accounts: evidence.members,
                largest: evidence.largest, outside: evidence.outside)
        }.sorted { ($0.accounts, $1.identifierClass.rawValue) > ($1.accounts, $0.identifierClass.rawValue) }
        return page
    }
}

/// What members share of one class, while it is gathered member by member.
private struct ClassEvidence {
    var keys: Set<UInt64> = []
    var members = 0
    var largest = 0
    var outside = 0
    private var lastMember = -1

    mutating func note(_ one: CampaignFinding.Shared) {
        keys.insert(one.key)
        if one.member != lastMember { members += 1 }
        lastMember = one.member
        if one.members > largest { (largest, outside) = (one.members, max(0, one.accounts - one.members)) }
    }
}
