internal import RiskCore
internal import RiskEngine
internal import RiskEventLog
internal import RiskModels
internal import RiskWire

/// The second pass over the log: what every model makes of every event it is judged on.
final class JudgingPass {
    /// A model and what is collected of it.
    private struct Judged {
        var model: ServableModel
        var judge: ModelJudge
        var fold: Fold?
    }

    private let survey: LogSurvey
    private let main: Judged
    private let policyJudge: PolicyJudge
    /// The same trained on what can be known of an account alone; nil: not asked for.
    private let own: Judged?
    private var variantPass: VariantPass?
    private var variants: [VariantFigures] = []
    private let folds: [Judged]
    private let others: [(margins: MarginsFile, judge: ModelJudge)]
    /// By account number: whether the labels of the whole log call it abusive.
    private let foldLabels: KnownLabels?
    private var scratch = ServableModel.Scratch()

    /// Trains the models, or takes the one given.
    init(_ survey: LogSurvey, log: String, digests: [[UInt8]], progress: @escaping TrainingProgress) throws {
        self.survey = survey
        let ledger = survey.ledger
        let evaluation = survey.evaluation
        // Both models learn from the same rows, unless some are kept for a random test.
        let doubtful = evaluation.plan.split == .random ? nil : try survey.rows?.doubtfulAccounts(progress)
        let model = try Self.mainModel(survey, log: log, digests: digests, doubtful, progress: progress)
        main = Judged(model: model, judge: ModelJudge(name: model.model.document.name, ledger: ledger))
        policyJudge = PolicyJudge(model.model.document.policy, ledger: ledger)
        own = try Self.ownModel(survey, log: log, digests: digests, doubtful, progress: progress)
        if !evaluation.variants.isEmpty { variantPass = VariantPass(evaluation, ledger: ledger) }
        foldLabels = survey.foldRows?.labels
        let abusive = survey.foldRows.map { rows in
            { (account: Int) in rows.labelOfAccount[account] ?? false }
        }
        folds = try survey.folds.map { fold in
            let document = try survey.foldRows?.train(
                place: log, digests: digests,
                leavingOut: { account in
                    fold.part(
                        of: ledger.entries[account], isLabelledAbusive: abusive?(account) ?? false) != .training
                },
                campaigns: fold.others
            ) { progress("without \(fold.campaign): \($0)", $1) }
            guard let document else { preconditionFailure("\(fold.campaign) is left out, but no rows were gathered") }
            return Judged(
                model: try Self.servable(document),
                judge: ModelJudge(name: "without \(fold.campaign)", ledger: ledger, campaign: fold.number), fold: fold)
        }
        survey.dropRows()
        others = try evaluation.comparisons.map { comparison in
            (
                try MarginsFile(name: comparison.name, path: comparison.path),
                ModelJudge(name: comparison.name, ledger: ledger)
            )
        }
    }

    private static func mainModel(
        _ survey: LogSurvey, log: String, digests: [[UInt8]], _ doubtful: Set<Int>?,
        progress: @escaping TrainingProgress
    ) throws -> ServableModel {
        if let model = survey.evaluation.model { return try ServableModel(model) }
        guard let rows = survey.rows else { preconditionFailure("a model is trained, but no rows were gathered") }
        let isRandom = survey.evaluation.plan.split == .random
        let document = try rows.train(
            place: log, digests: digests,
            leavingOut: { isRandom && Fold.part(draw: survey.ledger.entries[$0].draw) != .training },
            doubtful: doubtful, progress: progress)
        return try servable(document)
    }

    private static func ownModel(
        _ survey: LogSurvey, log: String, digests: [[UInt8]], _ doubtful: Set<Int>?,
        progress: @escaping TrainingProgress
    ) throws -> Judged? {
        guard !survey.evaluation.variants.isEmpty, let rows = survey.rows else { return nil }
        let document = try rows.train(
            place: log, digests: digests, doubtful: doubtful, reads: \.speaksOfAccountAlone
        ) { progress("per account: \($0)", $1) }
        return Judged(model: try servable(document), judge: ModelJudge(name: "per account", ledger: survey.ledger))
    }

    private static func servable(_ document: ModelDocument) throws -> ServableModel {
        try ServableModel(try ModelFile.load(ModelFile.encode(document)))
    }

    /// Reads the log.
    func read(log: String, labels: [LabelRow], progress: TrainingProgress) throws {
        let ledger = survey.ledger
        ledger.resetExchanges()
        let replay = try LogReplay(path: log, labels: labels.map(\.label))
        let onlyType = survey.evaluation.training.eventType
        if variantPass != nil { replay.mark(atMs: survey.evaluation.plan.testFromMs) }
        while let event = try replay.next() {
            progress("judging", replay.progress)
            let observed = event.observation.event
            noteForVariants(observed, replay)
            let account = ledger.number(of: observed)
            let added = ledger.noteExchanges(observed, account: account)
            if let onlyType, observed.type != onlyType { continue }
            try judge(event, account, added: added)
        }
    }

