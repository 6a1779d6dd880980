internal import RiskCore

/// An observation as it is altered to be learnt from.
struct AlteredObservation {
    var observation: Observation
    /// The number of the account that part of it is of; nil: nobody else's.
    var lender: Int?
    /// Whether it stands in a past campaign's crowd (``InnocentCrowd``).
    var isInCrowd = false
}

/// The latest observations of a kind, to draw from; so many at most.
struct RecentObservations {
    /// One of them.
    struct Kept {
        var observation: Observation
        /// Its account's number.
        var account: Int
    }

    private let limit: Int
    private var kept: [Kept] = []
    private var next = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Keeps one in place of the oldest.
    mutating func keep(_ observation: Observation, account: Int) {
        let new = Kept(observation: observation, account: account)
        if kept.count < limit { kept.append(new) } else { kept[next] = new }
        next = (next + 1) % limit
    }

    /// The one that a number which looks random stands for; nil if there is none.
    func drawn(by number: UInt64) -> Kept? {
        kept.isEmpty ? nil : kept[Int(number % UInt64(kept.count))]
    }
}

/// The latest observations of each type of event, to draw one of the same type from.
struct RecentObservationsByType {
    /// Observations of each type that are kept.
    private static let limit = 512

    /// By ``EventType`` raw value.
    private var recent = Array(repeating: RecentObservations(limit: limit), count: EventType.allCases.count)

    /// Keeps one in place of the oldest of its type.
    mutating func keep(_ observation: Observation, account: Int) {
        recent[observation.event.type.rawValue].keep(observation, account: account)
    }

    /// The one of a type that a number which looks random stands for; nil if there is none.
    func drawn(_ type: EventType, by number: UInt64) -> RecentObservations.Kept? {
        recent[type.rawValue].drawn(by: number)
    }
}
