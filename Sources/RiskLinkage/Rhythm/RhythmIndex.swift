internal import RiskCore
internal import RiskLinearAlgebra

/// The rhythms of recently active accounts, with whom each account is compared once a day.
///
/// Holds a sample of bounded size, 1.0 MB at 4,096 accounts. An account's first usage event of a day makes its vector
/// of the days before; every 32 accounts are compared in one matrix product. All numbers in it are whole, so the
/// result does not depend on the kernel, the block or the machine; who is in the sample depends on the order of events
/// alone.
struct RhythmIndex: Sendable {
    /// What a comparison said of an account.
    struct Result: Sendable {
        let account: UInt64
        let facts: RhythmFacts
        /// The day of the event that asked for it.
        let day: Int
    }

    private struct Entry: Sendable {
        var account: UInt64
        var organisation: UInt64
        var standing: AccountLinks.Standing
        /// The day before which its vector was made.
        var day: Int
    }

    private struct Pending: Sendable {
        let account: UInt64
        let organisation: UInt64
        /// Days that its vector rests on.
        let days: Int
        /// The day before which its vector was made.
        let day: Int
    }

    /// The most accounts in the sample.
    static let capacity = 4096
    private static let blockSize = 32
    /// The sample is gone through in panels. Every other one is compared with an account's vector and its first
    /// shuffled one, the rest with its vector and the second: two orders for the price of one.
    private static let panelSize = 256
    /// Of accounts that come while all in the sample are recent, one of so many takes another's place.
    private static let exchangeRate: UInt64 = 8
    /// An account that was not active for longer makes room.
    private static let recentDays = 3
    /// Hours of before so many days no longer count.
    private static let hourDays = 7
    /// A day that is so much later than all before is not believed at once: see ``ClockLeap``.
    private static let leapDays = 7

    private let capacity: Int
    private var rows: SingleRows
    private var entries: [Entry] = []
    /// The first shuffled vectors of those that wait, then their own, then the second shuffled ones.
    private var block = SingleRows(rowCount: 3 * blockSize, width: RhythmVector.width)
    private var pending: [Pending] = []
    private var products = [Float](repeating: 0, count: 2 * blockSize * panelSize)
    private var results: [Result] = []
    private var ordinary = OrdinaryRhythm()
    private var draws: UInt64 = 0
    private var day = Int.min
    private var leap = ClockLeap()

    /// An empty sample.
    init(capacity: Int = RhythmIndex.capacity) {
        precondition(capacity >= 1, "a sample holds at least 1 account, asked for \(capacity)")
        self.capacity = capacity
        rows = SingleRows(rowCount: capacity, width: RhythmVector.width)
    }

    /// Accounts in the sample.
    var count: Int { entries.count }

    /// Takes in an event of an account after its facts were asked for; what is no usage event changes nothing.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - account: The account's key.
    ///   - organisation: Its organisation's key; its own if it has none.
    ///   - standing: What is known of it.
    ///   - record: What is remembered of it. Its ``RhythmRecord/vector`` may change.
    mutating func add(
        _ event: AccountEvent, account: UInt64, organisation: UInt64, standing: AccountLinks.Standing,
        record: inout RhythmRecord
    ) {
        guard event.type == .usage, !event.number(.requests24h).isNaN else { return }
        let today = RhythmRecord.day(ofMs: event.timeMs)
        if let next = believed(today, account), next > day { advance(to: next) }
        if today == day, record.begins(today) {
            let newDays = record.newDays(before: today)
            let hours = record.followHours(event.histogram(.activeHourHist))
            let shape = RhythmShape(record, before: today, newDays: newDays, hours: hours, &ordinary)
            record.vector = shape?.vector
            if let shape {
                let entry = Entry(account: account, organisation: organisation, standing: standing, day: today)
                place(entry, shape.vector, &record)
                enqueue(shape, entry)
            }
        }
        record.add(event)
    }

    /// What comparisons said since this was asked last, in the order in which the accounts came.
    mutating func takeResults() -> [Result] {
        guard !results.isEmpty else { return [] }
        defer { results.removeAll(keepingCapacity: true) }
        return results
    }

    /// An account's standing changed.
    mutating func setStanding(_ standing: AccountLinks.Standing, of account: UInt64, slot: Int32) {
        guard holds(account, at: slot) else { return }
        entries[Int(slot)].standing = standing
    }

    /// Those in the sample that may move as an account does by what the sample knows now, its own organisation left
    /// out: for each how alike they are. None if the account is not in the sample. As dear as one comparison.
    func twins(of account: UInt64, slot: Int32) -> [(account: UInt64, product: Float)] {
        guard holds(account, at: slot) else { return [] }
        let own = entries[Int(slot)]
        var products = [Float](repeating: 0, count: entries.count)
        rows.multiply(Int(slot)..<Int(slot) + 1, by: rows, entries.indices, into: &products)
        return entries.indices.compactMap { other in
            guard products[other] >= RhythmTally.leastThreshold, entries[other].account != account,
                entries[other].organisation != own.organisation
            else { return nil }
            return (entries[other].account, products[other])
        }
    }

