/// How an account's rhythm departs from its own habits and from what is ordinary, and the same in another order.
///
/// Habits are taken away first: its mean load on each weekday, its usual hours. Two clerks of one time zone do not
/// resemble each other then; two accounts that one queue switches on and off do. The shuffled vectors keep each
/// weekday's loads and change the weeks they fall into, and hours of about the same habit change places: what resembles
/// them does so by chance.
struct RhythmShape {
    /// Days that have to be known.
    static let leastDays = 10
    /// Days with use among them.
    private static let leastActiveDays = 3
    /// A load that scatters by less than about a tenth has no rhythm: levels are steps of a fifteenth of a doubling.
    private static let leastDeviation = 2.0
    /// Hours that scatter by less, in the units of ``RhythmRecord/followHours(_:)``, are as usual.
    private static let leastHourDeviation = 500.0
    /// The hours weigh as much as so many days: neighbouring hours go together.
    private static let hourWeight = 5.0

    /// The account's direction.
    private(set) var vector: RhythmVector
    /// The same with its weeks and its hours in two other orders.
    private(set) var shuffled: (first: RhythmVector, second: RhythmVector)
    /// Days it rests on.
    let dayCount: Int

    private var days = InlineArray<28, Double>(repeating: 0)

    /// Makes it of a record as of before a day, and adds the newly known days to what is ordinary; nil if too little is
    /// known or nothing departs from its habits.
    init?(
        _ record: RhythmRecord, before day: Int, newDays: Range<Int>, hours: InlineArray<24, Double>?,
        _ ordinary: inout OrdinaryRhythm
    ) {
        let known = record.knownDays(before: day).filter { !ordinary.isShock(dayAt: RhythmVector.place(ofDay: $0)) }
        guard known.count >= Self.leastDays, known.count(where: { record.level(on: $0) > 0 }) >= Self.leastActiveDays
        else { return nil }
        dayCount = known.count
        vector = RhythmVector()
        shuffled = (vector, vector)
        departFromHabit(record, known)
        guard Self.scale(&days, leastSquares: Double(known.count) * Self.leastDeviation * Self.leastDeviation)
        else { return nil }
        // A day of few departs further than a day of many; what is ordinary is said for a day of all.
        let factor = (Double(known.count) / Double(RhythmVector.dayCount)).squareRoot()
        for day in known {
            let place = RhythmVector.place(ofDay: day)
            let (departure, mean) = (days[place], ordinary.day(place))
            if newDays.contains(day) { ordinary.add(departure * factor, onDayAt: place) }
            days[place] = departure - mean / factor
        }
        guard Self.scale(&days, leastSquares: 1) else { return nil }
        compose(Self.departures(hours, &ordinary), record, known)
    }

    /// The loads less the weekday's mean, which is drawn towards that of all workdays or of the weekend: of a weekday
    /// that was seen once, half of what sets it apart is habit.
    private mutating func departFromHabit(_ record: RhythmRecord, _ known: [Int]) {
        var sums = InlineArray<7, Double>(repeating: 0)
        var counts = InlineArray<7, Double>(repeating: 0)
        for day in known {
            sums[Self.weekday(day)] += Double(record.level(on: day))
            counts[Self.weekday(day)] += 1
        }
        let isWeekend = { (weekday: Int) in weekday >= 5 }
        var habits = InlineArray<7, Double>(repeating: 0)
        for weekday in 0..<7 where counts[weekday] > 0 {
            var (sum, count) = (0.0, 0.0)
            for other in 0..<7 where isWeekend(other) == isWeekend(weekday) {
                sum += sums[other]
                count += counts[other]
            }
            habits[weekday] = (sums[weekday] + sum / count) / (counts[weekday] + 1)
        }
        for day in known {
            days[RhythmVector.place(ofDay: day)] = Double(record.level(on: day)) - habits[Self.weekday(day)]
        }
    }

    /// Monday is 0; 1970 began on a Thursday.
    private static func weekday(_ day: Int) -> Int { (day + 3) % 7 }

    /// What sets the hours apart, scaled; zeros if nothing does.
    private static func departures(
        _ hours: InlineArray<24, Double>?, _ ordinary: inout OrdinaryRhythm
    ) -> InlineArray<24, Double>? {
        guard var hours, scale(&hours, leastSquares: 24 * leastHourDeviation * leastHourDeviation) else { return nil }
        let means = InlineArray<24, Double> { ordinary.hour($0) }
        ordinary.add(hours: hours)
        for hour in hours.indices { hours[hour] -= means[hour] }
        return scale(&hours, leastSquares: 1) ? hours : nil
    }

    /// Puts days and hours together, by how much each of them can say.
    private mutating func compose(_ hours: InlineArray<24, Double>?, _ record: RhythmRecord, _ known: [Int]) {
        let hourShare = hours == nil ? 0 : Self.hourWeight / (Double(dayCount) + Self.hourWeight)
        let (dayScale, hourScale) = ((1 - hourShare).squareRoot(), hourShare.squareRoot())
        for place in days.indices { vector[place] = Int((days[place] * dayScale).rounded()) }
        shuffled = (shuffle(vector, by: 1, known), shuffle(vector, by: 2, known))
        guard let hours else { return }
        let byHabit = record.hoursByHabit
        for (rank, hour) in byHabit.enumerated() {
            let value = Int((hours[hour] * hourScale).rounded())
            vector[RhythmVector.dayCount + hour] = value
            // Neighbours by habit change places: 0 with 1, 2 with 3 …; and 1 with 2, 3 with 4 … and 23 with 0.
            shuffled.first[RhythmVector.dayCount + byHabit[rank ^ 1]] = value
            shuffled.second[RhythmVector.dayCount + byHabit[(((rank + 1) ^ 1) + 23) % 24]] = value
        }
    }

    /// The days with each weekday's weeks rotated. Weekdays that are known once change places among themselves.
    private func shuffle(_ vector: RhythmVector, by step: Int, _ known: [Int]) -> RhythmVector {
        var result = RhythmVector()
        var single = InlineArray<2, [Int]>(repeating: [])
        func rotate(_ places: [Int]) {
            let shift = places.isEmpty || step % places.count != 0 ? step : 1
            for (index, place) in places.enumerated() {
                result[places[(index + shift) % places.count]] = vector[place]
            }
        }
        for weekday in 0..<7 {
            let places = known.filter { Self.weekday($0) == weekday }.map { RhythmVector.place(ofDay: $0) }
            if places.count > 1 { rotate(places) } else { single[weekday >= 5 ? 1 : 0] += places }
        }
        rotate(single[0])
        rotate(single[1])
        return result
    }

    /// Scales to ``RhythmVector/length``; false if the squares add up to less than so much.
    private static func scale<let count: Int>(_ values: inout InlineArray<count, Double>, leastSquares: Double) -> Bool
    {
        var squares = 0.0
        for index in values.indices { squares += values[index] * values[index] }
        guard squares >= leastSquares, squares > 0 else { return false }
        let factor = RhythmVector.length / squares.squareRoot()
        for index in values.indices { values[index] *= factor }
        return true
    }
}
