internal import RiskModels

/// What an evaluation found: as text for a terminal, as JSON for programs, as a page for people.
public struct EvaluationReport: Sendable {
    /// What was read.
    struct LogFacts: Sendable {
        var eventCount: Int
        var firstMs: Int64
        var lastMs: Int64
        var honestCount: Int
        var campaignCount: Int
        var backgroundCount: Int
    }

    /// What was judged.
    struct ModelFacts: Sendable {
        var name: String
        var kind: String
        var digest: [UInt8]
        var featureCount: Int
        var training: TrainingStatement
        /// Whether it was given, not trained here.
        var wasGiven: Bool
    }

    /// A model that never learnt of one campaign, and what it makes of it.
    struct FoldTable: Sendable {
        var campaign: String
        var trainedOn: [String]
        var rowCount: UInt64
        var positiveCount: UInt64
        var table: ModelTable
    }

    let plan: EvaluationPlan
    /// Whether truth and events come from a simulator.
    let isSimulated: Bool
    let log: LogFacts
    let model: ModelFacts
    /// Ours first, then the compared ones.
    let tables: [ModelTable]
    let folds: [FoldTable]
    /// The test with fewer links.
    let variants: [VariantFigures]
    let audits: AuditFindings
    let notes: [String]

    /// What the figures are worth, in one line.
    var provenance: String {
        isSimulated
            ? "Figures from a simulation: honest and campaign accounts are what its truth file says."
            : "Figures by the provider's own labels: accounts that nobody labelled count as honest."
    }

    /// What the main table is called.
    var mainTitle: String {
        switch plan.split {
        case .time: "Forward in time"
        case .random: "Random split by account (flattering, allowed on request)"
        }
    }
}
