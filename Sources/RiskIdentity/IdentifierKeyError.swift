/// An identifier key that could not be used. Nothing is keyed without one.
public struct IdentifierKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case missing, cannotRead, cannotCreate, openToOthers, wrongSize
    }

    /// What is wrong.
    public var code: Code
    /// Expected, found, what to do. Never a byte of the key.
    public var message: String
    /// The key file.
    public var path: String

    /// Describes one refused key.
    public init(_ code: Code, message: String, path: String) {
        self.code = code
        self.message = message
        self.path = path
    }

    /// `openToOthers [/var/lib/stillwatch/identifier.key]: expected …, found …`
    public var description: String { "\(code) [\(path)]: \(message)" }
}
