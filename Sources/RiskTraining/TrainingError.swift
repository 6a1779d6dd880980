/// Input that cannot be trained on or predicted for.
public struct TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as a stable word.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case unreadable = "TRAINING_UNREADABLE"
        case unwritable = "TRAINING_UNWRITABLE"
        case empty = "TRAINING_EMPTY"
        case malformed = "TRAINING_MALFORMED"
        case tooLarge = "TRAINING_TOO_LARGE"
        case raggedRow = "TRAINING_RAGGED_ROW"
        case badColumnName = "TRAINING_BAD_COLUMN_NAME"
        case missingColumn = "TRAINING_MISSING_COLUMN"
        case extraColumn = "TRAINING_EXTRA_COLUMN"
        case badLabel = "TRAINING_BAD_LABEL"
        case notANumber = "TRAINING_NOT_A_NUMBER"
        case oneClass = "TRAINING_ONE_CLASS"
        case badOption = "TRAINING_BAD_OPTION"
        case notConverged = "TRAINING_NOT_CONVERGED"
        case badModel = "TRAINING_BAD_MODEL"
    }

    /// What is wrong.
    public let code: Code
    /// Where, what was expected, what was found.
    public let message: String

    /// Describes a refusal.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// `TRAINING_RAGGED_ROW: line 7: expected 5 cells, found 4`
    public var description: String { "\(code.rawValue): \(message)" }
}

/// Hears of progress: what is being done, and how much of it is done (0 to 1). Called on the caller's thread.
public typealias TrainingProgress = (_ phase: String, _ fraction: Double) -> Void