    private func noteForVariants(_ event: AccountEvent, _ replay: LogReplay) {
        guard variantPass?.isMarked == false else { return }
        guard let mark = replay.mark else {
            variantPass?.note(event)
            return
        }
        let judged = [main] + (own.map { [$0] } ?? [])
        variantPass?.mark(mark, judged.map { ($0.model, $0.judge.seen) }, survey.ledger)
    }

    /// Goes through the test again for each variant, after ``read(log:labels:progress:)``.
    func judgeVariants(progress: TrainingProgress) throws {
        variants = try variantPass?.run(progress: progress) ?? []
        variantPass = nil
    }

    private func judge(_ event: ReplayedEvent, _ account: Int, added: Double) throws {
        let observed = event.observation.event
        let entry = survey.ledger.entries[account]
        if let part = survey.evaluation.part(of: observed, entry), part != .training {
            let margin = main.model.margin(event.observation, scratch: &scratch)
            main.judge.see(observed, account: account, part: part, margin: margin, added: added)
            policyJudge.see(observed, account: account, part: part, margin: margin, added: added)
            if let own {
                let margin = own.model.margin(event.observation, scratch: &scratch)
                own.judge.see(observed, account: account, part: part, margin: margin, added: added)
            }
            for other in others {
                let margin = try other.margins.margin(of: event.commitSequence)
                other.judge.see(observed, account: account, part: part, margin: margin, added: added)
            }
        }
        guard !folds.isEmpty, observed.timeMs < survey.evaluation.plan.testUntilMs else { return }
        let isLabelledAbusive = foldLabels?.isAbusive(observed.account) ?? false
        for judged in folds {
            guard let part = judged.fold?.part(of: entry, isLabelledAbusive: isLabelledAbusive), part != .training
            else { continue }
            let margin = judged.model.margin(event.observation, scratch: &scratch)
            judged.judge.see(observed, account: account, part: part, margin: margin, added: added)
        }
    }

    /// Everything as figures.
    func report(_ audits: AuditFindings) -> EvaluationReport {
        let plan = survey.evaluation.plan
        let document = main.model.model.document
        var served = ModelTable(main.judge, plan: plan, model: main.model.model)
        served.policy = policyJudge.rows
        let tables =
            [served] + [own].compactMap { $0 }.map { ModelTable($0.judge, plan: plan, model: $0.model.model) }
            + others.map { ModelTable($0.judge, plan: plan, model: nil) }
        let foldTables = folds.map { judged in
            EvaluationReport.FoldTable(
                campaign: judged.fold?.campaign ?? "", trainedOn: judged.fold?.others ?? [],
                rowCount: judged.model.model.document.training.rowCount,
                positiveCount: judged.model.model.document.training.positiveCount,
                table: ModelTable(judged.judge, plan: plan, model: judged.model.model))
        }
        return EvaluationReport(
            plan: plan, isSimulated: survey.ledger.truth.isSimulated, log: logFacts(),
            model: EvaluationReport.ModelFacts(
                name: document.name, kind: document.kind.word, digest: main.model.model.digest,
                featureCount: document.features.count, training: document.training,
                wasGiven: survey.evaluation.model != nil),
            tables: tables, folds: foldTables, variants: variants, audits: audits,
            notes: survey.notes + ownNotes(tables))
    }

    private func logFacts() -> EvaluationReport.LogFacts {
        var counts: [Truth.Kind: Int] = [:]
        for entry in survey.ledger.entries {
            if let kind = entry.kind { counts[kind, default: 0] += 1 }
        }
        return EvaluationReport.LogFacts(
            eventCount: survey.eventCount, firstMs: survey.firstMs, lastMs: survey.lastMs,
            honestCount: counts[.honest] ?? 0, campaignCount: counts[.campaign] ?? 0,
            backgroundCount: counts[.backgroundAbuse] ?? 0)
    }

    private func ownNotes(_ tables: [ModelTable]) -> [String] {
        var notes: [String] = []
        let strangers = tables.first?.strangerEventCount ?? 0
        if strangers > 0 {
            notes.append(
                "\(strangers) events of the test belong to accounts that the truth does not name; they count nowhere.")
        }
        if survey.evaluation.plan.modelIsOfOtherData {
            notes.append(
                "The model states other files than these as what it learnt from, and was let through on that: of a log "
                    + "that was cut, copied or written anew nobody would know.")
        }
        if survey.evaluation.plan.split == .random {
            notes.append(
                "The split is random by account, on request: accounts of one campaign stand on both sides, so these "
                    + "figures flatter.")
        }
        return notes
    }
}
