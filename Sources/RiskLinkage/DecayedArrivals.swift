internal import Glibc

/// How many accounts arrived, each counting less as time passes: exp(−age ÷ τ), with τ of 1, 7 and 30 days.
struct DecayedArrivals {
    private(set) var atMs: Int64
    private var day = 0.0
    private var week = 0.0
    private var month = 0.0

    init(atMs: Int64) {
        self.atMs = atMs
    }

    /// Adds an arrival. One that comes in late counts as much as it would have by now.
    mutating func add(atMs: Int64) {
        if atMs > self.atMs {
            (day, week, month) = values(atMs: atMs)
            self.atMs = atMs
        }
        let own = Self.weights(ageMs: self.atMs - atMs)
        day += own.day
        week += own.week
        month += own.month
    }

    /// Adds the arrivals of another.
    mutating func merge(_ other: DecayedArrivals) {
        let latest = max(atMs, other.atMs)
        let (own, others) = (values(atMs: latest), other.values(atMs: latest))
        (atMs, day, week, month) = (latest, own.day + others.day, own.week + others.week, own.month + others.month)
    }

    /// The sums at a moment, which is not before ``atMs``.
    func values(atMs: Int64) -> (day: Double, week: Double, month: Double) {
        let decay = Self.weights(ageMs: atMs - self.atMs)
        return (day * decay.day, week * decay.week, month * decay.month)
    }

    /// The sums at a moment without one arrival, at least 0; nil: all arrivals.
    func values(atMs: Int64, leavingOut ownAtMs: Int64?) -> (day: Double, week: Double, month: Double) {
        let all = values(atMs: atMs)
        guard let ownAtMs else { return all }
        let own = Self.weights(ageMs: atMs - min(atMs, ownAtMs))
        return (max(0, all.day - own.day), max(0, all.week - own.week), max(0, all.month - own.month))
    }

    /// The sum over a week of ``values(atMs:leavingOut:)`` alone.
    func week(atMs: Int64, leavingOut ownAtMs: Int64?) -> Double {
        let all = week * Self.weight(ageMs: atMs - self.atMs, days: 7)
        guard let ownAtMs else { return all }
        return max(0, all - Self.weight(ageMs: atMs - min(atMs, ownAtMs), days: 7))
    }

    /// What one arrival of this age counts.
    static func weights(ageMs: Int64) -> (day: Double, week: Double, month: Double) {
        (weight(ageMs: ageMs, days: 1), weight(ageMs: ageMs, days: 7), weight(ageMs: ageMs, days: 30))
    }

    private static func weight(ageMs: Int64, days: Double) -> Double {
        // To the bit what the exponential is, which is the most of what an arrival costs.
        ageMs == 0 ? 1 : exp(-(Double(ageMs) / 86_400_000) / days)
    }
}
