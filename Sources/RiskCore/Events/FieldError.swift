/// A value of a request that was refused. Names the place, what would have been accepted and what kind of value stood
/// there, and never repeats an identifier.
public struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong. The raw value is the stable word that a caller's program sees.
    public enum Code: String, Sendable, CaseIterable {
        case missing = "FIELD_MISSING"
        case outOfRange = "FIELD_OUT_OF_RANGE"
        case unknownWord = "FIELD_UNKNOWN_WORD"
        case unknownField = "FIELD_UNKNOWN"
        case wrongType = "FIELD_WRONG_TYPE"
        case wrongLength = "FIELD_WRONG_LENGTH"
        case tooMany = "FIELD_TOO_MANY"
        case wrongSum = "FIELD_WRONG_SUM"
        case notText = "FIELD_NOT_TEXT"
        case cardNumber = "FIELD_CARD_NUMBER"
        case conflict = "FIELD_CONFLICT"
        case malformed = "FIELD_MALFORMED"
    }

    /// What is wrong.
    public let code: Code
    /// Where, such as `signup.proxy_confidence`.
    public let path: String
    /// What would have been accepted, with the limit.
    public let expected: String
    /// The kind of value that was found.
    public let found: String

    /// Describes one refused value.
    public init(_ code: Code, path: String, expected: String, found: String) {
        self.code = code
        self.path = path
        self.expected = expected
        self.found = found
    }

    /// `signup.proxy_confidence: expected a number from 0 to 1, found 1.5`
    public var description: String { "\(path): expected \(expected), found \(found)" }
}
