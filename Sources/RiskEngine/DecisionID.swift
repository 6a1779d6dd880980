public import RiskCore

/// The name of one decision: it carries its account, so that feedback on it is understood however much later it comes.
///
/// `d1.<commit sequence>.<account reference in hexadecimal>`
public enum DecisionID {
    private static let version = "d1"

    /// Names a decision.
    public static func make(commitSequence: UInt64, account: Reference) -> String {
        var bytes: [UInt8] = Array("\(version).\(commitSequence).".utf8)
        for byte in account.bytes {
            bytes.append(hexDigits[Int(byte >> 4)])
            bytes.append(hexDigits[Int(byte & 15)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The account that a decision was about; nil if this is not one of our names.
    public static func account(of id: String) -> Reference? {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == version, UInt64(parts[1]) != nil, parts[2].utf8.count.isMultiple(of: 2)
        else { return nil }
        let digits = Array(parts[2].utf8)
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = hexDigits.firstIndex(of: digits[index]),
                let low = hexDigits.firstIndex(of: digits[index + 1])
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        guard (1...Reference.maximumByteCount).contains(bytes.count) else { return nil }
        return Reference(bytes)
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
