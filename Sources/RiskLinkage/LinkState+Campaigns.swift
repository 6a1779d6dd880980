public import RiskCore

extension LinkState {
    /// Members whose identifiers are looked at for a campaign's evidence: the last that joined.
    private static let evidenceMemberLimit = 500

    /// A cluster as an investigator sees it; nil if it is not known, or the account belongs to none.
    ///
    /// - Parameters:
    ///   - from: The place among the members at which the page starts, as an earlier page's `nextMember` said.
    ///   - limit: The most members of the page, 1 to ``CampaignPage/memberLimit``.
    /// - Complexity: O(limit × identifiers of an account + 500 × identifiers of an account), and at most some of the
    ///   accounts that left: as many as there are members, and 64.
    public func campaign(_ target: CampaignTarget, from: Int = 0, limit: Int = 100) -> CampaignPage? {
        findCampaign(target, from: from, limit: limit)?.page()
    }

    /// What ``campaign(_:from:limit:)`` takes from the state, so that nobody else has to wait for the rest of the work.
    public func findCampaign(_ target: CampaignTarget, from: Int = 0, limit: Int = 100) -> CampaignFinding? {
        precondition((1...CampaignPage.memberLimit).contains(limit), "a page of \(limit) members")
        let number: UInt64
        switch target {
        case .cluster(let id):
            number = clusters.resolve(id.number)
        case .account(let reference):
            guard let membership = clusters.membership(of: LinkKey.account(reference)) else { return nil }
            number = membership.cluster
        }
        guard let record = clusters[number] else { return nil }
        var page = CampaignPage(summary: Self.summary(record))
        page.timeline = record.history.days
        var index = record.index(ofPlace: from)
        while index < record.roll.count, page.members.count < limit {
            if let member = member(record.roll[index], of: number) { page.members.append(member) }
            index += 1
        }
        page.nextMember = index < record.roll.count ? record.roll[index].place : nil
        return CampaignFinding(page, shared: shared(in: record))
    }

    /// The largest clusters by what they took: most exchanges first.
    ///
    /// - Complexity: O(clusters × log clusters).
    public func campaigns(limit: Int) -> [CampaignPage.Summary] {
        let all = clusters.numbers.compactMap { clusters[$0].map(Self.summary) }
        let sorted = all.sorted { left, right in
            (left.exchanges, left.accounts, right.id) > (right.exchanges, right.accounts, left.id)
        }
        return Array(sorted.prefix(limit))
    }

    private static func summary(_ record: ClusterRecord) -> CampaignPage.Summary {
        var summary = CampaignPage.Summary(id: record.id)
        summary.mergedIDs = record.mergedIDs
        summary.bornMs = record.bornMs
        summary.lastSeenMs = record.lastSeenMs
        summary.accounts = record.members
        summary.organisations = record.organisations
        summary.labelledBad = record.labels.bad
        summary.verified = record.labels.verified
        summary.exchanges = Double(record.exchanges)
        summary.synchrony = record.synchrony
        summary.templateShare = record.templateShare
        return summary
    }

    private func member(_ entry: RollEntry, of cluster: UInt64) -> CampaignPage.Member? {
        guard let membership = clusters.membership(entry, of: cluster), let account = accounts[entry.key]
        else { return nil }
        let shared = Set(
            account.attachments.lazy.filter { sharedCount($0, in: cluster) > 1 }.map { Int($0.identifierClass) })
        let verdict: Label.Verdict? =
            switch account.standing {
            case .abusive: .abusive
            case .verified: .verified
            case .unlabelled: nil
            }
        return CampaignPage.Member(
            account: account.reference, joinedMs: membership.joinedMs,
            firstSeenMs: account.history?.firstSeenMs ?? membership.joinedMs, lastSeenMs: account.lastSeenMs,
            verdict: verdict, exchanges: Double(membership.part.exchanges),
            sharedClasses: IdentifierClass.linked.filter { shared.contains($0.rawValue) })
    }

    /// Members of a cluster on an identifier that it is the home of.
    private func sharedCount(_ attachment: AccountLinks.Attachment, in cluster: UInt64) -> Int {
        guard let links = identifiers[attachment.key], links.life == attachment.life, links.home.cluster != 0,
            clusters.resolve(links.home.cluster) == cluster
        else { return 0 }
        return links.home.accounts
    }

    /// What the last members share with others of their cluster, member by member.
    private func shared(in record: ClusterRecord) -> [CampaignFinding.Shared] {
        var result: [CampaignFinding.Shared] = []
        for (number, entry) in record.roll.suffix(Self.evidenceMemberLimit).enumerated() {
            guard clusters.membership(entry, of: record.id.number) != nil, let account = accounts[entry.key]
            else { continue }
            for attachment in account.attachments {
                let members = sharedCount(attachment, in: record.id.number)
                guard members > 1, let accounts = identifiers.read(attachment.key, { $0.accountCount }) else {
                    continue
                }
                result.append(
                    CampaignFinding.Shared(
                        member: number, identifierClass: Int(attachment.identifierClass), key: attachment.key,
                        members: members, accounts: accounts))
            }
        }
        return result
    }
}
