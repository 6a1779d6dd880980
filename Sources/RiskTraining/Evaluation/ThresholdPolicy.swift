internal import RiskCore

/// Sets the policy's thresholds so that a stated share of the honest accounts ever reaches each, with a reserve: of the
/// held-out ones, fewer do.
///
/// An account counts once at each decision point, at its highest margin there: who asks a hundred times an hour whether
/// a customer is honest flags many more customers than his share of answers says. Without groups each row counts.
struct ThresholdPolicy {
    /// How thresholds are set, as the version of the trained policy: 1 counted rows, 2 accounts, 3 keeps a reserve.
    static let version = 3
    /// Honest accounts that a decision point needs above its mildest threshold to have thresholds of its own.
    static let ownMinimum = 10

    let margins: [Double]
    let labels: [Bool]
    let eventTypes: [EventType]?
    let groups: [Int]?
    let budgets: [FalsePositiveBudget]
    /// See ``TrainingOptions/reserve``.
    var reserve = Reserve()

    /// Rules for all decision points together and for each that has enough honest accounts.
    ///
    /// A threshold is set if the budget lets at least one honest account reach it; where the reserve leaves none, it is
    /// just above them all. A decision point with rules of its own uses only those, so the strong ones that it has too
    /// few accounts for are taken over from the rules for all, with the share of its own accounts that they reach.
    var policy: Policy {
        let shared = rules(nil, honest(nil), otherwise: [])
        var result = shared
        for type in EventType.allCases where eventTypes != nil {
            let own = honest(type)
            guard let mildest = budgets.first, reserve.allowed(mildest.share, of: own.count) >= Self.ownMinimum else {
                continue
            }
            result += rules(type, own, otherwise: shared)
        }
        return Policy(version: Self.version, rules: result)
    }

    /// The highest margin of each honest account at a decision point (nil: at all), the highest first.
    private func honest(_ type: EventType?) -> [Double] {
        var rows = Array(labels.indices)
        if let type, let eventTypes { rows.removeAll { eventTypes[$0] != type } }
        return Self.highestOfHonest(margins, labels, groups, rows: rows)
    }

    /// The highest margin of each group of the negative ones of some rows, the highest first; of each negative row
    /// without groups.
    static func highestOfHonest(
        _ margins: [Double], _ labels: [Bool], _ groups: [Int]?, rows: [Int]
    ) -> [Double] {
        var highest: [Double] = []
        var indices: [Int: Int] = [:]
        for row in rows where !labels[row] {
            guard let group = groups?[row] else {
                highest.append(margins[row])
                continue
            }
            if let index = indices[group] {
                highest[index] = max(highest[index], margins[row])
            } else {
                indices[group] = highest.count
                highest.append(margins[row])
            }
        }
        return highest.sorted(by: >)
    }

    private func rules(
        _ type: EventType?, _ descending: [Double], otherwise shared: [Policy.Rule]
    ) -> [Policy.Rule] {
        var result: [Policy.Rule] = []
        for budget in budgets {
            var threshold: Double
            if RankedScores.allowed(budget.share, of: descending) >= 1 {
                threshold = Self.threshold(
                    descending, reachedBy: reserve.allowed(budget.share, of: descending.count))
            } else if let rule = shared.first(where: { $0.decision == budget.decision }) {
                threshold = max(rule.threshold, result.last?.threshold ?? rule.threshold)
            } else {
                continue
            }
            // -0 and 0 are one margin; keep one of them in the file.
            if threshold == 0 { threshold = 0 }
            let reached = descending.count { $0 >= threshold }
            result.append(
                Policy.Rule(
                    eventType: type, decision: budget.decision, threshold: threshold,
                    falsePositiveShare: Double(reached) / Double(descending.count)))
        }
        return result
    }

    /// The lowest margin that at most so many of the honest reach. Ties stay together on the safe side.
    private static func threshold(_ descending: [Double], reachedBy allowed: Int) -> Double {
        var count = allowed
        while count > 0, count < descending.count, descending[count] == descending[count - 1] { count -= 1 }
        return count > 0 ? descending[count - 1] : descending[0].nextUp
    }
}
