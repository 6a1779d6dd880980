internal import Crypto
internal import RiskCore

/// The secret under which raw identifiers are hashed: 32 random bytes.
///
/// Whoever holds it can test guesses of an e-mail address or a phone number against the log, so it stays in one file
/// with mode 0600 and its bytes are never printed. Two services give the same references if they share the file.
///
/// **Rotation** is replacing the file and restarting. References made before and after never match: accounts that
/// shared a raw identifier across the rotation are no longer linked by it, and link state starts from nothing for every
/// server-keyed class. References that callers made themselves are not touched. ``id`` says in logs which key is in
/// use.
public struct IdentifierKey: Sendable, CustomStringConvertible {
    /// Bytes of a key.
    public static let byteCount = 32

    /// First 8 hexadecimal digits of the key's SHA-256: names the key in logs without giving it away.
    public let id: String

    let secret: SymmetricKey

    /// A new random key that is not in any file.
    public init() {
        self.init(secret: SymmetricKey(size: .bits256))
    }

    /// A key of given bytes; nil unless there are exactly ``byteCount``.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(secret: SymmetricKey(data: bytes))
    }

    private init(secret: SymmetricKey) {
        self.secret = secret
        let digest = secret.withUnsafeBytes { SHA256.hash(data: $0) }
        id = hexadecimal(digest.prefix(4))
    }

    /// The key's name, never its bytes.
    public var description: String { "identifier key \(id)" }

    var bytes: [UInt8] { secret.withUnsafeBytes { Array($0) } }
}
