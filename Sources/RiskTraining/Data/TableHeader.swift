internal import RiskModels

/// The first row of a table: names that differ.
struct TableHeader {
    let names: [String]

    /// - Throws: ``TrainingError`` for an empty file or a name that is empty, too long, not UTF-8 or there twice.
    init(_ reader: inout CSVReader, path: String) throws(TrainingError) {
        var row = CSVRow()
        guard try reader.next(&row) else {
            throw TrainingError(.empty, "\(path): expected a header row, found an empty file")
        }
        // One more than a model's features: the label.
        guard row.cellCount <= LoadedModel.Limits.featureCount + 1 else {
            throw reader.error(
                .tooLarge, line: row.line,
                "expected at most \(LoadedModel.Limits.featureCount) columns and a label, found \(row.cellCount)")
        }
        var seen: [String: Int] = [:]
        var names: [String] = []
        for index in 0..<row.cellCount {
            guard let name = row.text(index), (1...256).contains(name.utf8.count) else {
                throw reader.error(
                    .badColumnName, line: row.line,
                    "column \(index + 1): expected a name of 1 to 256 bytes, found \(row.cell(index).count) bytes"
                )
            }
            if let first = seen.updateValue(index, forKey: name) {
                throw reader.error(
                    .badColumnName, line: row.line,
                    "columns \(first + 1) and \(index + 1) are both called \"\(name)\"")
            }
            names.append(name)
        }
        self.names = names
    }

    /// - Throws: ``TrainingError`` with code `missingColumn` that lists the columns there are.
    func require(_ name: String, path: String) throws(TrainingError) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        let list = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
        throw TrainingError(.missingColumn, "\(path): expected a column \"\(name)\", found \(list)")
    }
}
