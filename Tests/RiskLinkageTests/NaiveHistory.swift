import RiskCore

/// An account's past as one would read it off all its events.
enum NaiveHistory {
    static func firstDayUtilisation(_ events: [AccountEvent]) -> Double? {
        early(events, days: 1).map { $0.event.number(.limitUtilisationP95) }.filter { !$0.isNaN }.max()
    }

    static func earlyClimb(_ events: [AccountEvent]) -> Double? {
        early(events, days: 4).map { $0.event.number(.limitUtilisationP95) / max(1, $0.days) }.filter { !$0.isNaN }
            .max()
    }

    /// The mean that moves towards each value by gap ÷ (gap + 7 days), gap being the time since the usage event before.
    static func usual(_ field: EventField, _ events: [AccountEvent], where isHabit: (AccountEvent) -> Bool) -> Double? {
        let usage = events.filter { $0.type == .usage }
        var mean: Double?
        for (index, event) in usage.enumerated() where isHabit(event) && !event.number(field).isNaN {
            let week = 7.0 * 86_400_000
            let gap = index == 0 ? week : Double(event.timeMs - usage[index - 1].timeMs)
            mean = mean.map { $0 + (event.number(field) - $0) * gap / (gap + week) } ?? event.number(field)
        }
        return mean
    }

    /// Usage events and how many days after the last sign-up before them they came.
    private static func early(_ events: [AccountEvent], days: Double) -> [(event: AccountEvent, days: Double)] {
        var bornAtMs: Int64?
        var found: [(AccountEvent, Double)] = []
        for event in events {
            if event.type == .signup { bornAtMs = event.timeMs }
            guard event.type == .usage, let bornAtMs else { continue }
            let age = Double(event.timeMs - bornAtMs) / 86_400_000
            if age < days { found.append((event, age)) }
        }
        return found
    }
}
