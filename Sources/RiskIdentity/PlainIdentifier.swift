internal import RiskCore

/// Normalises the identifiers from which nothing else is derived.
enum PlainIdentifier {
    /// The digits of a phone number, 6 to 15 as in E.164; a leading `+` and the usual separators fall away.
    ///
    /// Nothing is guessed about countries: a national and an international spelling of one number do not match.
    static func phone(_ text: String) throws(FieldError) -> String {
        var digits = String.UnicodeScalarView()
        var scalars = trim(text).unicodeScalars[...]
        if scalars.first == "+" { scalars.removeFirst() }
        for scalar in scalars {
            switch scalar {
            case "0"..."9": digits.append(scalar)
            case "(", ")", ".": break
            case _ where scalar.properties.isWhitespace || scalar.properties.generalCategory == .dashPunctuation: break
            default: throw malformedPhone(text)
            }
        }
        guard (6...15).contains(digits.count) else { throw malformedPhone(text) }
        return String(digits)
    }

    /// A device identifier as it is, without blanks around it.
    static func device(_ text: String) throws(FieldError) -> String {
        try nonEmpty(trim(text), .device, expected: "a device identifier", text)
    }

    /// A user agent with every run of blanks made one.
    static func userAgent(_ text: String) throws(FieldError) -> String {
        let words = text.unicodeScalars.split { $0.properties.isWhitespace || $0.isControl }.map(String.init)
        return try nonEmpty(words.joined(separator: " "), .userAgent, expected: "a user agent", text)
    }

    /// An address in lower case, its letters and digits in words with one blank between them.
    ///
    /// Only spelling is evened out: "St" and "Street" do not match.
    static func billingAddress(_ text: String) throws(FieldError) -> String {
        let words = text.lowercased().unicodeScalars.split { !$0.isWordPart }.map(String.init)
        return try nonEmpty(words.joined(separator: " "), .billingAddress, expected: "an address with letters", text)
    }

    private static func nonEmpty(
        _ value: String, _ kind: RawIdentifiers.Kind, expected: String, _ text: String
    ) throws(FieldError) -> String {
        guard !value.isEmpty else { throw .malformed(kind, expected: expected, text) }
        return value
    }

    private static func malformedPhone(_ text: String) -> FieldError {
        .malformed(.phone, expected: "a phone number of 6 to 15 digits", text)
    }
}

extension FieldError {
    /// A raw value that is not what it should be. Says how long it is, nothing else of it.
    static func malformed(_ kind: RawIdentifiers.Kind, expected: String, _ text: String) -> FieldError {
        FieldError(.malformed, path: kind.path, expected: expected, found: "other text of \(text.utf8.count) bytes")
    }
}

/// Without blanks at either end.
func trim(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
        let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
}

extension Unicode.Scalar {
    var isControl: Bool { properties.generalCategory == .control }

    /// Letters, digits and the marks on them.
    var isWordPart: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .letterNumber, .otherNumber: true
        default: properties.isAlphabetic || properties.numericType != nil
        }
    }
}
