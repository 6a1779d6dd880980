/// When accounts were labelled abusive: the latest two, so that one account can be left out.
struct LatestBans: Sendable {
    private static let never = Int64.min
    private var first = LatestBans.never
    private var second = LatestBans.never

    mutating func add(_ atMs: Int64) {
        if atMs >= first {
            (first, second) = (atMs, first)
        } else if atMs >= second {
            second = atMs
        }
    }

    /// Takes one back. What was third is forgotten, so this can leave an older ban out, never invent one.
    mutating func remove(_ atMs: Int64) {
        if first == atMs { (first, second) = (second, Self.never) } else if second == atMs { second = Self.never }
    }

    func latest(leavingOut own: Int64?) -> Int64? {
        let latest = own != nil && first == own ? second : first
        return latest == Self.never ? nil : latest
    }

    /// The latest two of both.
    mutating func merge(_ other: LatestBans) {
        for ban in [other.first, other.second] where ban != Self.never { add(ban) }
    }
}
