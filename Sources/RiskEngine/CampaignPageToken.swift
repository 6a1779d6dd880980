public import RiskCore

/// Where a page of a campaign's members starts, as callers carry it from one page to the next: `p1.c17.100`.
///
/// It names the cluster as well, so that a token is refused where it does not belong.
public struct CampaignPageToken: Sendable, Equatable {
    /// The cluster whose pages these are.
    public let cluster: ClusterID
    /// How many members came before, in the order in which they joined.
    public let start: Int

    /// The token of the page behind this one; nil after the last.
    public init?(after page: CampaignPage) {
        guard let next = page.nextMember else { return nil }
        (cluster, start) = (page.summary.id, next)
    }

    /// Reads ``text``; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "p1", let cluster = ClusterID(String(parts[1])),
            let start = Int(parts[2]), start > 0
        else { return nil }
        (self.cluster, self.start) = (cluster, start)
        guard self.text == text else { return nil }
    }

    /// At most ``RiskWire/WireLimits/pageTokenByteCount`` bytes.
    public var text: String { "p1.\(cluster).\(start)" }
}
