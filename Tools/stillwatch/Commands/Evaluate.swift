import ArgumentParser
import RiskCore
import RiskEventLog
import RiskModels
import RiskTraining

/// Judges a model on a log.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judges a model on an event log as if it had been served: forward in time, and on unseen campaigns.",
        discussion: """
              stillwatch evaluate --events world/events --labels world/labels.csv --truth world/truth.csv \
            --train-until 2026-03-01 --labels-until 2026-03-15 --test-from 2026-04-01 --kind trees --out report

            Trains on events before --train-until with the labels known before --labels-until, sets thresholds on \
            honest accounts from --validate-from to --test-from, and judges from --test-from to --test-until: how much \
            of each campaign gets through before its accounts are flagged (leak), at what share of honest accounts \
            ever flagged, by segment. A second table leaves each labelled campaign out in turn. Writes report.html and \
            report.json and prints the tables.

            truth.csv has the header account_ref,class,campaign,segment; training never reads it. Without it, accounts \
            that nobody labelled count as honest. Times are days or moments in UTC (2026-02-05, 2026-02-05T12:00:00Z) \
            or Unix milliseconds.

            --compare judges other models by the same code: a CSV commit_sequence,margin in order, with a row for each \
            event from --validate-from on (see the features verb).

            --variant judges the same test with fewer links, by the same model and thresholds, and beside it one \
            trained by the same options that reads of accounts alone: fresh:P (each class of a campaign account is \
            with probability P a value of its own), absent:honest (lacking as often as for honest accounts), \
            without:CLASS (unknown of any account), without:each, without:all, random:N (N random halves of the \
            classes unknown).

            Refused, with the reason: periods that overlap, a model that may have seen the test, a random split when \
            campaigns are labelled, labels known before an account's first event, features that know the class or \
            the future.
            """)

    @Option(help: "Event log: a directory of segments or one file.")
    var events: String

    @Option(help: "Labels CSV: account_ref,label,campaign,known_at_ms.")
    var labels: String

    @Option(help: "Truth CSV of a simulation.")
    var truth: String?

    @Option(help: "Learn from events before this time. With --model: default, as the model says.")
    var trainUntil: Moment?

    @Option(help: "Learn from labels known before this time. Default: as --train-until.")
    var labelsUntil: Moment?

    @Option(help: "Set thresholds on events from this time on. Default: as --train-until.")
    var validateFrom: Moment?

    @Option(help: "Judge on events from this time on.")
    var testFrom: Moment?

    @Option(help: "Judge on events before this time. Default: to the end.")
    var testUntil: Moment?

    @Option(help: "Judge this model instead of training one.")
    var model: String?

    @Flag(
        help: """
            The model learnt from other data than this log, by the digests it states: its period may overlap with the \
            test.
            """)
    var modelOfOtherData = false

    @Option(help: ArgumentHelp("Judge these margins too. May be repeated.", valueName: "name=file.csv"))
    var compare: [String] = []

    @Option(
        help: ArgumentHelp(
            "Judge the test with fewer links too (see above). May be repeated.", valueName: "variant"))
    var variant: [String] = []

    @Option(help: "Campaigns left out one by one at most, the largest first.")
    var folds = 8

    @Flag(inversion: .prefixedNo, help: "Leave campaigns out one by one.")
    var leaveOneOut = true

    @Option(help: "How events come into the parts: time, or random by account.")
    var split = EvaluationPlan.Split.time

    @Flag(help: "Let a random split through although labels name campaigns; the tables then say so.")
    var allowRandomSplit = false

    @Option(help: "Let this feature through although it is too good to be true. May be repeated.")
    var acceptFeature: [String] = []

    @OptionGroup
    var learning: LearningArguments

    @Option(name: .shortAndLong, help: "The folder to write report.html and report.json to.")
    var out: String

    func validate() throws {
        if split == .time, testFrom == nil { throw ValidationError("expected --test-from") }
        if split == .time, trainUntil == nil, model == nil {
            throw ValidationError("expected --train-until, or --model that says when its training ended")
        }
        if split == .random, model != nil { throw ValidationError("--split random trains its own model") }
        let periods = [trainUntil, labelsUntil, validateFrom, testFrom, testUntil]
        if split == .random, periods.contains(where: { $0 != nil }) {
            throw ValidationError("--split random takes no periods")
        }
        guard !modelOfOtherData || model != nil && (trainUntil != nil || validateFrom != nil) else {
            throw ValidationError("--model-of-other-data needs --model and --validate-from")
        }
        guard folds >= 0 else { throw ValidationError("--folds: expected at least 0, found \(folds)") }
        do {
            for text in variant { _ = try Variant.parse(text) }
        } catch {
            throw ValidationError("--\(error.message)")
        }
        if split == .random, !variant.isEmpty { throw ValidationError("--variant needs --split time") }
        for text in compare where Self.comparison(text) == nil {
            throw ValidationError("--compare: expected NAME=FILE.csv, found \"\(text)\"")
        }
    }

    func run() throws {
        let progress = ProgressLine()
        let given = try model.map { try Files.model($0) }
        var evaluation = Evaluation(plan: try plan(given), training: try learning.training(), model: given)
        evaluation.comparisons = compare.compactMap(Self.comparison)
        evaluation.variants = try variant.map { try Variant.parse($0) }
        let rows = try LabelsFile.read(path: labels)
        let known = try truth.map { try Truth.read(path: $0) }
        let digests = try Files.digests(log: events, labels: labels)
        try Files.makeFolder(out)
        let report = try evaluation.run(log: events, labels: rows, truth: known, digests: digests) {
            progress.tell($0, $1)
        }
        try Files.write(Array(report.json.utf8), to: "\(out)/report.json")
        try Files.write(Array(report.html.utf8), to: "\(out)/report.html")
        print(report.text, terminator: "")
        standardError("\(out)/report.html and report.json written")
    }

    private func plan(_ given: LoadedModel?) throws -> EvaluationPlan {
        var plan: EvaluationPlan
        if split == .random {
            plan = EvaluationPlan(trainUntilMs: .max, testFromMs: .min, testUntilMs: testUntil?.ms)
        } else {
            let end: Int64
            if let trainUntil {
                end = trainUntil.ms
            } else {
                // Of other data a model's own period says nothing.
                end =
                    modelOfOtherData
                    ? validateFrom?.ms ?? 0
                    : try given.map { try EvaluationPlan.trainUntilMs(of: $0.document.training) } ?? 0
            }
            plan = EvaluationPlan(
                trainUntilMs: end, labelsUntilMs: labelsUntil?.ms, validateFromMs: validateFrom?.ms,
                testFromMs: testFrom?.ms ?? 0, testUntilMs: testUntil?.ms)
        }
        plan.split = split
        plan.allowsRandomSplit = allowRandomSplit
        plan.modelIsOfOtherData = modelOfOtherData
        plan.acceptedFeatures = Set(acceptFeature)
        plan.foldLimit = leaveOneOut ? folds : 0
        return plan
    }

    private static func comparison(_ text: String) -> Evaluation.Comparison? {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
        let path = text[text.index(after: equals)...]
        return path.isEmpty ? nil : Evaluation.Comparison(name: String(text[..<equals]), path: String(path))
    }
}
