internal import RiskCore

/// What happened to a cluster, day by day; the last 180 days on which anything did.
struct ClusterHistory: Sendable {
    /// The most days that are kept.
    static let dayLimit = 180
    private static let dayMs: Int64 = 86_400_000

    /// Days on which something happened, oldest first.
    private(set) var days: [CampaignPage.Day] = []

    mutating func noteJoin(atMs: Int64) { note(atMs) { $0.joined += 1 } }

    mutating func noteBan(atMs: Int64) { note(atMs) { $0.banned += 1 } }

    /// A member is no longer labelled, or no longer a member.
    mutating func takeBackBan(atMs: Int64) {
        guard let index = days.lastIndex(where: { $0.startMs == Self.startMs(of: atMs) }) else { return }
        days[index].banned = max(0, days[index].banned - 1)
    }

    mutating func noteExchanges(_ count: Int64, atMs: Int64) {
        if count > 0 { note(atMs) { $0.exchanges += Double(count) } }
    }

    mutating func merge(_ other: ClusterHistory) {
        for day in other.days {
            note(day.startMs) {
                $0.joined += day.joined
                $0.banned += day.banned
                $0.exchanges += day.exchanges
            }
        }
    }

    private static func startMs(of atMs: Int64) -> Int64 { atMs - atMs % dayMs }

    private mutating func note(_ atMs: Int64, _ body: (inout CampaignPage.Day) -> Void) {
        let startMs = Self.startMs(of: atMs)
        // Nearly always the last one.
        var index = days.count
        while index > 0, days[index - 1].startMs > startMs { index -= 1 }
        if index > 0, days[index - 1].startMs == startMs {
            body(&days[index - 1])
            return
        }
        days.insert(CampaignPage.Day(startMs: startMs), at: index)
        body(&days[index])
        if days.count > Self.dayLimit { days.removeFirst(days.count - Self.dayLimit) }
    }
}
