internal import RiskCore

/// Sets the policy's thresholds so that a stated share of honest held-out rows reaches each.
enum ThresholdPolicy {
    /// What share of honest rows may reach each decision, the mildest first.
    static let shares: [(decision: Decision, share: Double)] = [
        (.monitor, 0.05), (.stepUp, 0.01), (.cap, 0.005), (.review, 0.001),
    ]
    /// Honest rows that have to lie above a threshold for it to mean anything.
    static let rowMinimum = 10.0

    /// Rules for all decision points together and for each that has enough honest rows.
    ///
    /// A decision point with rules of its own uses only those, so the strong ones that it has too few rows for are
    /// taken over from the rules for all, with the share of its own rows that they reach.
    static func policy(margins: [Double], labels: [Bool], eventTypes: [EventType]?) -> Policy {
        let honest = labels.indices.filter { !labels[$0] }
        let shared = rules(nil, honest.map { margins[$0] }, otherwise: [])
        var result = shared
        for type in EventType.allCases {
            guard let eventTypes else { break }
            let own = honest.filter { eventTypes[$0] == type }.map { margins[$0] }
            if Double(own.count) * shares[0].share >= rowMinimum { result += rules(type, own, otherwise: shared) }
        }
        return Policy(version: 1, rules: result)
    }

    private static func rules(
        _ type: EventType?, _ honest: [Double], otherwise shared: [Policy.Rule]
    ) -> [Policy.Rule] {
        let descending = honest.sorted(by: >)
        var result: [Policy.Rule] = []
        for (decision, share) in shares {
            var threshold: Double
            if Double(honest.count) * share >= rowMinimum {
                threshold = Self.threshold(descending, share)
            } else if let rule = shared.first(where: { $0.decision == decision }) {
                threshold = max(rule.threshold, result.last?.threshold ?? rule.threshold)
            } else {
                continue
            }
            // -0 and 0 are one margin; keep one of them in the file.
            if threshold == 0 { threshold = 0 }
            let reached = honest.count { $0 >= threshold }
            result.append(
                Policy.Rule(
                    eventType: type, decision: decision, threshold: threshold,
                    falsePositiveShare: Double(reached) / Double(honest.count)))
        }
        return result
    }

    /// The lowest margin that at most this share of the honest rows reaches. Ties stay together on the safe side.
    private static func threshold(_ descending: [Double], _ share: Double) -> Double {
        let allowed = Int(Double(descending.count) * share)
        var count = allowed
        while count > 0, count < descending.count, descending[count] == descending[count - 1] { count -= 1 }
        return count > 0 ? descending[count - 1] : descending[0].nextUp
    }
}
