/// Why a service did not start.
public struct ServiceError: Error, Sendable, CustomStringConvertible {
    /// What was expected, what was found, what to do.
    public let message: String

    /// Describes the failure.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
