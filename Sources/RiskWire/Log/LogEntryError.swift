/// An entry of the event log that could not be read.
public struct LogEntryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The bytes are no entry: damaged, or not an event log.
        case malformed = "LOG_MALFORMED"
        /// A newer program wrote it.
        case unsupported = "LOG_UNSUPPORTED"
        /// It breaks the contract.
        case invalid = "LOG_INVALID"
    }

    /// What is wrong.
    public let code: Code
    /// Expected and found.
    public let message: String

    /// `LOG_MALFORMED: …`
    public var description: String { "\(code.rawValue): \(message)" }
}
