/// When accounts were labelled abusive: the latest four, so that some can be taken back and one be left out.
struct LatestBans: Sendable {
    private static let never = Int64.min
    /// The latest first; ``never`` where there is none, or where none is known any more.
    private var times = InlineArray<4, Int64>(repeating: LatestBans.never)

    mutating func add(_ atMs: Int64) {
        var pushed = atMs
        for place in times.indices where pushed > times[place] { swap(&pushed, &times[place]) }
    }

    /// Takes one back. What was fifth is forgotten, so this can leave an older ban out, never invent one: once a wave
    /// of wrong labels was taken back, nobody is to look freshly banned by it.
    mutating func remove(_ atMs: Int64) {
        guard let place = times.indices.first(where: { times[$0] == atMs }) else { return }
        for next in place..<times.count { times[next] = next + 1 < times.count ? times[next + 1] : Self.never }
    }

    /// The latest.
    ///
    /// - Parameter own: When the account itself was labelled, which is left out; nil if it is not.
    func latest(leavingOut own: Int64?) -> Int64? {
        let latest = own != nil && times[0] == own ? times[1] : times[0]
        return latest == Self.never ? nil : latest
    }

    /// The latest four of both.
    mutating func merge(_ other: LatestBans) {
        for place in other.times.indices where other.times[place] != Self.never { add(other.times[place]) }
    }
}
