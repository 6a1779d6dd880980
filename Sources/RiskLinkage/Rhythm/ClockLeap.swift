/// Whether a day that is much later than all before may be believed: one clock that runs ahead, or one account that
/// says so again and again, must not end everybody else's day.
///
/// It may once as many events in a row say as much, from as many different accounts; where fewer were active on the
/// last two days, from as many as those, or nobody would ever be believed again after a long pause. A few integers.
struct ClockLeap: Sendable {
    /// So many events in a row, and so many accounts.
    static let events = 8

    private var eventCount = 0
    /// The earliest day that they said.
    private var day = Int.max
    /// Different accounts behind them, and those of the present day; both at most ``events``.
    private var witnesses: [UInt64] = []
    private var active: [UInt64] = []
    /// How many there were on the day before, as far as counted.
    private var activeBefore = 0

    /// An event of an ordinary day came: nothing that was said before it counts.
    ///
    /// - Parameter beginsDay: Whether it is the first of a later day.
    mutating func contradict(by account: UInt64, beginsDay: Bool) {
        if eventCount > 0 { forget() }
        if beginsDay {
            activeBefore = active.count
            active.removeAll(keepingCapacity: true)
        }
        Self.note(account, in: &active)
    }

    /// An event of a much later day came; the day to believe, if there now is one: a later day begins.
    mutating func confirm(_ today: Int, by account: UInt64) -> Int? {
        eventCount += 1
        day = min(day, today)
        Self.note(account, in: &witnesses)
        let needed = min(Self.events, max(1, active.count, activeBefore))
        guard eventCount >= Self.events, witnesses.count >= needed else { return nil }
        defer { forget() }
        (activeBefore, active) = (active.count, witnesses)
        return day
    }

    private mutating func forget() {
        (eventCount, day) = (0, .max)
        witnesses.removeAll(keepingCapacity: true)
    }

    private static func note(_ account: UInt64, in accounts: inout [UInt64]) {
        if accounts.count < events, !accounts.contains(account) { accounts.append(account) }
    }
}
