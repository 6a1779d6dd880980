internal import RiskModels

/// One column of a table while it is read.
struct ColumnBuilder {
    /// Categories a feature keeps at most, the most frequent ones; all others share one weight.
    static let categoryLimit = 254
    /// Rows a category needs to be kept.
    static let categoryRowMinimum = 2

    let name: String
    let index: Int
    let isCategorical: Bool
    private var values: [Double] = []
    private var codes: [String: Int] = [:]
    private var words: [String] = []
    private var rowCounts: [Int] = []

    init(name: String, index: Int, isCategorical: Bool) {
        self.name = name
        self.index = index
        self.isCategorical = isCategorical
    }

    /// Takes the column's cell of a row.
    mutating func append(_ row: CSVRow, _ reader: borrowing CSVReader) throws(TrainingError) {
        if row.isEmpty(index) {
            values.append(.nan)
        } else if isCategorical {
            try appendWord(row, reader)
        } else {
            values.append(try finiteNumber(row, index, name, reader))
        }
    }

    private mutating func appendWord(_ row: CSVRow, _ reader: borrowing CSVReader) throws(TrainingError) {
        let word = try category(row, index, name, reader)
        if let code = codes[word] {
            rowCounts[code] += 1
            values.append(Double(code))
        } else {
            codes[word] = words.count
            values.append(Double(words.count))
            words.append(word)
            rowCounts.append(1)
        }
    }

    /// The feature and its values; categories that are not kept become "any other".
    consuming func finish() -> (feature: ModelFeature, values: [Double]) {
        guard isCategorical else { return (ModelFeature(name: name), values) }
        let (words, rowCounts) = (words, rowCounts)
        let kept = words.indices.filter { rowCounts[$0] >= Self.categoryRowMinimum }
            .sorted { (-rowCounts[$0], words[$0]) < (-rowCounts[$1], words[$1]) }
            .prefix(Self.categoryLimit)
        var newCodes = Array(repeating: Double(kept.count), count: words.count)
        for (code, old) in kept.enumerated() { newCodes[old] = Double(code) }
        let recoded = values.map { $0.isNaN ? $0 : newCodes[Int($0)] }
        return (ModelFeature(name: name, categories: kept.map { words[$0] }), recoded)
    }
}

/// A cell as a finite number.
func finiteNumber(
    _ row: CSVRow, _ index: Int, _ name: String, _ reader: borrowing CSVReader
) throws(TrainingError) -> Double {
    if case .number(let value) = CellNumber(row.bytes, row.cell(index)) { return value }
    throw reader.error(
        .notANumber, line: row.line,
        "column \"\(name)\": expected a finite number, found \"\((row.text(index) ?? "").prefix(40))\"")
}

/// A cell as a word: any UTF-8 of at most 4,096 bytes.
func category(
    _ row: CSVRow, _ index: Int, _ name: String, _ reader: borrowing CSVReader
) throws(TrainingError) -> String {
    let byteCount = row.cell(index).count
    guard byteCount <= 4096 else {
        throw reader.error(
            .tooLarge, line: row.line, "column \"\(name)\": expected at most 4096 bytes, found \(byteCount)")
    }
    guard let word = row.text(index) else {
        throw reader.error(.malformed, line: row.line, "column \"\(name)\": expected UTF-8")
    }
    return word
}
