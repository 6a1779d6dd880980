internal import RiskCore
internal import RiskEngine
internal import RiskEventLog

/// The first pass over the log: who is in it, what can be learnt from it, and whether anything in it knows too much.
final class LogSurvey {
    let evaluation: Evaluation
    let ledger: AccountLedger
    /// Rows to train on; nil if a model was given.
    private(set) var rows: TrainingRows?
    /// Rows of the whole log, for leaving campaigns out; nil if none is.
    private(set) var foldRows: TrainingRows?
    /// Campaigns to leave out.
    let folds: [Fold]
    /// What the reader should know.
    private(set) var notes: [String]
    private(set) var eventCount = 0
    private(set) var firstMs = Int64.max
    private(set) var lastMs = Int64.min

    private let labels: [LabelRow]
    private var separation: SeparationAudit
    private var lastSequence: UInt64 = 0

    init(_ evaluation: Evaluation, labels: [LabelRow], truth: Truth) throws(TrainingError) {
        self.evaluation = evaluation
        self.labels = labels
        let plan = evaluation.plan
        let isForward = plan.split == .time
        ledger = AccountLedger(
            truth: truth, labels: KnownLabels(labels, untilMs: isForward ? plan.labelsUntilMs : nil))
        separation = SeparationAudit(ledger: ledger)
        if evaluation.model == nil {
            var training = evaluation.training
            training.untilMs = isForward ? plan.trainUntilMs : nil
            training.labelsUntilMs = isForward ? plan.labelsUntilMs : nil
            rows = try TrainingRows(training, labels: labels)
        }
        (folds, notes) = Fold.choose(evaluation, labels: labels, truth: truth)
        if !folds.isEmpty {
            var training = evaluation.training
            training.untilMs = plan.testUntilMs == .max ? nil : plan.testUntilMs
            training.labelsUntilMs = training.untilMs
            foldRows = try TrainingRows(training, labels: labels)
        }
    }

    /// Reads the log, and beside it, if there is something to train, what rows come from a second time.
    func read(log: String, progress: TrainingProgress) throws {
        let known = labels.map(\.label)
        let replay = try LogReplay(path: log, labels: known)
        let isTrained = rows != nil || foldRows != nil
        let sparser = isTrained ? try evaluation.training.sparserLog(log, labels: known) : nil
        let extractor = FeatureExtractor.wholeCatalogue
        var vector: [Double] = []
        while let event = try replay.next() {
            progress("surveying and gathering rows", replay.progress)
            let observed = event.observation.event
            let account = ledger.number(of: observed)
            _ = ledger.noteExchanges(observed, account: account)
            note(event)
            let isInTest = evaluation.part(of: observed, ledger.entries[account]) == .test
            let isAudited = separation.wants(account: account, isInTest: isInTest)
            let isRow = Self.wants(event, account, &rows)
            let isFoldRow = Self.wants(event, account, &foldRows)
            guard isAudited || isRow || isFoldRow else { continue }
            extractor.extract(event.observation, into: &vector)
            if isAudited { separation.add(observed, vector: vector, account: account, isInTest: isInTest) }
            if isRow { try rows?.add(event, vector: vector, account: account, sparser: sparser) }
            if isFoldRow { try foldRows?.add(event, vector: vector, account: account, sparser: sparser) }
        }
        guard eventCount > 0 else {
            throw EvaluationError(.empty, "\(log): expected scored events, found none")
        }
        notes += replay.gaps
    }

    /// Whether an event's row has to be made.
    private static func wants(_ event: ReplayedEvent, _ account: Int, _ rows: inout TrainingRows?) -> Bool {
        guard rows?.wants(event) == true else { return false }
        return rows?.note(event, account: account) == true
    }

    private func note(_ event: ReplayedEvent) {
        eventCount += 1
        firstMs = min(firstMs, event.observation.event.timeMs)
        lastMs = max(lastMs, event.observation.event.timeMs)
        lastSequence = event.commitSequence
    }

    /// Looks for what knows too much, after the log was read.
    ///
    /// - Throws: ``EvaluationError``.
    func audit(log: String, progress: TrainingProgress) throws -> AuditFindings {
        try LabelAudit.check(labels, ledger)
        let separations = try separation.check(accepted: evaluation.plan.acceptedFeatures)
        progress("auditing for look-ahead", 0)
        let lookAhead = LookAheadAudit(
            count: Evaluation.cutCount, lastSequence: lastSequence, seed: evaluation.training.options.seed)
        let compared = try lookAhead.check(labels: labels.map(\.label)) { labels, lastSequence in
            try LogReplay(path: log, labels: labels, through: lastSequence)
        }
        return AuditFindings(
            cutCount: compared, separations: Array(separations.prefix(10)),
            accepted: evaluation.plan.acceptedFeatures.sorted())
    }

    /// Frees the rows once the models are trained.
    func dropRows() {
        rows = nil
        foldRows = nil
    }
}

/// What the audits of an evaluation found.
struct AuditFindings: Sendable {
    /// Events whose features agreed to the bit with those of a log that ends there.
    var cutCount: Int
    /// The features that tell the classes apart best by themselves, the best first.
    var separations: [SeparationAudit.Separation]
    /// Features that were let through by name.
    var accepted: [String]
}

extension Evaluation {
    /// The part of the main table that an event belongs to; nil if to none.
    func part(of event: AccountEvent, _ entry: AccountLedger.Entry) -> EvaluationPlan.Part? {
        switch plan.split {
        case .time: plan.part(ofMs: event.timeMs)
        case .random: Fold.part(draw: entry.draw)
        }
    }
}
