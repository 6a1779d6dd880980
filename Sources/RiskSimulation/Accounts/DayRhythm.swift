/// Lays a day's requests into its hours.
struct DayRhythm: Sendable {
    private var weights = [Double](repeating: 0, count: 24)
    /// Requests of each hour of the day that was laid last.
    private(set) var hours = [Int](repeating: 0, count: 24)
    private let seed: UInt64

    init(seed: UInt64) { self.seed = mixed(seed, 0xDA1) }

    /// Divides a count over the hours from the first allowed one on.
    mutating func lay(
        _ count: Int, day: Int, firstHour: Int, _ profile: AccountProfile, _ stream: inout RandomStream
    ) {
        weigh(profile, day: day, &stream)
        for hour in 0..<24 { hours[hour] = 0 }
        var total = 0.0
        for hour in 0..<24 {
            if hour < firstHour { weights[hour] = 0 }
            total += weights[hour]
        }
        if total <= 0 {
            for hour in min(firstHour, 23)..<24 { weights[hour] = 1 }
            total = Double(24 - min(firstHour, 23))
        }
        // Rounding the running sum keeps the day's count and each hour's share.
        var running = 0.0
        var given = 0
        let offset = stream.unit()
        for hour in 0..<24 {
            running += weights[hour]
            let until = hour == 23 ? count : min(count, Int(Double(count) * running / total + offset))
            hours[hour] = min(60_000, until - given)
            given = until
        }
        if hours[23] > 0, weights[23] == 0 { moveLastHour() }
    }

    /// What rounding left in an hour without weight goes to the heaviest.
    private mutating func moveLastHour() {
        var heaviest = 0
        for hour in 0..<24 where weights[hour] > weights[heaviest] { heaviest = hour }
        hours[heaviest] = min(60_000, hours[heaviest] + hours[23])
        hours[23] = 0
    }

    private mutating func weigh(_ profile: AccountProfile, day: Int, _ stream: inout RandomStream) {
        switch profile.rhythm {
        case .person:
            weighSpan(
                start: Double(profile.startHour) + Double(profile.jitterHours) + 1.5 * stream.normal(),
                length: Double(profile.dayLengthHours) * stream.uniform(0.6, 1.4), &stream)
        case .office:
            weighSpan(start: Double(profile.startHour) - 2 + 0.5 * stream.normal(), length: 8.5, &stream)
        case .continuous:
            for hour in 0..<24 { weights[hour] = 0.4 + stream.exponential(mean: 0.6) }
        case .lessons:
            weighSpan(start: Double(profile.startHour) + 3 * stream.normal(), length: 2.5, &stream)
            for lesson in 0..<2 {
                let hour = Int(unitHash(mixed(profile.group, UInt64(day * 4 + lesson))) * 10)
                weights[(Int(profile.startHour) + hour) % 24] += 2.5
            }
        case .nightly: weighSpan(start: Double(profile.startHour), length: 2, &stream)
        case .jobQueue, .pooled:
            for hour in 0..<24 {
                let shared = demand(profile, absoluteHour: day * 24 + hour + Int(profile.jitterHours))
                let own = stream.exponential(mean: 1)
                weights[hour] =
                    profile.rhythm == .jobQueue ? shared * (0.75 + 0.25 * own) : shared * (0.55 + 0.45 * own)
            }
        }
    }

    private mutating func weighSpan(start: Double, length: Double, _ stream: inout RandomStream) {
        for hour in 0..<24 { weights[hour] = 0 }
        let first = Int((start + 48).rounded(.down))
        for step in 0..<max(1, min(24, Int(length.rounded(.up)))) {
            weights[(first + step) % 24] = 0.25 + stream.exponential(mean: 0.75)
        }
    }

    /// A campaign's demand in an hour, the same for all of its accounts: bursts, and gaps when the queue is empty.
    private func demand(_ profile: AccountProfile, absoluteHour: Int) -> Double {
        let group = mixed(seed, profile.group)
        let hour = UInt64(bitPattern: Int64(absoluteHour + 1_000_000))
        let level = unitHash(mixed(group, hour))
        guard profile.rhythm == .jobQueue else { return 0.45 + 1.1 * level }
        let block = hour / 12
        let gapStart = UInt64(unitHash(mixed(group ^ 0x6A, block)) * 9)
        let gapLength = 2 + UInt64(unitHash(mixed(group ^ 0x6B, block)) * 5)
        let isDrained = hour % 12 >= gapStart && hour % 12 < gapStart + gapLength
        return isDrained ? 0 : 0.3 + 1.7 * level * level
    }
}