    /// Whether an account stands at a place of the sample.
    func holds(_ account: UInt64, at slot: Int32) -> Bool {
        entries.indices.contains(Int(slot)) && entries[Int(slot)].account == account
    }

    /// The latest day that an event's day makes sure of; nil while it may be a clock that runs ahead.
    private mutating func believed(_ today: Int, _ account: UInt64) -> Int? {
        guard day != Int.min, today > day + Self.leapDays else {
            leap.contradict(by: account, beginsDay: today > day)
            return today
        }
        return leap.confirm(today, by: account)
    }

    /// A new day begins: the places of the days that are past now stand for those.
    private mutating func advance(to today: Int) {
        compare()
        for past in max(day, today - RhythmVector.dayCount)..<today {
            let place = RhythmVector.place(ofDay: past)
            ordinary.begin(dayAt: place)
            for slot in entries.indices { rows[slot, place] = 0 }
        }
        for slot in entries.indices where entries[slot].day < today - Self.hourDays {
            for hour in 0..<RhythmVector.hourCount { rows[slot, RhythmVector.dayCount + hour] = 0 }
        }
        ordinary.fadeHours()
        day = today
    }

    /// Puts an account into its place in the sample, if it has or gets one.
    private mutating func place(_ entry: Entry, _ vector: RhythmVector, _ record: inout RhythmRecord) {
        if !holds(entry.account, at: record.slot) { record.slot = freeSlot() }
        guard record.slot >= 0 else { return }
        let slot = Int(record.slot)
        if slot == entries.count { entries.append(entry) } else { entries[slot] = entry }
        for index in 0..<RhythmVector.width { rows[slot, index] = Float(vector[index]) }
    }

    /// A place for an account that has none; -1 if it stays outside.
    private mutating func freeSlot() -> Int32 {
        if entries.count < capacity { return Int32(entries.count) }
        var stalest = draw(below: capacity)
        for _ in 0..<3 {
            let other = draw(below: capacity)
            if entries[other].day < entries[stalest].day { stalest = other }
        }
        let isStale = entries[stalest].day < day - Self.recentDays
        return isStale || draw(below: Int(Self.exchangeRate)) == 0 ? Int32(stalest) : -1
    }

    /// SplitMix64 over a counter: the same for the same order of events, whatever the accounts' keys.
    private mutating func draw(below bound: Int) -> Int {
        draws &+= 0x9E37_79B9_7F4A_7C15
        var bits = draws
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((bits ^ (bits >> 31)) % UInt64(bound))
    }

    private mutating func enqueue(_ shape: RhythmShape, _ entry: Entry) {
        let row = pending.count
        for index in 0..<RhythmVector.width {
            block[row, index] = Float(shape.shuffled.first[index])
            block[Self.blockSize + row, index] = Float(shape.vector[index])
            block[2 * Self.blockSize + row, index] = Float(shape.shuffled.second[index])
        }
        pending.append(
            Pending(
                account: entry.account, organisation: entry.organisation, days: shape.dayCount, day: entry.day))
        if pending.count == Self.blockSize { compare() }
    }

    /// Compares those that wait with the sample.
    private mutating func compare() {
        guard !pending.isEmpty else { return }
        var own = pending.map { RhythmTally(days: $0.days) }
        var byChance = own
        for (number, start) in stride(from: 0, to: entries.count, by: Self.panelSize).enumerated() {
            let panel = start..<min(start + Self.panelSize, entries.count)
            // Rows that nobody waits in are multiplied with the rest, for the sake of one product.
            let firstRow = number % 2 * Self.blockSize
            block.multiply(firstRow..<firstRow + 2 * Self.blockSize, by: rows, panel, into: &products)
            let (ownAt, chanceAt) = number % 2 == 0 ? (Self.blockSize, 0) : (0, Self.blockSize)
            add(productsAt: ownAt, panel, to: &own)
            add(productsAt: chanceAt, panel, to: &byChance)
        }
        for (index, waiting) in pending.enumerated() {
            let facts = RhythmTally.facts(own[index], byChance: byChance[index], compared: entries.count - 1)
            results.append(Result(account: waiting.account, facts: facts, day: waiting.day))
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Adds rows of products with a panel to the tallies of those that wait, from a row on: one call for all, since
    /// each from code that changes the index copies it whole.
    private func add(productsAt firstRow: Int, _ panel: Range<Int>, to tallies: inout [RhythmTally]) {
        for waiting in pending.indices {
            add(productsAt: firstRow + waiting, panel, pending[waiting], to: &tallies[waiting])
        }
    }

    /// Adds a row of products with a panel to a tally, those of its own organisation left out.
    private func add(productsAt row: Int, _ panel: Range<Int>, _ waiting: Pending, to tally: inout RhythmTally) {
        let (start, end) = (row * panel.count, (row + 1) * panel.count)
        var place = firstPlace(in: products, start..<end, atLeast: tally.cut)
        while place < end {
            let entry = entries[panel.lowerBound + place - start]
            if entry.account != waiting.account, entry.organisation != waiting.organisation {
                tally.add(products[place], isLabelled: entry.standing == .abusive)
            }
            place = firstPlace(in: products, place + 1..<end, atLeast: tally.cut)
        }
    }
}
