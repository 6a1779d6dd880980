/// How many members answered a question with yes, of those that answered.
struct AnswerTally: Sendable {
    private var known = 0
    private var yes = 0

    mutating func add(_ answer: MemberPart.Answer) {
        known += answer == .unknown ? 0 : 1
        yes += answer == .yes ? 1 : 0
    }

    mutating func remove(_ answer: MemberPart.Answer) {
        known -= answer == .unknown ? 0 : 1
        yes -= answer == .yes ? 1 : 0
    }

    mutating func merge(_ other: AnswerTally) {
        known += other.known
        yes += other.yes
    }

    /// The share of yes without one member's answer; nil if nobody else answered.
    func share(leavingOut own: MemberPart.Answer?) -> Double? {
        var others = self
        if let own { others.remove(own) }
        return others.known > 0 ? Double(others.yes) / Double(others.known) : nil
    }
}

/// How many members belong to each of a few keys; 0 is none. Beyond so many keys those that come are only counted.
struct SmallTally: Sendable {
    private static let limit = 64

    private var counts: [(key: UInt64, count: Int)] = []
    /// Members of keys that found no room; each is taken for a key of its own.
    private var others = 0

    /// Different keys.
    var count: Int { counts.count + others }

    /// Members of a key; 0 for one that found no room.
    func count(of key: UInt64) -> Int { counts.first { $0.key == key }?.count ?? 0 }

    /// Members of the commonest key, without one member of a key.
    func largest(leavingOut own: UInt64?) -> Int {
        let largest = counts.reduce(0) { max($0, $1.count - ($1.key == own ? 1 : 0)) }
        return max(largest, min(1, others))
    }

    mutating func add(_ key: UInt64, count: Int = 1) {
        if let index = counts.firstIndex(where: { $0.key == key }) {
            counts[index].count += count
        } else if counts.count < Self.limit {
            counts.append((key, count))
        } else {
            others += count
        }
    }

    mutating func remove(_ key: UInt64) {
        guard let index = counts.firstIndex(where: { $0.key == key }) else {
            others = max(0, others - 1)
            return
        }
        counts[index].count -= 1
        if counts[index].count == 0 { counts.remove(at: index) }
    }

    mutating func merge(_ other: SmallTally) {
        for entry in other.counts { add(entry.key, count: entry.count) }
        others += other.others
    }
}

/// How many members have the commonest of their keys; 0 is none.
///
/// Exact for up to 64 different keys. Of more, those that found no room are taken for keys of one member each, so the
/// share is never too high.
struct CommonestTally: Sendable {
    private var tally = SmallTally()
    private var known = 0

    mutating func add(_ key: UInt64) {
        guard key != 0 else { return }
        known += 1
        tally.add(key)
    }

    mutating func remove(_ key: UInt64) {
        guard key != 0 else { return }
        known -= 1
        tally.remove(key)
    }

    mutating func merge(_ other: CommonestTally) {
        known += other.known
        tally.merge(other.tally)
    }

    /// The share of the commonest key without one member's; nil if nobody else has one.
    func share(leavingOut own: UInt64?) -> Double? {
        let own = own == 0 ? nil : own
        let others = known - (own == nil ? 0 : 1)
        return others > 0 ? Double(tally.largest(leavingOut: own)) / Double(others) : nil
    }
}
