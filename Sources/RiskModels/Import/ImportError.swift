/// A model of another program that cannot be taken over as it is.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Expected, found.
    public let message: String
    /// The line of the file at fault, from 1 on; nil where the whole is, or where lines say nothing.
    public let line: Int?
    /// The value at fault, such as `learner.objective.name`; nil where the whole is or the file has no such paths.
    public let path: String?

    /// Describes a refusal.
    public init(_ message: String, line: Int? = nil, path: String? = nil) {
        self.message = message
        self.line = line
        self.path = path
    }

    /// `line 12: num_class: expected 1, found 3`
    public var description: String {
        (line.map { "line \($0): " } ?? "") + (path.map { "\($0): " } ?? "") + message
    }
}
