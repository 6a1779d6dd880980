internal import Glibc

/// Numbers as people read them.
enum Figures {
    /// A number with this many digits behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "–" : value > 0 ? "∞" : "−∞" }
        let scale = pow(10, Double(digits))
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e15 else { return "\(value)" }
        let whole = Int64(scaled)
        let sign = value < 0 && whole > 0 ? "−" : ""
        guard digits > 0 else { return sign + grouped(Int(whole)) }
        let unit = Int64(scale)
        let rest = String(whole % unit)
        return sign + grouped(Int(whole / unit)) + "." + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// `28,800,000`
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(abs(value)))
        var result = value < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// A share in per cent with about three digits: `0.098 %`, `12.3 %`.
    static func percent(_ share: Double?) -> String {
        guard let share else { return "–" }
        let percent = share * 100
        let digits = percent == 0 || abs(percent) >= 99.95 ? 1 : abs(percent) >= 10 ? 1 : abs(percent) >= 1 ? 2 : 3
        return fixed(percent, digits) + " %"
    }

    /// `0.098 % [0.05, 0.18]`, the interval in per cent.
    static func percent(_ share: Double?, _ interval: Interval?) -> String {
        guard let share, let interval else { return percent(share) }
        return "\(percent(share)) \(bracket(interval))"
    }

    /// `[0.051, 0.18]`, in per cent.
    static func bracket(_ interval: Interval) -> String {
        func part(_ value: Double) -> String { String(percent(value).dropLast(2)) }
        return "[\(part(interval.lower)), \(part(interval.upper))]"
    }

    /// A measure between 0 and 1: `.9871`.
    static func measure(_ value: Double?, _ digits: Int = 4) -> String {
        guard let value else { return "–" }
        let text = fixed(value, digits)
        return text.hasPrefix("0.") ? String(text.dropFirst()) : text
    }

    /// `1 %`, `0.1 %`, `0.01 %`.
    static func share(_ share: Double) -> String {
        short(share * 100) + " %"
    }

    /// A number without zeros at its end, of six digits behind the point at most: `3`, `2.5`.
    static func short(_ value: Double) -> String {
        var text = fixed(value, 6)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// A length of time, in the unit that fits: `3.2 days`.
    static func duration(ms: Double?) -> String {
        guard let ms else { return "–" }
        switch ms / 1000 {
        case ..<1: return "at once"
        case ..<120: return fixed(ms / 1000, 0) + " s"
        case ..<7200: return fixed(ms / 60_000, 0) + " min"
        case ..<172_800: return fixed(ms / 3_600_000, 1) + " h"
        default: return fixed(ms / 86_400_000, 1) + " days"
        }
    }

    /// The day in UTC, `2026-02-05`, with the time if it is not midnight.
    static func moment(_ ms: Int64) -> String {
        guard ms != .max else { return "the end" }
        let day = Int((Double(ms) / 86_400_000).rounded(.down))
        let minutes = Int((ms - Int64(day) * 86_400_000) / 60_000)
        let time = minutes == 0 ? "" : " \(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
        return date(day) + time
    }

    /// A day since 1970 as `2026-02-05` (Hinnant's civil_from_days).
    static func date(_ day: Int) -> String {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(year)-\(twoDigits(month))-\(twoDigits(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))"
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
