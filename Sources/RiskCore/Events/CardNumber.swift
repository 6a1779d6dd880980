/// Recognises what passes for a payment card number, so that none is ever taken in.
public enum CardNumber {
    /// Whether digits, single spaces or hyphens between groups of them allowed, pass for a card number: an issuer's
    /// prefix with that issuer's length, and a right check digit (Luhn, ISO/IEC 7812-1).
    ///
    /// Every stretch of whole groups is tried. A letter right before or behind a run of digits makes it part of
    /// something else, such as a hexadecimal digest. O(bytes) for text without long runs of small groups.
    public static func appears(in bytes: some Sequence<UInt8>) -> Bool {
        var run = DigitRun()
        for byte in bytes where run.take(byte) { return true }
        return run.endsWithCardNumber(beforeLetter: false)
    }

    /// The digits since the last byte that was neither a digit nor a single separator.
    private struct DigitRun {
        var digits: [UInt8] = []
        /// Indices into `digits` at which a group starts.
        var groupStarts: [Int] = []
        var followsLetter = false
        var followsSeparator = false

        /// Takes one more byte; true if a card number ended before it.
        mutating func take(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits.isEmpty || followsSeparator { groupStarts.append(digits.count) }
                digits.append(byte - UInt8(ascii: "0"))
                followsSeparator = false
                return false
            case UInt8(ascii: " "), UInt8(ascii: "-"):
                if followsSeparator || digits.isEmpty { return finish(beforeLetter: false) }
                followsSeparator = true
                return false
            default:
                return finish(beforeLetter: isLetter(byte))
            }
        }

        func endsWithCardNumber(beforeLetter: Bool) -> Bool {
            guard digits.count >= minimumDigitCount else { return false }
            let ends = groupStarts.dropFirst() + (beforeLetter && !followsSeparator ? [] : [digits.count])
            for start in followsLetter ? groupStarts.dropFirst() : groupStarts[...] {
                for end in ends where end > start && CardNumber.isCardNumber(digits[start..<end]) { return true }
            }
            return false
        }

        private mutating func finish(beforeLetter: Bool) -> Bool {
            let found = endsWithCardNumber(beforeLetter: beforeLetter)
            self = DigitRun()
            followsLetter = beforeLetter
            return found
        }

        private func isLetter(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80 || byte == UInt8(ascii: "_")
        }
    }

    /// The refusal for a path.
    static func error(path: String) -> FieldError {
        FieldError(
            .cardNumber, path: path, expected: "a keyed hash or token, never a card number",
            found: "digits that pass for a card number")
    }

    private static let minimumDigitCount = 13
    private static let maximumDigitCount = 19

    private static func isCardNumber(_ digits: ArraySlice<UInt8>) -> Bool {
        guard (minimumDigitCount...maximumDigitCount).contains(digits.count), passesLuhn(digits) else { return false }
        func prefix(_ count: Int) -> Int { digits.prefix(count).reduce(0) { $0 * 10 + Int($1) } }
        let count = digits.count
        switch prefix(2) {
        case 40...49: return count == 13 || count == 16 || count == 19  // Visa
        case 51...55: return count == 16  // Mastercard
        case 34, 37: return count == 15  // American Express
        case 36, 38, 39: return (14...19).contains(count)  // Diners Club
        case 35: return (3528...3589).contains(prefix(4)) && (16...19).contains(count)  // JCB
        case 62, 81: return (16...19).contains(count)  // UnionPay
        case 65: return (16...19).contains(count)  // Discover
        case 60: return [6011, 6040, 6050, 6060].contains(prefix(4)) && (16...19).contains(count)  // Discover, RuPay
        case 64: return (644...649).contains(prefix(3)) && (16...19).contains(count)  // Discover
        case 22...27: return (2221...2720).contains(prefix(4)) && count == 16  // Mastercard
        case 30: return ((300...305).contains(prefix(3)) || prefix(3) == 309) && (14...19).contains(count)  // Diners
        case 50, 56...59, 61, 63, 66...69: return (13...19).contains(count)  // Maestro
        default: return false
        }
    }

    private static func passesLuhn(_ digits: ArraySlice<UInt8>) -> Bool {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let doubled = index % 2 == 0 ? Int(digit) : Int(digit) * 2
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}
