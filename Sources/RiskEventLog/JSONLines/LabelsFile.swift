public import RiskCore

/// What the provider knew about an account, and since when: one row of a labels CSV.
public struct LabelRow: Sendable, Equatable {
    /// The account; always the caller's own reference.
    public var account: Reference
    /// Whether it is abusive (1) or not (0).
    public var isAbusive: Bool
    /// The campaign it belongs to; empty if none is known.
    public var campaign: String
    /// When it became known, Unix milliseconds.
    public var knownAtMs: Int64

    /// A row.
    public init(account: Reference, isAbusive: Bool, campaign: String, knownAtMs: Int64) {
        self.account = account
        self.isAbusive = isAbusive
        self.campaign = campaign
        self.knownAtMs = knownAtMs
    }
}

/// The labels CSV: header `account_ref,label,campaign,known_at_ms`, label 0 or 1.
///
/// Accounts are written as ``ReferenceText`` does. A cell may stand in double quotes, with `""` for a quote inside, but
/// not run over a line's end: an account with such bytes is written `base64:…`.
public enum LabelsFile {
    /// The first line, exactly.
    public static let header = "account_ref,label,campaign,known_at_ms"
    private static let columns = header.split(separator: ",").map(String.init)

    /// Reads all rows. Blank lines are passed over.
    public static func read(path: String) throws(JSONLinesError) -> [LabelRow] {
        let lines = try LineReader(file: path)
        let first = try lines.next().map { String(decoding: $0, as: UTF8.self) }
        guard first == header else {
            throw JSONLinesError(
                .malformedLine, file: path, line: 1,
                message: "expected the header \(header), found \(first == nil ? "an empty file" : "another line")")
        }
        var rows: [LabelRow] = []
        while let line = try lines.next() {
            guard !line.isEmpty else { continue }
            do throws(FieldError) {
                rows.append(try row(line))
            } catch {
                throw JSONLinesError(error, file: path, line: lines.line)
            }
        }
        return rows
    }

    /// The bytes of a whole file.
    public static func encode(_ rows: some Sequence<LabelRow>) -> [UInt8] {
        var text = header + "\n"
        for row in rows {
            text += "\(account(row.account)),\(row.isAbusive ? 1 : 0),\(quoted(row.campaign)),\(row.knownAtMs)\n"
        }
        return Array(text.utf8)
    }

    private static func row(_ line: ArraySlice<UInt8>) throws(FieldError) -> LabelRow {
        guard let text = String(validating: line, as: UTF8.self), let cells = cells(text) else {
            throw FieldError(
                .malformed, path: "", expected: "UTF-8 text with closed quotes", found: "something else")
        }
        guard cells.count == columns.count else {
            throw FieldError(
                .malformed, path: "", expected: "\(columns.count) cells", found: "\(cells.count)")
        }
        guard ["0", "1"].contains(cells[1]) else {
            throw FieldError(.unknownWord, path: "label", expected: "0 or 1", found: "other text")
        }
        guard let knownAtMs = Int64(cells[3]), (0...Int64(FieldSpec.wholeMaximum)).contains(knownAtMs) else {
            throw FieldError(
                .outOfRange, path: "known_at_ms", expected: "Unix milliseconds from 0 to \(FieldSpec.wholeMaximum)",
                found: "other text")
        }
        return LabelRow(
            account: try ReferenceText.decodeCaller(cells[0], path: "account_ref"), isAbusive: cells[1] == "1",
            campaign: cells[2], knownAtMs: knownAtMs)
    }

    /// The cells of a line; nil if a quote is not closed or stands where none may.
    private static func cells(_ line: String) -> [String]? {
        var cells: [String] = []
        var rest = line.unicodeScalars[...]
        while true {
            if rest.first == "\"" {
                guard let cell = quotedCell(&rest) else { return nil }
                cells.append(cell)
            } else {
                let cell = rest.prefix { $0 != "," }
                guard !cell.contains("\"") else { return nil }
                cells.append(String(cell))
                rest = rest[cell.endIndex...]
            }
            guard let next = rest.popFirst() else { return cells }
            guard next == "," else { return nil }
        }
    }

    private static func quotedCell(_ rest: inout Substring.UnicodeScalarView) -> String? {
        rest.removeFirst()
        var cell = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            guard scalar == "\"" else {
                cell.append(scalar)
                continue
            }
            guard rest.first == "\"" else { return String(cell) }
            rest.removeFirst()
            cell.append(scalar)
        }
        return nil
    }

    private static func account(_ reference: Reference) -> String {
        let text = ReferenceText.encode(reference)
        let needsBase64 = text.utf8.contains { byte in byte < 0x20 || byte == 0x22 || byte == 0x2c }
        return needsBase64 ? ReferenceText.encodeBytes(reference) : text
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x2c }) else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\"\""
            // A line's end inside a cell would break every reader that goes line by line.
            case "\n", "\r": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
