internal import RiskCore
internal import RiskModels

/// How well events of honest and of campaign accounts are told apart at one decision point.
struct EventFigures: Sendable {
    /// Recall at a share of false positives.
    struct Recall: Sendable {
        var share: Double
        /// nil: too few honest events for the share.
        var recall: Double?
        /// By account, since events of one account are alike.
        var interval: Interval?
    }

    /// The shares of honest events that recall is told for.
    static let shares = [0.05, 0.01, 0.001, 0.0001]
    /// Honest accounts below which nothing is said of one in ten thousand.
    static let rareCountMinimum = 10_000

    /// The decision point's word, or `all`.
    var point: String
    var honestCount: Int
    var campaignCount: Int
    var rocAUC: Double?
    var averagePrecision: Double?
    var recalls: [Recall]
    /// 1 is perfect, 0 no better than the base rate; nil without probabilities.
    var brierSkill: Double?
    /// The mean distance of probability and truth above the policy's step_up threshold.
    var calibrationError: Double?
    /// Events above that threshold.
    var countAboveThreshold: Int?

    /// Measures one decision point.
    ///
    /// - Parameters:
    ///   - events: The margins.
    ///   - honestAccountCount: Honest accounts in the test.
    ///   - model: Gives probabilities and the threshold; nil: only order counts.
    init(point: EventType, events: ModelJudge.Events, honestAccountCount: Int, model: LoadedModel?) {
        self.init(word: point.word, events: events, honestAccountCount: honestAccountCount)
        guard let model else { return }
        let positives = events.campaign.map { model.probability(margin: $0, at: point) }
        let negatives = events.honest.map { model.probability(margin: $0, at: point) }
        brierSkill = CalibrationMeasures.brierSkill(positives: positives, negatives: negatives)
        guard let threshold = model.document.policy.threshold(of: .stepUp, at: point) else { return }
        let high = zip(events.campaign, positives).filter { $0.0 >= threshold }.map(\.1)
        let low = zip(events.honest, negatives).filter { $0.0 >= threshold }.map(\.1)
        countAboveThreshold = high.count + low.count
        calibrationError = CalibrationMeasures.expectedError(positives: high, negatives: low)
    }

    /// Measures what hangs on the margins' order alone.
    init(word: String, events: ModelJudge.Events, honestAccountCount: Int) {
        point = word
        honestCount = events.honest.count
        campaignCount = events.campaign.count
        let ranked = RankedScores(positives: events.campaign, negatives: events.honest)
        rocAUC = ranked.rocAUC
        averagePrecision = ranked.averagePrecision
        recalls = Self.shares.map { share in
            let tooFew = share < 0.001 && honestAccountCount < Self.rareCountMinimum
            guard !tooFew, !events.campaign.isEmpty, let threshold = ranked.threshold(atShareOfNegatives: share)
            else { return Recall(share: share) }
            let hits = RankedScores.count(descending: ranked.positives, atLeast: threshold)
            return Recall(
                share: share, recall: Double(hits) / Double(ranked.positives.count),
                interval: Self.interval(events, threshold))
        }
    }

    private static func interval(_ events: ModelJudge.Events, _ threshold: Double) -> Interval {
        var clusters: [Int32: (count: Int, hits: Int)] = [:]
        for (account, margin) in zip(events.campaignAccounts, events.campaign) {
            clusters[account, default: (0, 0)].count += 1
            if margin >= threshold { clusters[account, default: (0, 0)].hits += 1 }
        }
        // In a fixed order: sums of floating point numbers hang on it.
        return .clustered(clusters.sorted { $0.key < $1.key }.map(\.value))
    }
}
