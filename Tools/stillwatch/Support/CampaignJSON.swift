import RiskCore
import RiskEventLog

/// Campaigns as lines of JSON that another lab can read: `cluster`, `evidence`, `day` and `member` lines, each with the
/// cluster's name. Names classes and counts; accounts as their caller named them, never an identifier.
enum CampaignJSON {
    /// The lines of a page; the cluster, its evidence and its days only where a campaign begins.
    static func lines(_ page: CampaignPage, isFirst: Bool) throws -> [String] {
        let id = page.summary.id
        var objects: [[String: Any]] = []
        if isFirst {
            objects.append(object(page.summary))
            objects += page.evidence.map { object($0, of: id) } + page.timeline.map { object($0, of: id) }
        }
        objects += page.members.map { object($0, of: id) }
        return try objects.map(JSONOutput.line)
    }

    private static func object(_ summary: CampaignPage.Summary) -> [String: Any] {
        var object: [String: Any] = [
            "type": "cluster", "cluster": "\(summary.id)", "merged": summary.mergedIDs.map(\.description),
            "born_ms": summary.bornMs, "last_seen_ms": summary.lastSeenMs, "accounts": summary.accounts,
            "organisations": summary.organisations, "labelled_bad": summary.labelledBad,
            "verified": summary.verified, "exchanges": summary.exchanges,
        ]
        object["synchrony"] = summary.synchrony
        object["template_share"] = summary.templateShare
        return object
    }

    private static func object(_ evidence: CampaignPage.Evidence, of id: ClusterID) -> [String: Any] {
        [
            "type": "evidence", "cluster": "\(id)", "class": evidence.identifierClass.word,
            "identifiers": evidence.identifiers, "accounts": evidence.accounts, "largest": evidence.largest,
            "outside": evidence.outside,
        ]
    }

    private static func object(_ day: CampaignPage.Day, of id: ClusterID) -> [String: Any] {
        [
            "type": "day", "cluster": "\(id)", "start_ms": day.startMs, "joined": day.joined, "banned": day.banned,
            "exchanges": day.exchanges,
        ]
    }

    private static func object(_ member: CampaignPage.Member, of id: ClusterID) -> [String: Any] {
        var object: [String: Any] = [
            "type": "member", "cluster": "\(id)", "account_ref": ReferenceText.encode(member.account),
            "joined_ms": member.joinedMs, "first_seen_ms": member.firstSeenMs, "last_seen_ms": member.lastSeenMs,
            "exchanges": member.exchanges, "shared_classes": member.sharedClasses.map(\.word),
        ]
        object["label"] = member.verdict?.word
        return object
    }
}
