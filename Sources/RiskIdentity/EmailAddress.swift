internal import RiskCore

/// A normalised e-mail address and what can be derived from it.
///
/// The whole address is lower-cased: RFC 5321 lets a host tell `A@…` from `a@…`, no provider that matters does. Dots
/// and
/// `+tags` stay, because what they mean differs by provider; the mask shows them.
struct EmailAddress {
    /// Lower-cased, before the last `@`.
    let localPart: String
    /// Lower-cased, without a trailing dot.
    let domain: String

    var normalised: String { "\(localPart)@\(domain)" }

    init(_ text: String) throws(FieldError) {
        let trimmed = trim(text)
        guard let at = trimmed.unicodeScalars.lastIndex(of: "@") else { throw Self.malformed(text) }
        let local = trimmed.unicodeScalars[..<at]
        guard Self.isLocalPart(local) else { throw Self.malformed(text) }
        var domain = String(trimmed.unicodeScalars[trimmed.unicodeScalars.index(after: at)...]).lowercased()
        if domain.unicodeScalars.last == "." { domain.unicodeScalars.removeLast() }
        guard Self.isDomain(domain) else { throw Self.malformed(text) }
        localPart = String(local).lowercased()
        self.domain = domain
    }

    /// The domain that somebody registered: the last two labels, or three when the last has two letters and the one
    /// before it is a customary second level (`co`, `com`, …).
    ///
    /// An approximation: the public suffix list has thousands of rules and changes weekly. It takes `a.github.io` and
    /// `b.github.io` for one domain, and `x.gv.at` and `y.gv.at` too; a caller that needs it exact sends
    /// `email_domain_ref` itself.
    var registrableDomain: String {
        let labels = domain.split(separator: ".")
        guard labels.count > 2 else { return domain }
        let isSecondLevel =
            labels[labels.count - 1].utf8.count == 2
            && Self.secondLevels.contains(String(labels[labels.count - 2]))
        return labels.suffix(isSecondLevel ? 3 : 2).joined(separator: ".")
    }

    /// The shape of the local part, character by character: letters become `a`, digits `9`, the rest stays.
    ///
    /// `fake_jeffrey09` → `aaaa_aaaaaaa99`. Not run lengths, so that generators with a fixed length stand out.
    var mask: String {
        var mask = String.UnicodeScalarView()
        for scalar in localPart.unicodeScalars {
            mask.append(scalar.properties.isAlphabetic ? "a" : scalar.properties.numericType == .decimal ? "9" : scalar)
        }
        return String(mask)
    }

    /// Shannon entropy of the local part's characters in bits per character, 0 to 8.
    ///
    /// Out of the portable logarithm, so that a replay elsewhere gives the same bits.
    var localPartEntropy: Double {
        var counts: [Unicode.Scalar: Int] = [:]
        for scalar in localPart.unicodeScalars { counts[scalar, default: 0] += 1 }
        let total = Double(localPart.unicodeScalars.count)
        // Sorted, because a dictionary's order differs from run to run and so would the sum's last bits.
        let sum = counts.values.sorted().reduce(0.0) { $0 + Double($1) * Self.ln(Double($1)) }
        return min(max((Self.ln(total) - sum / total) / Self.ln(2), 0), 8)
    }

    private static let secondLevels: Set = ["co", "com", "org", "net", "ac", "gov", "edu"]

    /// x ≥ 1.
    private static func ln(_ x: Double) -> Double { portableLog1p(x - 1) }

    private static func isLocalPart(_ local: Substring.UnicodeScalarView) -> Bool {
        guard let first = local.first, let last = local.last else { return false }
        let isQuoted = local.count > 2 && first == "\"" && last == "\""
        return local.allSatisfy { scalar in
            !scalar.isControl && (isQuoted || (scalar != "@" && !scalar.properties.isWhitespace))
        }
    }

    private static func isDomain(_ domain: String) -> Bool {
        guard (1...253).contains(domain.utf8.count) else { return false }
        return domain.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && Substring(label).unicodeScalars.allSatisfy(isLabelScalar)
        }
    }

    private static let hyphen = UInt8(ascii: "-")

    /// Letters, digits and hyphens; of the rest of Unicode (internationalised domains) whatever is not blank.
    private static func isLabelScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9", "-": true
        default: scalar.value >= 0x80 && !scalar.properties.isWhitespace && !scalar.isControl
        }
    }

    private static func malformed(_ text: String) -> FieldError {
        .malformed(.email, expected: "an e-mail address like local@domain", text)
    }
}
