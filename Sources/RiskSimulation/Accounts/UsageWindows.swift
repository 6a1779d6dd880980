/// Every live account's requests by hour for the last eight days, and by day for the last thirty-two.
///
/// An hour's requests stand evenly in its first 59 minutes, so that what a window holds at any instant is exact, and an
/// account's last request of a day comes before the day's own record. Flat arrays by slot, about 0.9 KB an account.
struct UsageWindows: Sendable {
    static let hourCount = 192
    private static let dayCount = 32
    /// Half of the 59 minutes in which an hour's requests stand.
    private static let halfSpanMs: Int64 = 1_770_000

    private var requests: [UInt16] = []
    private var onNewest: [UInt16] = []
    private var days: [UInt32] = []
    private var latestDay: [Int32] = []

    /// Makes room for a slot, or empties one that is used again.
    mutating func open(_ slot: Int) {
        if slot == latestDay.count {
            requests.append(contentsOf: repeatElement(0, count: Self.hourCount))
            onNewest.append(contentsOf: repeatElement(0, count: Self.hourCount))
            days.append(contentsOf: repeatElement(0, count: Self.dayCount))
            latestDay.append(-1000)
        } else {
            for hour in slot * Self.hourCount..<(slot + 1) * Self.hourCount {
                requests[hour] = 0
                onNewest[hour] = 0
            }
            for day in slot * Self.dayCount..<(slot + 1) * Self.dayCount { days[day] = 0 }
            latestDay[slot] = -1000
        }
    }

    /// Forgets what falls out of the windows when a slot's account goes on to a day.
    mutating func begin(day: Int, slot: Int) {
        let latest = Int(latestDay[slot])
        for gone in max(latest + 1, day - 7, 0)..<day + 1 {
            let first = slot * Self.hourCount + (gone % 8) * 24
            for index in first..<first + 24 {
                requests[index] = 0
                onNewest[index] = 0
            }
        }
        for gone in max(latest + 1, day - Self.dayCount + 1, 0)..<day + 1 {
            days[slot * Self.dayCount + gone % Self.dayCount] = 0
        }
        latestDay[slot] = Int32(day)
    }

    /// Sets an hour's requests, and those of them on the model that is newest then.
    mutating func set(slot: Int, hour: Int, requests count: Int, onNewest newest: Int) {
        let index = slot * Self.hourCount + hour % Self.hourCount
        requests[index] = UInt16(count)
        onNewest[index] = UInt16(newest)
        days[slot * Self.dayCount + (hour / 24) % Self.dayCount] += UInt32(count)
    }

    /// Requests of one hour, past or planned, of the last eight days.
    func requests(slot: Int, hour: Int) -> Int { Int(requests[slot * Self.hourCount + hour % Self.hourCount]) }

    /// Requests of the thirty days before a day, as far as the windows hold them: the next active day may be laid long
    /// after it.
    func requestsOfThirtyDays(slot: Int, before day: Int) -> Int {
        var sum = 0
        let latest = Int(latestDay[slot])
        let first = max(0, day - 30, latest - Self.dayCount + 1)
        guard first < day else { return 0 }
        for past in first..<day where past <= latest {
            sum += Int(days[slot * Self.dayCount + past % Self.dayCount])
        }
        return sum
    }

    /// When the request of an index among an hour's stands, milliseconds after the hour.
    static func offsetMs(index: Int, of count: Int) -> Int64 {
        (Int64(2 * index + 1) * halfSpanMs + Int64(count) - 1) / Int64(count)
    }

    /// How many of an hour's requests stand at or before an offset.
    static func count(atOffsetMs offset: Int64, of count: Int) -> Int {
        min(count, Int((offset * Int64(count) / halfSpanMs + 1) / 2))
    }

    /// What the windows hold at an instant: nothing of later is looked at.
    func facts(slot: Int, timeMs: Int64, into facts: inout WindowFacts) {
        facts.reset()
        let now = WorldCalendar.hour(timeMs)
        let offset = timeMs - WorldCalendar.startMs - Int64(now) * WorldCalendar.hourMs
        let latestHour = (Int(latestDay[slot]) + 1) * 24
        let launch = WorldCalendar.launchHours[WorldCalendar.newestModel(hour: now)]
        var lastMs: Int64 = -1
        // The hour that is only partly within seven days comes first, the current one last.
        for hour in max(0, now - 168)...now where hour < latestHour {
            let index = slot * Self.hourCount + hour % Self.hourCount
            let all = Int(requests[index])
            guard all > 0 else { continue }
            var count = all
            if hour == now { count = Self.count(atOffsetMs: offset, of: all) }
            if hour == now - 168 { count -= Self.count(atOffsetMs: offset, of: all) }
            guard count > 0 else { continue }
            facts.requests7d += count
            facts.byHour[hour % 24] += Double(count)
            facts.byWeekday[WorldCalendar.weekday(hour / 24)] += Double(count)
            if hour >= now - 24 {
                let within = hour == now - 24 ? all - Self.count(atOffsetMs: offset, of: all) : count
                facts.requests24h += within
                if within > 0 { facts.activeHours24h += 1 }
                if hour >= launch { facts.newest24h += Int(onNewest[index]) * within / all }
            }
            if hour >= now - 1 {
                facts.requests1h += hour == now - 1 ? all - Self.count(atOffsetMs: offset, of: all) : count
            }
            let start = Int64(hour) * WorldCalendar.hourMs
            let firstMs = start + Self.offsetMs(index: all - count > 0 && hour != now ? all - count : 0, of: all)
            if lastMs >= 0 { facts.longestGapMs = max(facts.longestGapMs, firstMs - lastMs) }
            if count > 1 { facts.longestGapMs = max(facts.longestGapMs, 2 * Self.halfSpanMs / Int64(all)) }
            lastMs = start + Self.offsetMs(index: (hour == now ? count : all) - 1, of: all)
        }
        if lastMs >= 0 { facts.longestGapMs = max(facts.longestGapMs, timeMs - WorldCalendar.startMs - lastMs) }
    }
}

/// What an account's windows hold at one instant.
struct WindowFacts: Sendable {
    var requests1h = 0
    var requests24h = 0
    var requests7d = 0
    /// Of those of 24 hours, on the model that is newest now.
    var newest24h = 0
    /// Hours with requests among the last 24.
    var activeHours24h = 0
    var longestGapMs: Int64 = 0
    /// Requests of seven days by hour of the day, UTC.
    var byHour = [Double](repeating: 0, count: 24)
    /// Requests of seven days by weekday, Monday first.
    var byWeekday = [Double](repeating: 0, count: 7)

    mutating func reset() {
        (requests1h, requests24h, requests7d, newest24h, activeHours24h, longestGapMs) = (0, 0, 0, 0, 0, 0)
        for index in 0..<24 { byHour[index] = 0 }
        for index in 0..<7 { byWeekday[index] = 0 }
    }
}
