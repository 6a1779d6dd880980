/// Why a request got no reply.
public struct ClientError: Error, Sendable, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
