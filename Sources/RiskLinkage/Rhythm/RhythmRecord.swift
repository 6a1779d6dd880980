internal import RiskCore

/// What is remembered of an account's rhythm: its load on each of the last 28 days, its usual hours, its last vector,
/// and what its last comparison said. About 160 bytes.
///
/// A day's load is what the last usage event of that UTC day said of its last 24 hours; a day without one is a day off.
struct RhythmRecord: Sendable {
    private static let never = Int32.min
    /// Load levels are multiples of 1/15 of a doubling.
    private static let levelsPerDoubling = 15.0
    /// Roots of shares are kept as multiples of one of so many.
    private static let rootUnit = 60_000.0
    /// Usual hours follow the account within about so many days.
    private static let habitDays = 28
    /// Usual hours are known after so many days of use.
    private static let leastHabitDays = 5

    private var levels = InlineArray<28, UInt8>(repeating: 0)
    private var usualHours = InlineArray<24, UInt16>(repeating: 0)
    private var hourDays: UInt8 = 0
    private var firstDay = RhythmRecord.never
    private var lastDay = RhythmRecord.never
    /// Where it stands in the index; -1: nowhere.
    var slot: Int32 = -1
    /// What was last made of it; what its cluster may have added.
    var vector: RhythmVector?
    private var comparison = StoredComparison()

    /// Nothing known.
    init() {}

    /// The UTC day of a moment, counted from 1970.
    static func day(ofMs timeMs: Int64) -> Int { Int(timeMs / 86_400_000) }

    /// What the last comparison said, for an event of a day; nil before the first, and four weeks after the last.
    func facts(on day: Int) -> RhythmFacts? {
        day - Int(comparison.day) < RhythmVector.dayCount ? comparison.facts : nil
    }

    /// Keeps what a comparison on a day said.
    mutating func keep(_ facts: RhythmFacts, of day: Int) { comparison = StoredComparison(facts, of: day) }

    /// Somebody of the sample whose product with this account is given was labelled abusive or is no longer; the next
    /// comparison counts anew.
    mutating func noteLabel(ofTwinWithProduct product: Float, isAbusive: Bool) {
        guard var facts = comparison.facts, product >= RhythmTally.threshold(days: Int(facts.days)) else { return }
        facts.labelledTwins = max(0, min(facts.twins, facts.labelledTwins + (isAbusive ? 1 : -1)))
        comparison = StoredComparison(facts, of: Int(comparison.day))
    }

    /// Whether an event of this day is the first of a day that is later than all before.
    func begins(_ day: Int) -> Bool { lastDay == Self.never || day > Int(lastDay) }

    /// The days before a day that are known, at most 28. Not the first, which is one of use by definition: all who came
    /// on the same day would have that in common.
    func knownDays(before day: Int) -> Range<Int> {
        guard lastDay != Self.never, day - Int(lastDay) < RhythmVector.dayCount else { return day..<day }
        return max(Int(firstDay) + 1, day - RhythmVector.dayCount)..<max(Int(firstDay) + 1, day)
    }

    /// The days that become known with the first event of a later day.
    func newDays(before day: Int) -> Range<Int> {
        lastDay == Self.never || day <= Int(lastDay) ? day..<day : Int(lastDay)..<day
    }

    /// The load level of a known day that is not later than the last; 0 on a day off.
    func level(on day: Int) -> Int { day > Int(lastDay) ? 0 : Int(levels[RhythmVector.place(ofDay: day)]) }

    /// Takes in a usage event: its day's load. An event of a day that is past says nothing any more.
    mutating func add(_ event: AccountEvent) {
        let day = Self.day(ofMs: event.timeMs)
        let requests = event.number(.requests24h)
        guard !requests.isNaN, lastDay == Self.never || day >= Int(lastDay) else { return }
        if lastDay == Self.never || day - Int(lastDay) >= RhythmVector.dayCount { begin(day) }
        for off in Int(lastDay)..<day { levels[RhythmVector.place(ofDay: off + 1)] = 0 }
        lastDay = Int32(clamping: day)
        levels[RhythmVector.place(ofDay: day)] = Self.level(requests)
    }

    private mutating func begin(_ day: Int) {
        for place in levels.indices { levels[place] = 0 }
        firstDay = Int32(clamping: day)
        lastDay = firstDay
    }

    /// How far the hours of an event are from the account's usual ones, by square roots of shares; nil before those are
    /// known. Then they become part of what is usual. Once a day.
    mutating func followHours(_ shares: ArraySlice<Double>) -> InlineArray<24, Double>? {
        guard shares.count == RhythmVector.hourCount else { return nil }
        var deviations = InlineArray<24, Double>(repeating: 0)
        let weight = Double(min(Int(hourDays) + 1, Self.habitDays))
        // Roots of shares are all of one length and their mean is shorter. What lies along the mean is no departure:
        // it would make everyone of the same usual hours alike.
        var (along, square) = (0.0, 0.0)
        for (hour, share) in shares.enumerated() {
            let (root, usual) = (share.squareRoot() * Self.rootUnit, Double(usualHours[hour]))
            deviations[hour] = root
            along += root * usual
            square += usual * usual
        }
        for hour in deviations.indices {
            let (root, usual) = (deviations[hour], Double(usualHours[hour]))
            deviations[hour] = root - (square > 0 ? along / square * usual : 0)
            usualHours[hour] = UInt16(max(0, min(65_535, (usual + (root - usual) / weight).rounded())))
        }
        defer { hourDays = min(hourDays + 1, UInt8(Self.habitDays)) }
        return Int(hourDays) < Self.leastHabitDays ? nil : deviations
    }

    /// The hours of the day from the least usual to the most.
    var hoursByHabit: [Int] {
        (0..<RhythmVector.hourCount).sorted { (usualHours[$0], $0) < (usualHours[$1], $1) }
    }

    /// 0 for none; from 1 on in logarithmic steps.
    private static func level(_ requests: Double) -> UInt8 {
        guard requests >= 1 else { return 0 }
        let doublings = portableLog1p(requests) / 0.6931471805599453
        return UInt8(min(255, max(1, (doublings * levelsPerDoubling).rounded())))
    }
}

/// ``RhythmFacts`` and their day in 20 bytes.
private struct StoredComparison: Sendable {
    private static let unit = 10_000.0

    private var compared: UInt16 = 0
    private var twins: UInt16 = 0
    private var twinsByChance: UInt16 = 0
    private var labelledTwins: UInt16 = 0
    private var nearest: Int16 = 0
    private var nearestByChance: Int16 = 0
    private var days: UInt8 = 0
    /// The day of the comparison.
    private(set) var day = Int32.min

    /// None.
    init() {}

    init(_ facts: RhythmFacts, of day: Int) {
        self.day = Int32(clamping: day)
        compared = UInt16(facts.compared)
        twins = UInt16(facts.twins)
        twinsByChance = UInt16(facts.twinsByChance)
        labelledTwins = UInt16(facts.labelledTwins)
        nearest = Int16((facts.nearest * Self.unit).rounded())
        nearestByChance = Int16((facts.nearestByChance * Self.unit).rounded())
        days = UInt8(facts.days)
    }

    var facts: RhythmFacts? {
        guard days > 0 else { return nil }
        var facts = RhythmFacts()
        facts.compared = Double(compared)
        facts.twins = Double(twins)
        facts.twinsByChance = Double(twinsByChance)
        facts.labelledTwins = Double(labelledTwins)
        facts.nearest = Double(nearest) / Self.unit
        facts.nearestByChance = Double(nearestByChance) / Self.unit
        facts.days = Double(days)
        return facts
    }
}
