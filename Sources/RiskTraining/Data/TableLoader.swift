internal import RiskModels

/// Loads a labelled table for training, in two passes: what each column is, then its values.
///
/// Two passes instead of keeping the text: a number takes 8 bytes, a cell as text several times that.
struct TableLoader {
    let path: String
    let label: String
    /// Columns that are categorical even if all of their cells are numbers.
    let categorical: [String]
    let progress: TrainingProgress

    /// Rows between two calls of ``progress``.
    static let rowsPerReport = 1 << 14

    /// What the first pass finds out about a column.
    private struct Survey {
        var isCategorical: Bool
        /// The line of the first cell that is no finite number but calls itself one.
        var notFiniteLine: Int?
    }

    /// - Throws: ``TrainingError`` with the line and the column at fault.
    func load() throws(TrainingError) -> TrainingData {
        let (surveys, digest) = try survey()
        var reader = try CSVReader(path: path)
        let header = try TableHeader(&reader, path: path)
        let labelIndex = try header.require(label, path: path)
        guard header.names.count == surveys.count else { throw changed() }
        var columns = zip(header.names, surveys).enumerated().map { index, column in
            ColumnBuilder(name: column.0, index: index, isCategorical: column.1.isCategorical)
        }
        columns.remove(at: labelIndex)
        var labels: [Bool] = []
        var row = CSVRow()
        while try reader.next(&row) {
            labels.append(try readLabel(row, labelIndex, reader))
            for index in columns.indices { try columns[index].append(row, reader) }
            if labels.count % Self.rowsPerReport == 0 { progress("reading \(path)", 0.5 + reader.fraction / 2) }
        }
        guard reader.digest() == digest else { throw changed() }
        guard !labels.isEmpty else {
            throw TrainingError(.empty, "\(path): expected rows below the header, found none")
        }
        let built = columns.map { $0.finish() }
        var data = TrainingData(features: built.map(\.feature), columns: built.map(\.values), labels: labels)
        data.digests = [digest]
        progress("reading \(path)", 1)
        return data
    }

    private func changed() -> TrainingError {
        TrainingError(.unreadable, "\(path): the file changed while it was read")
    }

    private func survey() throws(TrainingError) -> ([Survey], digest: [UInt8]) {
        var reader = try CSVReader(path: path)
        let header = try TableHeader(&reader, path: path)
        let labelIndex = try header.require(label, path: path)
        guard header.names.count > 1 else {
            throw TrainingError(.missingColumn, "\(path): expected a column beside the label \"\(label)\", found none")
        }
        for name in categorical { _ = try header.require(name, path: path) }
        var surveys = header.names.map { Survey(isCategorical: categorical.contains($0)) }
        var row = CSVRow()
        var rowCount = 0
        while try reader.next(&row) {
            for index in surveys.indices where !surveys[index].isCategorical && index != labelIndex {
                if row.isEmpty(index) { continue }
                switch CellNumber(row.bytes, row.cell(index)) {
                case .number: continue
                case .word: surveys[index].isCategorical = true
                case .notFinite: surveys[index].notFiniteLine = surveys[index].notFiniteLine ?? row.line
                }
            }
            rowCount += 1
            if rowCount % Self.rowsPerReport == 0 { progress("reading \(path)", reader.fraction / 2) }
        }
        for (name, survey) in zip(header.names, surveys) where !survey.isCategorical {
            guard let line = survey.notFiniteLine else { continue }
            throw reader.error(
                .notANumber, line: line, "column \"\(name)\": expected a finite number, or nothing if it is missing")
        }
        return (surveys, reader.digest())
    }

    private func readLabel(
        _ row: CSVRow, _ index: Int, _ reader: borrowing CSVReader
    ) throws(TrainingError) -> Bool {
        switch CellNumber(row.bytes, row.cell(index)) {
        case .number(0): return false
        case .number(1): return true
        default:
            throw reader.error(
                .badLabel, line: row.line,
                "column \"\(label)\": expected 0 or 1, found \"\((row.text(index) ?? "").prefix(40))\"")
        }
    }
}
