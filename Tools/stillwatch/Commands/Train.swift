import ArgumentParser
import Foundation
import RiskCore
import RiskEventLog
import RiskModels
import RiskTraining
import RiskWire

/// Trains a model.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a model on an event log with labels, or on a CSV file.",
        discussion: """
            From an event log, on the very features that serving uses, point in time:

              stillwatch train --events data/events --labels labels.csv --out candidate.swm

            Times are days or moments in UTC (2026-02-05, 2026-02-05T12:00:00Z) or Unix milliseconds. \
            labels.csv has the header account_ref,label,campaign,known_at_ms. Labels decide the rows' classes; as \
            links to other accounts they count only from known_at_ms on. The accounts that came last, with 15 % of \
            the rows, are held out for calibration, thresholds and metrics; the served weights are then fitted on all.

            From any CSV with a header; columns that are not numeric are categorical by themselves, empty cells are \
            missing:

              stillwatch train --csv train.csv --label fraud --categorical zip,branch --out table.swm

            The same input, options and numeric environment (see inspect) give the same file, byte for byte.
            """)

    @Option(help: "Event log: a directory of segments or one file.")
    var events: String?

    @Option(help: "Labels CSV for --events.")
    var labels: String?

    @Option(help: "CSV file to train on.")
    var csv: String?

    @Option(help: "The CSV's column with 0 or 1.")
    var label: String?

    @Option(help: "CSV columns that are categorical though they look like numbers, with commas.")
    var categorical = ""

    @OptionGroup
    var learning: LearningArguments

    @OptionGroup(title: "Search for settings")
    var tuning: TuneArguments

    @Option(name: [.customLong("until"), .customLong("until-ms")], help: "Leave out events from this time on.")
    var until: Moment?

    @Option(help: "Leave out labels that became known from this time on. Default: as --until.")
    var labelsUntil: Moment?

    @Option(help: "A text file that says where the data came from; it goes into the model.")
    var card: String?

    @Option(name: .shortAndLong, help: "The model file to write.")
    var out: String

    @Flag(help: "One JSON object with digest and metrics instead of text.")
    var json = false

    func validate() throws {
        guard (events == nil) != (csv == nil) else { throw ValidationError("expected either --events or --csv") }
        if events != nil, labels == nil { throw ValidationError("--events needs --labels") }
        if csv != nil, label == nil { throw ValidationError("--csv needs --label") }
        if csv != nil, let name = learning.eventOption { throw ValidationError("\(name) needs --events") }
        if csv != nil, labels != nil || until != nil || labelsUntil != nil {
            throw ValidationError("--labels, --until and --labels-until need --events")
        }
        if events != nil, label != nil || !categorical.isEmpty {
            throw ValidationError("--label and --categorical need --csv")
        }
    }

    func run() throws {
        let progress = ProgressLine()
        let clock = PhaseClock()
        let log = try TuneLog(path: tuning.tuneLog)
        let document = try csv == nil ? trainOnEvents(progress, clock, log) : trainOnTable(progress, clock, log)
        clock.stop()
        let bytes = ModelFile.encode(document)
        let loaded = try ModelFile.load(bytes)
        try Files.write(bytes, to: out)
        if tuning.configurationCount != nil { try log.finish(document.training.options) }
        try report(loaded, clock)
    }

    private func trainOnTable(
        _ progress: ProgressLine, _ clock: PhaseClock, _ log: TuneLog
    ) throws -> ModelDocument {
        var options = try learning.options(usual: TrainingOptions())
        options.tuning = tuning.options(learning)
        var document = try trainTable(
            csv: csv ?? "", label: label ?? "", categorical: categorical.split(separator: ",").map(String.init),
            options: options,
            progress: {
                clock.tell($0)
                progress.tell($0, $1)
            }, trials: log.add)
        document.training.card = try cardText()
        document.name = learning.name
        return document
    }

    private func trainOnEvents(
        _ progress: ProgressLine, _ clock: PhaseClock, _ log: TuneLog
    ) throws -> ModelDocument {
        var training = try learning.training()
        training.options.tuning = tuning.options(learning)
        training.untilMs = until?.ms
        training.labelsUntilMs = labelsUntil?.ms
        training.card = try cardText()
        let rows = try LabelsFile.read(path: labels ?? "")
        let digests = try Files.digests(log: events ?? "", labels: labels ?? "")
        return try training.train(
            log: events ?? "", labels: rows, digests: digests,
            progress: {
                clock.tell($0)
                progress.tell($0, $1)
            }, trials: log.add)
    }

    private func cardText() throws -> String {
        guard let card else { return "" }
        return String(decoding: try Files.read(card), as: UTF8.self)
    }

    /// Says what the policy cannot do: a model that never flags looks like one that found nothing.
    private func warnOfMissingThresholds(_ model: LoadedModel) throws {
        let decisions = Set(model.document.policy.rules.map(\.decision))
        let missing = try FalsePositiveBudget.parse(learning.budget).map(\.decision).filter { !decisions.contains($0) }
        guard !missing.isEmpty else { return }
        let words = missing.map(\.word).joined(separator: ", ")
        standardError(
            "warning: too few honest accounts were held out to set a threshold for \(words) (1 ÷ its budget at the "
                + "least): this model never decides so")
    }

    /// An account's highest margin is lower where rows of it are missing.
    private func warnOfThinnedThresholds(_ model: LoadedModel) {
        guard let option = model.document.training.options.first(where: { $0.hasPrefix(Self.keptShare) }),
            option != "\(Self.keptShare)1.0", !model.document.policy.rules.isEmpty
        else { return }
        standardError(
            "warning: rows were thinned out (\(option)), so more honest accounts than the budget says may reach the "
                + "thresholds; set them with evaluate, or raise --row-limit")
    }

    private static let keptShare = "kept_share_of_unlabelled_usage="

    private func report(_ model: LoadedModel, _ clock: PhaseClock) throws {
        try warnOfMissingThresholds(model)
        warnOfThinnedThresholds(model)
        let training = model.document.training
        if json {
            print(
                try JSONOutput.line([
                    "out": out, "digest": hexadecimal(model.digest), "features": model.featureCount,
                    "rows": training.rowCount, "positives": training.positiveCount,
                    "metrics": Dictionary(training.metrics.map { ($0.name, $0.value) }) { $1 },
                    "decisions": Set(model.document.policy.rules.map(\.decision.word)).sorted(),
                    "seconds": Dictionary(clock.phases.map { ($0.name, $0.seconds) }) { $1 },
                    "cpu_seconds": Dictionary(clock.phases.map { ($0.name, $0.cpuSeconds) }) { $1 },
                ]))
            return
        }
        print("\(out): \(model.featureCount) features, \(training.rowCount) rows, \(training.positiveCount) positive")
        for metric in training.metrics { print("  \(metric.name) \(String(format: "%.4f", metric.value))") }
        print("  digest \(hexadecimal(model.digest))")
        let times = clock.phases.map { "\($0.name) \(String(format: "%.2f", $0.seconds)) s" }
        print("  \(times.joined(separator: ", "))")
    }
}
