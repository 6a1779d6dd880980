import ArgumentParser
import RiskTraining

/// Predicts for the rows of a CSV.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predicts for every row of a CSV file with a model that was trained on one.",
        discussion: """
            Columns match by name; a missing or an extra column is an error that names it, the label's column may be \
            there. Writes the header probability,margin and one line for each row, in order.
            """)

    @Option(help: "CSV file with the model's columns.")
    var csv: String

    @Option(help: "The model file.")
    var model: String

    @Option(name: .shortAndLong, help: "The CSV file to write.")
    var out: String

    func run() throws {
        let loaded = try Files.model(model)
        let file = try TextFile(out)
        let progress = ProgressLine()
        try file.writeLine(TablePrediction.csvHeader)
        let count = try predictTable(csv: csv, model: loaded, progress: { progress.tell($0, $1) }) { prediction in
            try file.writeLine(prediction.csvLine)
        }
        try file.finish()
        standardError("\(out): \(count) rows")
    }
}
