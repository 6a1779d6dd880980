/// When accounts were labelled abusive: the latest two, so that one account can be left out.
struct LatestBans: Sendable {
    private var first: Int64?
    private var second: Int64?

    mutating func add(_ atMs: Int64) {
        if atMs >= first ?? .min {
            (first, second) = (atMs, first)
        } else if atMs >= second ?? .min {
            second = atMs
        }
    }

    /// Takes one back. What was third is forgotten, so this can leave an older ban out, never invent one.
    mutating func remove(_ atMs: Int64) {
        if first == atMs { (first, second) = (second, nil) } else if second == atMs { second = nil }
    }

    func latest(leavingOut own: Int64?) -> Int64? {
        own != nil && first == own ? second : first
    }

    /// The latest two of both.
    mutating func merge(_ other: LatestBans) {
        for ban in [other.first, other.second].compactMap({ $0 }) { add(ban) }
    }
}
