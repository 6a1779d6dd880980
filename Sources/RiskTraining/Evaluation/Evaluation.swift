internal import RiskCore
public import RiskEventLog
public import RiskModels

/// Judges a model on a log as if it had been served: forward in time, by account, against the truth.
///
///     let report = try Evaluation(plan: plan, training: training).run(log: log, labels: labels, truth: truth)
///
/// Reads the log twice, a third time to learn trees, and once more in part; holds the training rows and a few
/// numbers an account.
public struct Evaluation: Sendable {
    /// Another model's margins.
    public struct Comparison: Sendable {
        /// Its name in the tables.
        public var name: String
        /// A CSV `commit_sequence,margin`.
        public var path: String

        /// A comparison.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// Labelled accounts a campaign needs to be left out in a table of its own.
    static let foldAccountMinimum = 20
    /// Places at which the look-ahead audit cuts the log.
    static let cutCount = 4

    /// Which events are for what.
    public var plan: EvaluationPlan
    /// How to train; its periods are the plan's.
    public var training: EventTraining
    /// A model to judge instead of training one.
    public var model: LoadedModel?
    /// Models whose margins are judged beside it.
    public var comparisons: [Comparison] = []
    /// What else the test is judged on: the same events with fewer links. With any, a model trained by the same
    /// options that reads of accounts alone is judged beside ours.
    public var variants: [Variant] = []

    /// An evaluation that trains its model.
    public init(plan: EvaluationPlan, training: EventTraining = EventTraining(), model: LoadedModel? = nil) {
        self.plan = plan
        self.training = training
        self.model = model
    }

    /// Audits, trains and judges.
    ///
    /// - Parameters:
    ///   - log: A directory of segments or one file.
    ///   - labels: What the provider knew, and when.
    ///   - truth: What was; nil: what the labels say in the end.
    ///   - digests: SHA-256 of the input files, for the model's statement.
    ///   - progress: Hears of progress on this thread.
    /// - Throws: ``EvaluationError`` for what would not be honest, ``TrainingError``, `EventLogError`.
    public func run(
        log: String, labels: [LabelRow], truth: Truth? = nil, digests: [[UInt8]] = [],
        progress: @escaping TrainingProgress = { _, _ in }
    ) throws -> EvaluationReport {
        try plan.check(campaignsAreLabelled: labels.contains { !$0.campaign.isEmpty })
        try training.options.check()
        if let model { try plan.check(model.document.training, digests: digests) }
        var evaluation = self
        evaluation.plan.reserve = training.options.reserve
        let survey = try LogSurvey(evaluation, labels: labels, truth: truth ?? .labels(labels))
        try survey.read(log: log, progress: progress)
        let audits = try survey.audit(log: log, progress: progress)

        let judging = try JudgingPass(survey, log: log, digests: digests, progress: progress)
        try judging.read(log: log, labels: labels, progress: progress)
        try judging.judgeVariants(progress: progress)
        return judging.report(audits)
    }
}
