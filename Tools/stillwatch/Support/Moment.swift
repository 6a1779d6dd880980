import ArgumentParser
import Foundation

/// A point in time as an argument: a day or a moment in UTC, or Unix milliseconds.
struct Moment: ExpressibleByArgument {
    /// Unix milliseconds.
    let ms: Int64

    init?(argument: String) {
        // Smaller numbers are days without hyphens or years, not moments of 1970.
        if let ms = Int64(argument), ms == 0 || ms >= 100_000_000_000 {
            self.ms = ms
            return
        }
        let day = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        guard let date = (try? Date(argument, strategy: day)) ?? (try? Date(argument, strategy: .iso8601)),
            // A day with more behind it is no day.
            argument.count == 10 || argument.contains("T"), date.timeIntervalSince1970 >= 0
        else { return nil }
        ms = Int64((date.timeIntervalSince1970 * 1000).rounded())
    }
}
