/// A model file that was refused. The model in use stays in use.
public struct ModelFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong. The raw value is also the metric label and the stable word of a status.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case unreadable = "MODEL_UNREADABLE"
        case tooLarge = "MODEL_TOO_LARGE"
        case truncated = "MODEL_TRUNCATED"
        case notAModel = "MODEL_NOT_A_MODEL"
        case unsupportedVersion = "MODEL_UNSUPPORTED_VERSION"
        case digestMismatch = "MODEL_DIGEST_MISMATCH"
        case malformed = "MODEL_MALFORMED"
        case invalid = "MODEL_INVALID"
        case unknownFeature = "MODEL_UNKNOWN_FEATURE"
        case notMonotone = "MODEL_NOT_MONOTONE"
        case goldenMismatch = "MODEL_GOLDEN_MISMATCH"
        /// The file is sound, but the operator's policy is not for it.
        case policyMismatch = "MODEL_POLICY_MISMATCH"
    }

    /// What is wrong.
    public let code: Code
    /// Expected, found, what to do.
    public let message: String
    /// The byte at which it was noticed; nil where the whole is at fault.
    public let byteOffset: Int?

    /// Describes a refusal.
    public init(_ code: Code, _ message: String, byteOffset: Int? = nil) {
        self.code = code
        self.message = message
        self.byteOffset = byteOffset
    }

    /// `MODEL_TRUNCATED at byte 12: the header needs 64 bytes, found 12`
    public var description: String {
        "\(code.rawValue)\(byteOffset.map { " at byte \($0)" } ?? ""): \(message)"
    }
}
