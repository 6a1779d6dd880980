internal import Glibc

/// What of a budget of honest accounts is not used by the held-out ones, since those of the weeks to come are others.
public struct Reserve: Sendable, Equatable {
    /// So many times more may be above a threshold in the weeks to come than one would expect from the held-out
    /// accounts before a budget is broken: a campaign that runs draws honest accounts with it. At least 1.
    public var times: Double
    /// How surely chance alone does not break a budget, ½ to below 1; at ½ chance is not asked. Of few accounts it asks
    /// for much: of 1,000 that a budget allows 929 may reach the threshold at 0.95, of 100 79, of 10 4.
    public var confidence: Double

    /// A reserve; by default none.
    public init(times: Double = 1, confidence: Double = 0.5) {
        self.times = times
        self.confidence = confidence
    }

    /// How many of some held-out accounts may reach a threshold, for a share of them to be the budget.
    ///
    /// Where k of the held-out accounts reach a threshold, of as many to come k do on average, with a variance of 2k:
    /// once for those to come, once for those that the threshold was taken from. Normal approximation; it leaves out
    /// that accounts may come in groups, which ``times`` has to make up for. Of a budget of three or fewer none may be
    /// used; a threshold just above all held-out accounts then breaks one of b all the same with 2^-(b + 1). Cost: a
    /// few dozen steps.
    func allowed(_ share: Double, of count: Int) -> Int {
        // A share such as 0.0001 times 10,000 must not come out below 1.
        let budget = Double(count) * share * (1 + 1e-12) / times
        guard confidence > 0.5 else { return Int(budget.rounded(.down)) }
        let deviations = Self.deviations(confidence)
        // Of k + z √(2k) = budget, the root that is not negative.
        let root = (deviations * deviations / 2 + budget).squareRoot() - deviations / 2.0.squareRoot()
        return Int((root * root).rounded(.down))
    }

    /// Standard deviations above the mean that a normal variable is below with a probability above ½ and below 1.
    private static func deviations(_ probability: Double) -> Double {
        var (low, high) = (0.0, 40.0)
        for _ in 0..<64 {
            let middle = (low + high) / 2
            if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
        }
        return low
    }

    /// - Throws: ``TrainingError`` with code `badOption`.
    func check() throws(TrainingError) {
        guard times.isFinite && times >= 1 else {
            throw TrainingError(.badOption, "reserve: expected a finite number of at least 1, found \(times)")
        }
        guard confidence >= 0.5 && confidence < 1 else {
            throw TrainingError(.badOption, "confidence: expected 0.5 to below 1, found \(confidence)")
        }
    }

    /// What decides the result, one `name=value` each.
    var statement: [String] {
        ["reserve=\(times)"] + (confidence == 0.5 ? [] : ["confidence=\(confidence)"])
    }
}
