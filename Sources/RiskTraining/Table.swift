public import RiskModels

/// Trains a model on a CSV file with a header.
///
/// A column is numeric if every non-empty cell is a finite number, else categorical; empty cells are missing.
/// Categories seen fewer than twice, and all but the 254 most frequent, are one: "any other", as is each word unseen in
/// training.
///
/// - Parameters:
///   - path: The file.
///   - label: The column with 0 or 1.
///   - categorical: Columns that are categorical even if they look like numbers.
///   - options: How to train.
///   - progress: Hears of progress on this thread.
///   - trials: Hears of each trial of a search for settings.
/// - Throws: ``TrainingError`` with file, line and column.
/// - Returns: A document that loads. The same file, options and numeric environment give the same document.
public func trainTable(
    csv path: String, label: String, categorical: [String] = [], options: TrainingOptions = TrainingOptions(),
    progress: @escaping TrainingProgress = { _, _ in }, trials: @escaping TuningReport = { _ in }
) throws(TrainingError) -> ModelDocument {
    guard !categorical.contains(label) else {
        throw TrainingError(.badOption, "categorical: expected features, found the label \"\(label)\"")
    }
    let data = try TableLoader(path: path, label: label, categorical: categorical, progress: progress).load()
    var document = try ModelTraining(options: options, progress: progress, trials: trials)
        .train(data, name: "table")
    document.training.options.insert("label=\(label)", at: 0)
    return document
}

/// What a model says of one row of a table.
public struct TablePrediction: Sendable, Equatable {
    /// The calibrated probability.
    public var probability: Double
    /// The margin, in log-odds.
    public var margin: Double

    /// The header of ``csvLine``.
    public static let csvHeader = "probability,margin"

    /// `0.25,-1.0986122886681098`: the shortest decimals that read back as the same numbers.
    public var csvLine: String { "\(probability),\(margin)" }
}

/// Predicts for each row of a CSV file, in order, without keeping the file in memory.
///
/// Columns match by name. The label's column may be there and is ignored; a missing or any other extra column is an
/// error that names it. A word unseen in training counts as "any other".
///
/// - Parameters:
///   - path: The file.
///   - model: A model trained on a table.
///   - progress: Hears of progress on this thread.
///   - body: Called with each row's prediction.
/// - Throws: ``TrainingError``, or what `body` throws.
/// - Returns: How many rows there were.
@discardableResult
public func predictTable(
    csv path: String, model: LoadedModel, progress: TrainingProgress = { _, _ in },
    _ body: (TablePrediction) throws -> Void
) throws -> Int {
    try TablePredictor(model: model).predict(path: path, progress: progress, body)
}

/// Reads the rows of a CSV file as the vectors that a model takes, in order, as ``predictTable(csv:model:progress:_:)``
/// does.
///
/// - Parameters:
///   - path: The file.
///   - model: A model trained on a table.
///   - progress: Hears of progress on this thread.
///   - body: Called with each row's vector; false ends the reading.
/// - Throws: ``TrainingError``, or what `body` throws.
/// - Returns: How many rows were read.
@discardableResult
public func readTable(
    csv path: String, model: LoadedModel, progress: TrainingProgress = { _, _ in }, _ body: ([Double]) throws -> Bool
) throws -> Int {
    try TablePredictor(model: model).vectors(path: path, progress: progress, body)
}
