/// Another model's margins, read beside a replay of the log they belong to: a CSV `commit_sequence,margin`.
///
/// Rows stand in order of the commit sequence, one for each event of the validation and the test; more do not hurt.
/// Holds one row at a time.
final class MarginsFile {
    /// The model's name in the tables.
    let name: String
    private let path: String
    private var reader: CSVReader
    private var row = CSVRow()
    private var current: (sequence: UInt64, margin: Double)?
    private var isAtEnd = false

    /// - Throws: ``TrainingError`` if the file cannot be read or has another header.
    init(name: String, path: String) throws(TrainingError) {
        self.name = name
        self.path = path
        reader = try CSVReader(path: path)
        guard try reader.next(&row), row.cellCount == 2, row.text(0) == "commit_sequence", row.text(1) == "margin"
        else { throw TrainingError(.malformed, "\(path): line 1: expected the header commit_sequence,margin") }
    }

    /// The margin of an event. Events have to be asked for in order.
    ///
    /// - Throws: ``EvaluationError`` with code `missingMargin` if the file has none, ``TrainingError`` if it is broken.
    func margin(of sequence: UInt64) throws -> Double {
        while !isAtEnd, (current?.sequence ?? 0) < sequence { try advance() }
        guard let current, current.sequence == sequence else {
            throw EvaluationError(
                .missingMargin, "\(path): expected a margin for the event with commit sequence \(sequence), found none")
        }
        return current.margin
    }

    private func advance() throws(TrainingError) {
        guard try reader.next(&row) else {
            isAtEnd = true
            return
        }
        guard let sequence = row.text(0).flatMap({ UInt64($0) }) else {
            throw reader.error(.notANumber, line: row.line, "commit_sequence: expected a whole number")
        }
        guard let margin = row.text(1).flatMap({ Double($0) }), margin.isFinite else {
            throw reader.error(.notANumber, line: row.line, "margin: expected a finite number")
        }
        guard sequence > current?.sequence ?? 0 else {
            throw reader.error(
                .malformed, line: row.line,
                "commit_sequence: expected rows in ascending order, found \(sequence) behind "
                    + "\(current?.sequence ?? 0)")
        }
        current = (sequence, margin)
    }
}
