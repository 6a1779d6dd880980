internal import RiskCore

/// All that one table says of one model.
struct ModelTable: Sendable {
    /// The model's name.
    var name: String
    var events: [EventFigures]
    var thresholds: [ThresholdRow]
    /// What the model's own rules do, the mildest decision first; empty for those that are not to serve.
    var policy: [PolicyRow] = []
    /// At the reserved threshold for the primary share; empty if there is none.
    var segments: [SegmentRow]
    var campaigns: [CampaignRow]
    var curves: Curves
    /// Accounts with events: honest in the validation, honest in the test, campaigns' in the test.
    var honestValidationCount: Int
    var honestTestCount: Int
    var campaignTestCount: Int
    /// Events in the test whose accounts the truth does not name; they count nowhere.
    var strangerEventCount: Int

    /// The row of the primary share with this source that has an outcome.
    func outcome(_ source: ThresholdRow.Source, share: Double) -> ThresholdRow.Outcome? {
        thresholds.first { $0.source == source && $0.share == share }?.outcome
    }
}

/// What a model's own rules do in the test.
struct PolicyRow: Sendable {
    var decision: Decision
    /// An account counts from the first record on that the decision or a stronger one holds for; the threshold stands
    /// for nothing, since rules have one for each decision point.
    var outcome: ThresholdRow.Outcome
}

/// Honest accounts of one segment.
struct SegmentRow: Sendable, Equatable {
    var segment: String
    /// Ever flagged in the test.
    var flagged: Share
}

/// How soon a campaign's accounts are flagged.
struct CampaignRow: Sendable {
    /// Accounts of one part of a campaign, such as a pool.
    struct Pool: Sendable, Equatable {
        var segment: String
        var flagged: Share
    }

    /// The middle and the slow end of the accounts that were flagged in the test.
    struct Delay: Sendable, Equatable {
        var median: Double
        var ninetieth: Double
    }

    var campaign: String
    var flagged: Share
    var pools: [Pool]
    /// From an account's first record in the test to the one that flags it, milliseconds; nil if none was flagged.
    var timeMs: Delay?
    /// Exchanges up to and including that record.
    var exchanges: Delay?
    /// From the campaign's first record in the test to the first flagged account, milliseconds.
    var campaignMs: Double?
}
