/// What one model made of one campaign account in the test: enough to tell, for any threshold, when the account would
/// first have been flagged and how much it had taken by then.
struct AccountTrace: Sendable {
    /// A record whose margin was higher than all before it.
    struct High: Sendable, Equatable {
        var margin: Double
        /// Exchanges of the test up to and including the record.
        var exchanges: Double
        var timeMs: Int64
    }

    /// Exchanges that one day's records brought.
    struct Day: Sendable, Equatable {
        /// Days since 1970.
        var day: Int
        var exchanges: Double
    }

    /// The highest margin before the test; -infinity without any.
    var marginBefore = -Double.infinity
    /// Record highs in the test, the first first.
    private(set) var highs: [High] = []
    /// Exchanges by day, ascending as long as the records come in order.
    private(set) var days: [Day] = []
    /// All exchanges of the test.
    private(set) var exchanges = 0.0
    /// The time of the first record in the test.
    private(set) var firstMs: Int64?

    static let dayMs: Int64 = 86_400_000

    /// Takes a record of the test.
    ///
    /// - Parameter added: Exchanges since the record before.
    mutating func add(margin: Double, added: Double, timeMs: Int64) {
        if firstMs == nil { firstMs = timeMs }
        exchanges += added
        if margin > highs.last?.margin ?? -.infinity {
            highs.append(High(margin: margin, exchanges: exchanges, timeMs: timeMs))
        }
        guard added > 0 else { return }
        let day = Int(timeMs / Self.dayMs)
        if days.last?.day == day {
            days[days.count - 1].exchanges += added
        } else {
            days.append(Day(day: day, exchanges: added))
        }
    }

    /// What a threshold would have done.
    enum Fate: Equatable {
        /// It was flagged before the test and takes nothing.
        case before
        /// It is first flagged at this record.
        case at(High)
        /// It is never flagged and takes all.
        case never
    }

    /// What a threshold would have done.
    func fate(threshold: Double) -> Fate {
        if marginBefore >= threshold { return .before }
        // Highs ascend.
        var (low, high) = (0, highs.count)
        while low < high {
            let middle = (low + high) / 2
            if highs[middle].margin >= threshold { high = middle } else { low = middle + 1 }
        }
        return low < highs.count ? .at(highs[low]) : .never
    }

    /// Exchanges up to and including the record at which it is first flagged; all if it never is.
    func leaked(threshold: Double) -> Double {
        switch fate(threshold: threshold) {
        case .before: 0
        case .at(let high): high.exchanges
        case .never: exchanges
        }
    }
}
