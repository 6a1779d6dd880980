public import RiskCore
public import RiskModels

/// gRPC's canonical status codes, as far as the service uses them. The raw value is the number on the wire.
public enum StatusCode: UInt32, Sendable, CaseIterable {
    case ok = 0
    case cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
    case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable, dataLoss
    case unauthenticated
}

/// Why a request was not served: what a reply's status says, and the only error that crosses the wire.
public struct StatusError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The canonical code; never ``StatusCode/ok``.
    public var code: StatusCode
    /// A stable word for machines, such as `FIELD_OUT_OF_RANGE`.
    public var reason: String
    /// For people: expected and found. Never the value of an identifier.
    public var message: String
    /// The field at fault; empty if none is.
    public var path: String

    /// An error.
    public init(_ code: StatusCode, reason: String, message: String, path: String = "") {
        self.code = code
        self.reason = reason
        self.message = message
        self.path = path
    }

    /// A refused value.
    public init(_ error: FieldError) {
        self.init(
            .invalidArgument, reason: error.code.rawValue, message: "expected \(error.expected), found \(error.found)",
            path: error.path)
    }

    /// A refused model file.
    public init(_ error: ModelFileError) {
        self.init(.failedPrecondition, reason: error.code.rawValue, message: error.description)
    }

    /// `INVALID_ARGUMENT FIELD_OUT_OF_RANGE signup.proxy_confidence: expected …, found …`
    public var description: String {
        "\(code) \(reason)\(path.isEmpty ? "" : " \(path)"): \(message)"
    }
}
