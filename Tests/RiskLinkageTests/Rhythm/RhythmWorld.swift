import RiskCore
import TestSupport

/// Accounts without any identifier, each with a queue that says on which days it works and how much.
struct RhythmWorld {
    /// A Monday.
    static let startMs: Int64 = 1_767_571_200_000
    static let dayMs: Int64 = 86_400_000

    /// Requests of each account on each day; 0 on a day off.
    private(set) var requests: [String: [Int]] = [:]
    private var names: [String] = []
    private var organisations: [String: String] = [:]
    private var generator: SeededGenerator
    let dayCount: Int

    init(seed: UInt64, dayCount: Int) {
        generator = SeededGenerator(seed: seed)
        self.dayCount = dayCount
    }

    /// A number from the world's own source.
    mutating func random(in range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }

    /// Accounts that follow the same days, each in its own way now and then.
    mutating func add(
        _ prefix: String, count: Int, organisation: String? = nil, shuffled: Bool = false,
        isOn: (_ day: Int, _ draw: Double) -> Bool = { _, draw in draw < 0.57 }
    ) {
        let days = (0..<dayCount).map { isOn($0, random(in: 0...1)) }
        let loads = (0..<dayCount).map { _ in random(in: 40...160) }
        for index in 0..<count {
            var own = (0..<dayCount).map { day in
                let works = random(in: 0...1) < 0.93 ? days[day] : isOn(day, random(in: 0...1))
                return works ? Int(loads[day] * random(in: 0.8...1.2)) : 0
            }
            if shuffled { own.shuffle(using: &generator) }
            let name = "\(prefix)\(index)"
            names.append(name)
            requests[name] = own
            organisations[name] = organisation
        }
    }

    /// Changes what every account does on a day.
    mutating func change(day: Int, _ body: (Int) -> Int) {
        for name in names {
            let count = requests[name]?[day] ?? 0
            requests[name]?[day] = body(count)
        }
    }

    /// The events of a day, one at its end for each account that worked.
    func events(day: Int) throws -> [(name: String, event: AccountEvent)] {
        var events: [(String, AccountEvent)] = []
        for (index, name) in names.enumerated() {
            guard let count = requests[name]?[day], count > 0 else { continue }
            let timeMs = Self.startMs + Int64(day + 1) * Self.dayMs - 1_000_000 + Int64(index)
            events.append((name, try event(name, atMs: timeMs, requests: count)))
        }
        return events
    }

    /// One usage event.
    func event(_ name: String, atMs: Int64, requests: Int) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "usage")
        try builder.set(.eventTimeMs, whole: UInt64(atMs))
        try builder.set(.accountRef, reference: Reference(name))
        if let organisation = organisations[name] {
            try builder.set(.orgRef, reference: Reference(organisation))
        }
        try builder.set(.requests24h, whole: UInt64(requests))
        return try builder.build()
    }

    /// Names with a prefix.
    func names(_ prefix: String) -> [String] { names.filter { $0.hasPrefix(prefix) } }
}
