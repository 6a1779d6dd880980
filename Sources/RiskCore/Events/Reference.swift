/// An opaque identifier: bytes that say nothing by themselves, only whether two of them are equal.
///
/// The bytes are either a keyed hash that the caller made or one that this service made from a raw value; the two
/// never match each other, even if their bytes do.
public struct Reference: Hashable, Sendable {
    /// Who made the bytes.
    public enum Namespace: UInt8, Sendable {
        /// The caller.
        case caller
        /// This service, from a raw value, with its own key.
        case serverKeyed
    }

    /// The most bytes a reference has.
    public static let maximumByteCount = 64

    /// 1 to 64 bytes.
    public let bytes: [UInt8]
    /// Who made ``bytes``.
    public let namespace: Namespace

    /// Wraps bytes that were checked before; ``EventBuilder`` does the checking for input.
    public init(_ bytes: [UInt8], namespace: Namespace = .caller) {
        self.bytes = bytes
        self.namespace = namespace
    }

    /// A caller's reference made of a text's UTF-8.
    public init(_ text: String) {
        self.init(Array(text.utf8))
    }
}
