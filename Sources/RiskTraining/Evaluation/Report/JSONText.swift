/// A JSON value whose keys keep their order. Numbers are written shortest; what is no number is `null`.
indirect enum JSONText: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    case text(String)
    case number(Double?)
    case whole(Int?)
    case truth(Bool)
    case list([JSONText])
    case object([(String, JSONText)])

    init(stringLiteral value: String) { self = .text(value) }
    init(booleanLiteral value: Bool) { self = .truth(value) }

    /// The JSON, objects and lists of objects on lines of their own.
    func written(indent: String = "") -> String {
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number): return number.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null"
        case .whole(let whole): return whole.map { "\($0)" } ?? "null"
        case .truth(let truth): return truth ? "true" : "false"
        case .list(let values):
            guard values.contains(where: \.isObject) else {
                return "[" + values.map { $0.written() }.joined(separator: ",") + "]"
            }
            let inner = indent + " "
            return "[\n" + values.map { inner + $0.written(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members):
            let inner = indent + " "
            let lines = members.map { "\(inner)\(Self.quoted($0.0)):\($0.1.written(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private var isObject: Bool {
        if case .object = self { true } else { false }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
