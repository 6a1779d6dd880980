/// A model of another program that cannot be taken over as it is.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Expected, found.
    public let message: String
    /// The line of the file at fault, from 1 on; nil where the whole is.
    public let line: Int?

    /// Describes a refusal.
    public init(_ message: String, line: Int? = nil) {
        self.message = message
        self.line = line
    }

    /// `line 12: num_class: expected 1, found 3`
    public var description: String { line.map { "line \($0): \(message)" } ?? message }
}
