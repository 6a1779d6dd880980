/// The checks every text of a request passes.
public enum TextCheck {
    /// Refuses an empty or overlong text, one with NUL in it, and one that passes for a card number.
    public static func check(
        _ text: String, path: String, byteLimit: Int, refuseCardNumbers: Bool, allowEmpty: Bool
    ) throws(FieldError) {
        let byteCount = text.utf8.count
        guard byteCount <= byteLimit, allowEmpty || byteCount > 0 else {
            throw FieldError(
                .wrongLength, path: path, expected: "\(allowEmpty ? 0 : 1) to \(byteLimit) bytes of text",
                found: "\(byteCount) bytes")
        }
        guard !text.utf8.contains(0) else {
            throw FieldError(.notText, path: path, expected: "text without NUL", found: "a NUL byte")
        }
        if refuseCardNumbers, CardNumber.appears(in: text.utf8) {
            throw CardNumber.error(path: path)
        }
    }
}
