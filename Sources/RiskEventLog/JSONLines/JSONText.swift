/// JSON on one line, written front to back.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    mutating func beginObject(_ name: String? = nil) {
        if let name { self.name(name) }
        begin("{")
        needsComma = false
    }

    mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func list<Item>(_ items: some Sequence<Item>, _ write: (inout JSONText, Item) -> Void) {
        begin("[")
        needsComma = false
        for item in items { write(&self, item) }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Whole numbers without a fraction, others as short as reads back the same.
    mutating func number(_ number: Double) {
        // Beyond 2^53 digits would claim to be exact; minus zero has no whole number.
        let isWhole = abs(number) < 0x1p53 && number == number.rounded(.towardZero) && !(number == 0 && number.sign == .minus)
        begin(isWhole ? "\(Int64(number))" : "\(number)")
    }

    mutating func optional(_ name: String, _ value: Double?) {
        guard let value else { return }
        self.name(name)
        number(value)
    }

    mutating func flag(_ value: Bool) { begin(value ? "true" : "false") }

    mutating func string(_ text: String) {
        begin("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let hex = Array("0123456789abcdef".utf8)
                bytes += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func begin(_ text: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }
}
