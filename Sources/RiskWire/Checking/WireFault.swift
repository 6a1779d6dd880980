/// Why the bytes of a message were refused before unpacking.
struct WireFault: Error {
    /// What is wrong.
    enum Kind: Equatable {
        /// Not protobuf.
        case malformed(String, offset: Int)
        /// A known field with another wire type.
        case wrongType(expected: String, found: String)
        /// A field number this program does not know.
        case unknownField
        /// A number too large for a 32-bit field.
        case outOfRange(UInt64)
        /// NUL or bad UTF-8 in a text.
        case notText(String)
        /// A list longer than its limit.
        case tooMany(limit: Int, found: Int)
        /// A method this program does not know.
        case unknownMethod(Int)
    }

    /// What is wrong.
    let kind: Kind
    /// Where, from the checked message on.
    private(set) var path: String

    init(_ kind: Kind, path: String = "") {
        self.kind = kind
        self.path = path
    }

    /// The same fault seen from the message around.
    func inside(_ component: String) -> WireFault {
        WireFault(kind, path: path.isEmpty ? component : "\(component).\(path)")
    }

    /// Whether protobuf-c can still unpack the message, so that other parts of it can be used.
    var isLocal: Bool {
        switch kind {
        case .malformed, .wrongType, .tooMany, .unknownMethod: false
        case .unknownField, .outOfRange, .notText: true
        }
    }

    /// The status that says so.
    var status: StatusError { status(path: path) }

    /// The status that says so of another path.
    func status(path: String) -> StatusError {
        func refused(_ reason: String, _ expected: String, _ found: String) -> StatusError {
            StatusError(
                .invalidArgument, reason: reason, message: "expected \(expected), found \(found)", path: path)
        }
        switch kind {
        case .malformed(let found, let offset):
            return refused("MESSAGE_MALFORMED", "a protobuf message", "\(found) at byte \(offset)")
        case .wrongType(let expected, let found):
            return refused("FIELD_WRONG_TYPE", expected, found)
        case .unknownField:
            return refused("FIELD_UNKNOWN", "a field of the contract", "a field number that it does not have")
        case .outOfRange(let value):
            return refused("FIELD_OUT_OF_RANGE", "a whole number from 0 to \(UInt32.max)", "\(value)")
        case .notText(let found):
            return refused("FIELD_NOT_TEXT", "text in UTF-8 without NUL", found)
        case .tooMany(let limit, let found):
            return refused("FIELD_TOO_MANY", "at most \(limit)", "\(found)")
        case .unknownMethod(let number):
            // What gRPC answers to a method that a server does not have.
            return StatusError(
                .unimplemented, reason: "METHOD_UNKNOWN",
                message: "expected a method of this service, found number \(number)", path: path)
        }
    }
}
