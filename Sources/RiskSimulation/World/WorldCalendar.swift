/// The days and model launches of a simulated world. Days and hours count from its first midnight, UTC.
public enum WorldCalendar {
    /// Milliseconds of one hour.
    public static let hourMs: Int64 = 3_600_000
    /// Milliseconds of one day.
    public static let dayMs: Int64 = 86_400_000
    /// 2025-11-01T00:00:00Z, Unix milliseconds.
    public static let startMs: Int64 = 1_761_955_200_000
    /// Days from 2025-11-01 to 2026-07-31, both included.
    public static let dayCount = 273
    /// 2026-08-01T00:00:00Z: where every world ends.
    public static let endMs = startMs + Int64(dayCount) * dayMs
    /// 2025-11-01 was a Saturday; Monday is 0.
    private static let startWeekday = 5

    /// When each model came out, hours from the start: before the world began, then 2025-11-24, 2026-02-05, 2026-05-20.
    static let launchHours = [-2088, 23 * 24 + 17, 96 * 24 + 17, 200 * 24 + 17]

    /// The weekday of a day; Monday is 0.
    static func weekday(_ day: Int) -> Int { ((day + startWeekday) % 7 + 7) % 7 }

    /// The midnight a day begins with, Unix milliseconds.
    static func ms(day: Int) -> Int64 { startMs + Int64(day) * dayMs }

    /// The hour an instant stands in; below 0 before the start.
    static func hour(_ timeMs: Int64) -> Int { floorDivide(timeMs - startMs, hourMs) }

    /// The day an instant stands in; below 0 before the start.
    static func day(_ timeMs: Int64) -> Int { floorDivide(timeMs - startMs, dayMs) }

    /// The newest model in an hour, as an index of ``launchHours``.
    static func newestModel(hour: Int) -> Int { launchHours.lastIndex { $0 <= hour } ?? 0 }

    /// The day of a date such as `2026-06-10`; nil for text that is none in the calendar, or the day after its end.
    public static func day(ofDate text: String) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let date = Int(parts[2])
        else { return nil }
        let lengths =
            [(2025, 11, 30), (2025, 12, 31), (2026, 1, 31), (2026, 2, 28), (2026, 3, 31), (2026, 4, 30)]
            + [(2026, 5, 31), (2026, 6, 30), (2026, 7, 31), (2026, 8, 1)]
        var day = 0
        for (thisYear, thisMonth, length) in lengths {
            if (thisYear, thisMonth) == (year, month) { return (1...length).contains(date) ? day + date - 1 : nil }
            day += length
        }
        return nil
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int {
        Int(value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor))
    }
}
