/// Raw identifiers of one request, on their way to be keyed. They are never stored, logged or echoed.
public struct RawIdentifiers: Sendable, Equatable {
    /// The raw values the contract knows. The raw value of a case is its name on the wire.
    public enum Kind: String, CaseIterable, Sendable {
        case email, ip, phone, device
        case userAgent = "user_agent"
        case billingAddress = "billing_address"

        /// The most bytes of UTF-8.
        public var byteLimit: Int {
            switch self {
            case .email: 320
            case .ip: 64
            case .phone: 32
            case .device: 256
            case .userAgent, .billingAddress: 512
            }
        }

        /// Where it stands in a request.
        public var path: String { "raw.\(rawValue)" }

        /// Whether a person may have typed anything into it, a card number for instance.
        var isFreeText: Bool { self != .ip && self != .phone && self != .device }
    }

    private var values: [Kind: String] = [:]

    /// No values.
    public init() {}

    /// Whether no value was given.
    public var isEmpty: Bool { values.isEmpty }

    /// One value, if given.
    public subscript(kind: Kind) -> String? { values[kind] }

    /// Takes one value in after checking its size and content.
    public mutating func set(_ kind: Kind, _ value: String) throws(FieldError) {
        try TextCheck.check(
            value, path: kind.path, byteLimit: kind.byteLimit, refuseCardNumbers: kind.isFreeText, allowEmpty: false)
        values[kind] = value
    }
}
