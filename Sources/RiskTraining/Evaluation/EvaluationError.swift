/// An evaluation that would not be honest, or input it cannot use.
public struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as a stable word.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case badPlan = "EVALUATION_BAD_PLAN"
        case leakySplit = "EVALUATION_LEAKY_SPLIT"
        case unknownTraining = "EVALUATION_UNKNOWN_TRAINING"
        case labelLeak = "EVALUATION_LABEL_LEAK"
        case lookAhead = "EVALUATION_LOOK_AHEAD"
        case tooGood = "EVALUATION_TOO_GOOD"
        case strangers = "EVALUATION_STRANGERS"
        case missingMargin = "EVALUATION_MISSING_MARGIN"
        case malformed = "EVALUATION_MALFORMED"
        case empty = "EVALUATION_EMPTY"
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

    /// `EVALUATION_LEAKY_SPLIT: the test period …`
    public var description: String { "\(code.rawValue): \(message)" }
}
