internal import FoundationEssentials

/// What Foundation's decoder does not tell of an object: names that stand twice, and the order of custom values.
///
/// Expects JSON that the decoder has accepted or will refuse; on anything else it finds nothing and does no harm.
struct JSONKeyScan {
    /// Where a name stands a second time, such as `signup.device_ref`.
    private(set) var duplicatePath: String?
    /// The names in `custom`, in order.
    private(set) var customNames: [String] = []

    private struct Level {
        let isObject: Bool
        var names: Set<String> = []
        var name = ""
        var expectsName = true
    }

    private var levels: [Level] = []

    init(_ bytes: ArraySlice<UInt8>) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "{"): levels.append(Level(isObject: true))
            case UInt8(ascii: "["): levels.append(Level(isObject: false))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
            case UInt8(ascii: ","): if !levels.isEmpty { levels[levels.count - 1].expectsName = true }
            case UInt8(ascii: "\""):
                let end = Self.endOfString(bytes, from: index)
                takeString(bytes[index..<end])
                index = end
                continue
            default: break
            }
            index += 1
        }
    }

    /// Takes a string with its quotes.
    private mutating func takeString(_ quoted: ArraySlice<UInt8>) {
        guard let level = levels.last, level.isObject, level.expectsName, quoted.count >= 2 else { return }
        let name = Self.text(quoted)
        if levels.count == 2, levels[0].name == "custom" { customNames.append(name) }
        levels[levels.count - 1].expectsName = false
        levels[levels.count - 1].name = name
        if !levels[levels.count - 1].names.insert(name).inserted, duplicatePath == nil {
            duplicatePath = levels.filter(\.isObject).map { String($0.name.prefix(64)) }.joined(separator: ".")
        }
    }

    private static func text(_ quoted: ArraySlice<UInt8>) -> String {
        guard quoted.contains(UInt8(ascii: "\\")) else {
            return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
        }
        return (try? JSONDecoder().decode(String.self, from: Data(quoted))) ?? ""
    }

    private static func endOfString(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""): return index + 1
            default: index += 1
            }
        }
        return bytes.endIndex
    }
}
