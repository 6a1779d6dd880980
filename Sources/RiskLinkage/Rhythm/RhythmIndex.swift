internal import RiskCore
internal import RiskLinearAlgebra

/// The rhythms of recently active accounts, with whom each account is compared once a day.
///
/// Holds a sample of bounded size, 1.2 MB at 4,096 accounts. An account's first usage event of a day makes its vector
/// of the days before; every 32 accounts are compared in one matrix product. All numbers in it are whole, so the
/// result does not depend on the kernel, the block or the machine; who is in the sample depends on the order of events
/// alone. Amortised 10 to 20 µs an account and day.
struct RhythmIndex: Sendable {
    /// What a comparison said of an account.
    struct Result: Sendable {
        let account: UInt64
        let facts: RhythmFacts
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
        let days: Int
    }

    /// The most accounts in the sample.
    static let capacity = 4096
    private static let blockSize = 32
    /// Rows of each account in a block: its vector, and twice shuffled.
    private static let rowsEach = 3
    private static let panelSize = 512
    /// Of accounts that come while all in the sample are recent, one of so many takes another's place.
    private static let exchangeRate: UInt64 = 8
    /// An account that was not active for longer makes room.
    private static let recentDays = 3
    /// Hours of before so many days no longer count.
    private static let hourDays = 7

    private let capacity: Int
    private var rows: SingleRows
    private var entries: [Entry] = []
    private var block = SingleRows(rowCount: rowsEach * blockSize, width: RhythmVector.width)
    private var pending: [Pending] = []
    private var products = [Float](repeating: 0, count: rowsEach * blockSize * panelSize)
    private var results: [Result] = []
    private var ordinary = OrdinaryRhythm()
    private var draws: UInt64 = 0
    private var day = Int.min

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
        if today > day { advance(to: today) }
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
        guard isAt(slot, account) else { return }
        entries[Int(slot)].standing = standing
    }

    private func isAt(_ slot: Int32, _ account: UInt64) -> Bool {
        entries.indices.contains(Int(slot)) && entries[Int(slot)].account == account
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
        if !isAt(record.slot, entry.account) { record.slot = freeSlot() }
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
        let first = Self.rowsEach * pending.count
        for index in 0..<RhythmVector.width {
            block[first, index] = Float(shape.vector[index])
            block[first + 1, index] = Float(shape.shuffled.first[index])
            block[first + 2, index] = Float(shape.shuffled.second[index])
        }
        pending.append(Pending(account: entry.account, organisation: entry.organisation, days: shape.dayCount))
        if pending.count == Self.blockSize { compare() }
    }

    /// Compares those that wait with the sample.
    private mutating func compare() {
        guard !pending.isEmpty else { return }
        var tallies = pending.flatMap { pending in
            Array(repeating: RhythmTally(days: pending.days), count: Self.rowsEach)
        }
        for start in stride(from: 0, to: entries.count, by: Self.panelSize) {
            let panel = start..<min(start + Self.panelSize, entries.count)
            block.multiply(first: tallies.count, by: rows, panel, into: &products)
            for row in tallies.indices {
                let waiting = pending[row / Self.rowsEach]
                let base = row * panel.count - panel.lowerBound
                for slot in panel where products[base + slot] >= tallies[row].cut {
                    let entry = entries[slot]
                    guard entry.account != waiting.account, entry.organisation != waiting.organisation else { continue }
                    tallies[row].add(products[base + slot], isLabelled: entry.standing == .abusive)
                }
            }
        }
        for (index, waiting) in pending.enumerated() {
            let first = Self.rowsEach * index
            let facts = RhythmTally.facts(
                tallies[first], byChance: tallies[first + 1], tallies[first + 2], compared: entries.count - 1)
            results.append(Result(account: waiting.account, facts: facts))
        }
        pending.removeAll(keepingCapacity: true)
    }
}
