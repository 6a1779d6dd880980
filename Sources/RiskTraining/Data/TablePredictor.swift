internal import RiskCore
internal import RiskModels

/// Turns the rows of a table into the vectors of a model, matching columns by name.
struct TablePredictor {
    let model: LoadedModel

    /// Where a feature's values come from.
    private struct Source {
        var column: Int
        var name: String
        /// The code of each known word; nil if the feature is numeric.
        var codes: [String: Int]?
    }

    /// Calls `body` with each row's prediction, in order; returns how many there were.
    func predict(
        path: String, progress: TrainingProgress, _ body: (TablePrediction) throws -> Void
    ) throws -> Int {
        let count = try vectors(path: path, progress: progress) { values in
            let margin = model.margin(values)
            // A table has no decision points; its calibration is the one for all.
            try body(TablePrediction(probability: model.probability(margin: margin, at: .signup), margin: margin))
            return true
        }
        progress("predicting", 1)
        return count
    }

    /// Calls `body` with each row's vector, in order, until it says that it has had enough; returns how many there
    /// were.
    func vectors(path: String, progress: TrainingProgress, _ body: ([Double]) throws -> Bool) throws -> Int {
        var reader = try CSVReader(path: path)
        let sources = try match(TableHeader(&reader, path: path), path: path)
        var values = Array(repeating: 0.0, count: sources.count)
        var row = CSVRow()
        var count = 0
        while try reader.next(&row) {
            for (feature, source) in sources.enumerated() { values[feature] = try value(row, source, reader) }
            count += 1
            guard try body(values) else { break }
            if count % TableLoader.rowsPerReport == 0 { progress("predicting", reader.fraction) }
        }
        return count
    }

    private func match(_ header: TableHeader, path: String) throws(TrainingError) -> [Source] {
        let features = model.document.features
        let wanted = Set(features.map(\.name))
        let label = model.document.training.options.first { $0.hasPrefix("label=") }?.dropFirst("label=".count)
        for name in header.names where !wanted.contains(name) && name[...] != label {
            throw TrainingError(.extraColumn, "\(path): the model does not know the column \"\(name)\"")
        }
        var sources: [Source] = []
        for feature in features {
            let codes = feature.categories.map { Dictionary(uniqueKeysWithValues: zip($0, 0...)) }
            sources.append(
                Source(column: try header.require(feature.name, path: path), name: feature.name, codes: codes))
        }
        return sources
    }

    private func value(
        _ row: CSVRow, _ source: Source, _ reader: borrowing CSVReader
    ) throws(TrainingError) -> Double {
        if row.isEmpty(source.column) { return .nan }
        guard let codes = source.codes else { return try finiteNumber(row, source.column, source.name, reader) }
        return Double(codes[try category(row, source.column, source.name, reader)] ?? codes.count)
    }
}
