import ArgumentParser
import RiskEventLog
import RiskTraining

/// Writes the features of a log's events.
struct Features: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the very features that serving used, point in time, for other programs.",
        discussion: """
              stillwatch features --events data/events --labels labels.csv --out features

            Writes three files: features.f64 (or .f32), a row for each scored event and a value for each feature, \
            little-endian, NaN where missing; rows.csv, what each row is (commit sequence, account, label, \
            campaign …), in the same order; features.json, the features' names, definition versions and directions.

            In Python: numpy.fromfile("features/features.f64").reshape(rows, columns), both counts from features.json.

            label and campaign are what the provider knew in the end, known_at_ms is since when; link features count a \
            label only from then on.
            """)

    @Option(help: "Event log: a directory of segments or one file.")
    var events: String

    @Option(help: "Labels CSV: account_ref,label,campaign,known_at_ms.")
    var labels: String?

    @Option(help: "Truth CSV of a simulation: adds class, true_campaign and segment to rows.csv.")
    var truth: String?

    @Option(help: "Write events from this time on: a day or moment in UTC, or Unix milliseconds.")
    var from: Moment?

    @Option(help: "Write events before this time.")
    var until: Moment?

    @Option(help: "Custom numbers that become features, with commas.")
    var custom = ""

    @Option(help: "Width of a value: float64 as serving has it, or float32.")
    var precision = FeatureExport.Precision.float64

    @Option(name: .shortAndLong, help: "The folder to write to.")
    var out: String

    func run() throws {
        var export = FeatureExport()
        export.fromMs = from?.ms
        export.untilMs = until?.ms
        export.customNumbers = custom.split(separator: ",").map(String.init)
        export.precision = precision
        let rows = try labels.map { try LabelsFile.read(path: $0) } ?? []
        let known = try truth.map { try Truth.read(path: $0) }
        try Files.makeFolder(out)
        let progress = ProgressLine()
        let count = try export.write(log: events, labels: rows, truth: known, to: out) { progress.tell($0, $1) }
        standardError("\(out): \(count) rows")
    }
}
