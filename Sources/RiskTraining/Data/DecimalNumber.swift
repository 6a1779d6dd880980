/// What the text of a cell is as a number: digits with an optional sign, point and exponent, spaces around allowed.
enum CellNumber: Equatable {
    case number(Double)
    /// `nan`, `inf` and the like, or digits beyond the range of Float64.
    case notFinite
    case word

    /// Reads the bytes of a range. Correctly rounded, like the standard library, which does the hard cases.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        let trimmed = Self.trim(bytes, range)
        guard let parts = DecimalParts(bytes, trimmed) else {
            self = Self.isNotFiniteWord(bytes, trimmed) ? .notFinite : .word
            return
        }
        if let exact = parts.exact {
            self = .number(exact)
            return
        }
        guard let value = Double(String(decoding: bytes[trimmed], as: UTF8.self)), value.isFinite else {
            self = .notFinite
            return
        }
        self = .number(value)
    }

    private static func trim(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, bytes[low] == 0x20 || bytes[low] == 0x09 { low += 1 }
        while high > low, bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09 { high -= 1 }
        return low..<high
    }

    private static func isNotFiniteWord(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count <= 9 else { return false }
        var word = String(decoding: bytes[range], as: UTF8.self).lowercased()[...]
        if let sign = word.first, sign == "-" || sign == "+" { word = word.dropFirst() }
        return word == "nan" || word == "inf" || word == "infinity"
    }
}

/// The digits and the power of ten of a decimal number.
struct DecimalParts {
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private var isNegative = false
    private var digits: UInt64 = 0
    private var digitCount = 0
    private var exponent = 0

    /// Nil if the bytes are not a decimal number.
    init?(_ bytes: [UInt8], _ range: Range<Int>) {
        var index = range.lowerBound
        let end = range.upperBound
        if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        let whole = takeDigits(bytes, &index, end)
        var fraction = 0
        if index < end, bytes[index] == UInt8(ascii: ".") {
            index += 1
            fraction = takeDigits(bytes, &index, end)
        }
        guard whole + fraction > 0 else { return nil }
        exponent = -fraction
        if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            guard takeExponent(bytes, &index, end) else { return nil }
        }
        guard index == end else { return nil }
    }

    /// The value if one multiplication or division of exact numbers gives it, hence correctly rounded; else nil.
    var exact: Double? {
        // Beyond 19 digits the integer may have wrapped.
        guard digitCount <= 19, digits <= 1 << 53, abs(exponent) < Self.powersOfTen.count else { return nil }
        let power = Self.powersOfTen[abs(exponent)]
        let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
        return isNegative ? -value : value
    }

    private mutating func takeDigits(_ bytes: [UInt8], _ index: inout Int, _ end: Int) -> Int {
        let start = index
        while index < end, bytes[index] &- UInt8(ascii: "0") < 10 {
            digits = digits &* 10 &+ UInt64(bytes[index] &- UInt8(ascii: "0"))
            if digitCount > 0 || digits != 0 { digitCount += 1 }
            index += 1
        }
        return index - start
    }

    private mutating func takeExponent(_ bytes: [UInt8], _ index: inout Int, _ end: Int) -> Bool {
        var sign = 1
        if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
            index += 1
        }
        let start = index
        var value = 0
        while index < end, bytes[index] &- UInt8(ascii: "0") < 10 {
            value = min(value * 10 + Int(bytes[index] &- UInt8(ascii: "0")), 100_000)
            index += 1
        }
        exponent += sign * value
        return index > start
    }
}
