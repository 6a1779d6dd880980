/// What is ordinary on each calendar day of the last four weeks, and in the hours of late: an outage, a holiday or a
/// launch that moves everybody is nobody's own rhythm.
///
/// Sums are whole numbers of the accounts' departures from their own habits, each scaled to the same length, so that
/// nobody's load counts more than another's.
struct OrdinaryRhythm: Sendable {
    /// With fewer accounts a mean says more of them than of what is ordinary.
    private static let leastCount = 100
    /// A third of what a day of 28 departs in the mean.
    private static let shock = 8.0
    /// Five standard deviations of a mean of independent accounts, times the root of their number.
    private static let shockDeviations = 120.0

    private var daySums = InlineArray<28, Int>(repeating: 0)
    private var dayCounts = InlineArray<28, Int>(repeating: 0)
    private var hourSums = InlineArray<24, Int>(repeating: 0)
    private var hourCount = 0

    /// Nobody yet.
    init() {}

    /// The mean of a day's place; 0 while too few are known.
    func day(_ place: Int) -> Double {
        dayCounts[place] < Self.leastCount ? 0 : Double(daySums[place]) / Double(dayCounts[place])
    }

    /// Whether a day moved so many so far that it tells nobody from another: a holiday, an outage. Such days are left
    /// out, since those whom it hit alike would look alike. A network would have to be a third of all accounts for it.
    func isShock(dayAt place: Int) -> Bool {
        let mean = abs(day(place))
        return mean > Self.shock && mean * Double(dayCounts[place]).squareRoot() > Self.shockDeviations
    }

    /// The mean of an hour; 0 while too few are known.
    func hour(_ hour: Int) -> Double {
        hourCount < Self.leastCount ? 0 : Double(hourSums[hour]) / Double(hourCount)
    }

    /// An account's departure on a day, once for each account.
    mutating func add(_ departure: Double, onDayAt place: Int) {
        daySums[place] += Int(departure.rounded())
        dayCounts[place] += 1
    }

    /// An account's departures by hour, once a day.
    mutating func add(hours departures: InlineArray<24, Double>) {
        for hour in departures.indices { hourSums[hour] += Int(departures[hour].rounded()) }
        hourCount += 1
    }

    /// A place stands for another day from now on.
    mutating func begin(dayAt place: Int) {
        (daySums[place], dayCounts[place]) = (0, 0)
    }

    /// Half of what is known of the hours goes.
    mutating func fadeHours() {
        for hour in hourSums.indices { hourSums[hour] /= 2 }
        hourCount /= 2
    }
}
