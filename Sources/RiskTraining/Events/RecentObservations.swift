internal import RiskCore

/// The latest observations of a kind, to draw from; so many at most.
struct RecentObservations {
    private let limit: Int
    private var kept: [Observation] = []
    private var next = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Keeps one in place of the oldest.
    mutating func keep(_ observation: Observation) {
        if kept.count < limit { kept.append(observation) } else { kept[next] = observation }
        next = (next + 1) % limit
    }

    /// The one that a number which looks random stands for; nil if there is none.
    func drawn(by number: UInt64) -> Observation? {
        kept.isEmpty ? nil : kept[Int(number % UInt64(kept.count))]
    }
}
