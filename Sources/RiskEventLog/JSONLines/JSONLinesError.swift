public import RiskCore

/// A line of JSON Lines or CSV that was refused.
public struct JSONLinesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: Hashable, Sendable {
        /// The system refused to open or read the file.
        case cannotRead
        /// The line is no text, no JSON object, or too long; in a CSV, has too few or too many cells.
        case malformedLine
        /// There are raw identifiers, and no key to hash them with.
        case needsIdentifierKey
        /// One value was refused.
        case field(FieldError.Code)
    }

    /// What is wrong.
    public var code: Code
    /// The file.
    public var file: String
    /// The line, from 1; 0 if no line is at fault.
    public var line: Int
    /// The field, such as `signup.proxy_confidence`, or the column; empty if none is at fault.
    public var path: String
    /// Expected and found. Never an identifier.
    public var message: String

    /// Describes one refused line.
    public init(_ code: Code, file: String, line: Int, path: String = "", message: String) {
        self.code = code
        self.file = file
        self.line = line
        self.path = path
        self.message = message
    }

    /// One refused value.
    public init(_ error: FieldError, file: String, line: Int) {
        let isLine = error.path.isEmpty
        self.init(
            isLine ? .malformedLine : .field(error.code), file: file, line: line, path: error.path,
            message: "expected \(error.expected), found \(error.found)")
    }

    /// `events.jsonl:7: signup.proxy_confidence: expected …, found …`
    public var description: String {
        "\(file)\(line > 0 ? ":\(line)" : ""): \(path.isEmpty ? "" : "\(path): ")\(message)"
    }
}
