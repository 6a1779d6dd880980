import ArgumentParser
import Crypto
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

            labels.csv has the header account_ref,label,campaign,known_at_ms. Labels decide the rows' classes; as \
            links to other accounts they count only from known_at_ms on. The last 15 % of the accounts by time are \
            held out for calibration, thresholds and metrics; the served weights are then fitted on all rows.

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

    @Option(help: "Kind of model: logistic, or trees (gradient-boosted symmetric trees).")
    var kind = "logistic"

    @OptionGroup(title: "Trees (--kind trees)")
    var trees: TreeArguments

    @Option(help: "Decides what is held out of a CSV, and the samples that trees are grown on.")
    var seed: UInt64 = 1

    @Option(help: "Threads at most; the result is the same for any number. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Strength of the pull of a logistic model's or linear base's weights towards 0, as 1 ÷ C.")
    var l2 = 1.0

    @Option(
        help: ArgumentHelp(
            "Share of honest held-out accounts (of rows for --csv) that may ever reach each decision, mildest first.",
            valueName: "decision=share,..."))
    var budget = FalsePositiveBudget.text(FalsePositiveBudget.standard)

    @Option(help: "Learn for one decision point: signup, payment or usage; or all.")
    var decisionPoint = "all"

    @Option(help: "Leave out events and labels from this time on, Unix milliseconds.")
    var untilMs: Int64?

    @Option(help: "What an account without a label is: negative or skip.")
    var unlabelled = "negative"

    @Option(help: "A text file that says where the data came from; it goes into the model.")
    var card: String?

    @Option(help: "The model's name inside the file.")
    var name = "stillwatch"

    @Option(name: .shortAndLong, help: "The model file to write.")
    var out: String

    @Flag(help: "One JSON object with digest and metrics instead of text.")
    var json = false

    func validate() throws {
        guard let kind = TrainingOptions.Kind(rawValue: kind) else {
            throw ValidationError("--kind: expected logistic or trees, found \"\(kind)\"")
        }
        if kind == .logistic, let name = trees.givenName { throw ValidationError("\(name) needs --kind trees") }
        try trees.check()
        guard (events == nil) != (csv == nil) else { throw ValidationError("expected either --events or --csv") }
        if events != nil, labels == nil { throw ValidationError("--events needs --labels") }
        if csv != nil, label == nil { throw ValidationError("--csv needs --label") }
        guard decisionPoint == "all" || EventType.words.contains(decisionPoint) else {
            throw ValidationError(
                "--decision-point: expected all, \(EventType.words.joined(separator: ", ")), found \"\(decisionPoint)\""
            )
        }
        guard EventTraining.Unlabelled(rawValue: unlabelled) != nil else {
            throw ValidationError("--unlabelled: expected negative or skip, found \"\(unlabelled)\"")
        }
        do {
            _ = try FalsePositiveBudget.parse(budget)
        } catch {
            throw ValidationError("--\(error.message)")
        }
        guard threads >= 1, l2 >= 0 else {
            throw ValidationError("expected --threads of at least 1, --l2 of at least 0")
        }
    }

    func run() throws {
        let progress = ProgressLine()
        let document = try csv == nil ? trainOnEvents(progress) : trainOnTable(progress)
        let bytes = ModelFile.encode(document)
        let loaded = try ModelFile.load(bytes)
        try Files.write(bytes, to: out)
        try report(loaded)
    }

    private func trainOnTable(_ progress: ProgressLine) throws -> ModelDocument {
        var document = try trainTable(
            csv: csv ?? "", label: label ?? "", categorical: categorical.split(separator: ",").map(String.init),
            options: try options(timeOrdered: false)
        ) { progress.tell($0, $1) }
        document.training.card = try cardText()
        document.name = name
        return document
    }

    private func trainOnEvents(_ progress: ProgressLine) throws -> ModelDocument {
        var training = EventTraining()
        training.options = try options(timeOrdered: true)
        training.eventType = EventType.allCases.first { $0.word == decisionPoint }
        training.untilMs = untilMs
        training.unlabelled = EventTraining.Unlabelled(rawValue: unlabelled) ?? .negative
        training.name = name
        training.card = try cardText()
        let rows = try LabelsFile.read(path: labels ?? "")
        let digests = try logFiles(events ?? "").map(digest) + [try digest(labels ?? "")]
        return try training.train(log: events ?? "", labels: rows, digests: digests) { progress.tell($0, $1) }
    }

    private func options(timeOrdered: Bool) throws -> TrainingOptions {
        var options = TrainingOptions(
            l2: l2, seed: seed, threads: threads, timeOrdered: timeOrdered,
            budgets: try FalsePositiveBudget.parse(budget))
        options.kind = TrainingOptions.Kind(rawValue: kind) ?? .logistic
        options.trees = trees.options
        return options
    }

    private func cardText() throws -> String {
        guard let card else { return "" }
        return String(decoding: try Files.read(card), as: UTF8.self)
    }

    /// The log's files in order.
    private func logFiles(_ path: String) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [path] }
        return names.filter { $0.hasSuffix(".swlog") }.sorted().map { "\(path)/\($0)" }
    }

    private func digest(_ path: String) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw ToolError("cannot read \(path)") }
        var hash = SHA256()
        while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
        return Array(hash.finalize())
    }

    /// Says what the policy cannot do: a model that never flags looks like one that found nothing.
    private func warnOfMissingThresholds(_ model: LoadedModel) throws {
        let decisions = Set(model.document.policy.rules.map(\.decision))
        let missing = try FalsePositiveBudget.parse(budget).map(\.decision).filter { !decisions.contains($0) }
        guard !missing.isEmpty else { return }
        let words = missing.map(\.word).joined(separator: ", ")
        standardError(
            "warning: too few honest accounts were held out to set a threshold for \(words) (1 ÷ its budget at the "
                + "least): this model never decides so")
    }

    private func report(_ model: LoadedModel) throws {
        try warnOfMissingThresholds(model)
        let training = model.document.training
        if json {
            print(
                try JSONOutput.line([
                    "out": out, "digest": hexadecimal(model.digest), "features": model.featureCount,
                    "rows": training.rowCount, "positives": training.positiveCount,
                    "metrics": Dictionary(training.metrics.map { ($0.name, $0.value) }) { $1 },
                    "decisions": Set(model.document.policy.rules.map(\.decision.word)).sorted(),
                ]))
            return
        }
        print("\(out): \(model.featureCount) features, \(training.rowCount) rows, \(training.positiveCount) positive")
        for metric in training.metrics { print("  \(metric.name) \(String(format: "%.4f", metric.value))") }
        print("  digest \(hexadecimal(model.digest))")
    }
}
