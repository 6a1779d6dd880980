internal import FoundationEssentials
public import RiskCore

/// References as text, for JSON Lines and CSV.
///
/// A caller's reference is its UTF-8. Bytes that are no UTF-8, and text that would be mistaken for one of the two
/// prefixes, are written `base64:…`; a server-keyed reference is written `keyed:…`, in base64 as well.
public enum ReferenceText {
    private static let base64Prefix = "base64:"
    private static let keyedPrefix = "keyed:"

    /// The text of a reference.
    public static func encode(_ reference: Reference) -> String {
        switch reference.namespace {
        case .serverKeyed:
            return keyedPrefix + base64(reference.bytes)
        case .caller:
            guard let text = String(validating: reference.bytes, as: UTF8.self), !isPrefixed(text) else {
                return base64Prefix + base64(reference.bytes)
            }
            return text
        }
    }

    /// The reference that a text stands for; 1 to ``Reference/maximumByteCount`` bytes.
    public static func decode(_ text: String, path: String) throws(FieldError) -> Reference {
        if text.utf8.starts(with: keyedPrefix.utf8) {
            return try bytes(text, after: keyedPrefix, namespace: .serverKeyed, path)
        }
        if text.utf8.starts(with: base64Prefix.utf8) {
            return try bytes(text, after: base64Prefix, namespace: .caller, path)
        }
        return try checked(Array(text.utf8), namespace: .caller, path)
    }

    /// The reference that a text stands for, where only callers make them: accounts and organisations.
    public static func decodeCaller(_ text: String, path: String) throws(FieldError) -> Reference {
        guard !isKeyed(text) else {
            throw FieldError(
                .malformed, path: path, expected: "a reference of the caller's own",
                found: "text that begins with \(keyedPrefix) (write base64:… if the text is meant)")
        }
        return try decode(text, path: path)
    }

    /// The bytes in base64, whatever they are.
    static func encodeBytes(_ reference: Reference) -> String {
        (reference.namespace == .serverKeyed ? keyedPrefix : base64Prefix) + base64(reference.bytes)
    }

    static func isKeyed(_ text: String) -> Bool { text.utf8.starts(with: keyedPrefix.utf8) }

    private static func isPrefixed(_ text: String) -> Bool {
        text.utf8.starts(with: base64Prefix.utf8) || isKeyed(text)
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    private static func bytes(
        _ text: String, after prefix: String, namespace: Reference.Namespace, _ path: String
    ) throws(FieldError) -> Reference {
        guard let data = Data(base64Encoded: String(text.utf8.dropFirst(prefix.utf8.count)) ?? "*") else {
            throw FieldError(
                .malformed, path: path, expected: "base64 behind \(prefix)", found: "text that is no base64")
        }
        return try checked(Array(data), namespace: namespace, path)
    }

    private static func checked(
        _ bytes: [UInt8], namespace: Reference.Namespace, _ path: String
    ) throws(FieldError) -> Reference {
        guard (1...Reference.maximumByteCount).contains(bytes.count) else {
            throw FieldError(
                .wrongLength, path: path, expected: "1 to \(Reference.maximumByteCount) bytes",
                found: "\(bytes.count) bytes")
        }
        return Reference(bytes, namespace: namespace)
    }
}
