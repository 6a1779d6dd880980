internal import FoundationEssentials
public import RiskCore

/// An operator's policy as a small JSON file.
///
///     {"version": 7, "model": "<SHA-256 of the only model it is for; may be left out>",
///      "rules": [{"event_type": "usage", "decision": "step_up", "margin": 2.5},
///                {"decision": "review", "probability": 0.9}]}
public enum PolicyJSON {
    /// The largest file that is accepted, in bytes.
    public static let byteLimit = 65_536

    /// Reads a policy from a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - file: Its name, for errors.
    /// - Throws: ``JSONLinesError`` with path, expected and found: unknown or repeated names, wrong types, words and
    ///   ranges, two rules for one decision at one decision point.
    public static func decode(_ bytes: [UInt8], file: String) throws(JSONLinesError) -> OperatorPolicy {
        do throws(FieldError) {
            return try decode(bytes)
        } catch {
            throw JSONLinesError(error, file: file, line: 0)
        }
    }

    private static func decode(_ bytes: [UInt8]) throws(FieldError) -> OperatorPolicy {
        guard bytes.count <= byteLimit else {
            throw FieldError(
                .wrongLength, path: "", expected: "at most \(byteLimit) bytes", found: "\(bytes.count)")
        }
        let object: PolicyObject
        do {
            object = try JSONDecoder().decode(PolicyObject.self, from: Data(bytes))
        } catch let error as FieldError {
            throw error
        } catch {
            throw FieldError(.malformed, path: "", expected: "one JSON object", found: "text that is not")
        }
        if let path = JSONKeyScan(bytes[...]).duplicatePath {
            throw FieldError(.conflict, path: path, expected: "one value", found: "two")
        }
        return try OperatorPolicy(version: object.version, modelDigest: object.modelDigest, rules: object.rules)
    }
}

/// Walks the file's object; ``OperatorPolicy`` checks what is in it.
private struct PolicyObject: Decodable {
    typealias Key = EventLine.Key

    var version = 0
    var modelDigest: [UInt8]?
    var rules: [OperatorPolicy.Rule] = []

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        try Self.refuseUnknown(root, known: ["version", "model", "rules"], path: "")
        version = try Self.whole(root, "version")
        if let text: String = try Self.value(root, "model", path: "model", expected: "a SHA-256 in hexadecimal") {
            modelDigest = try Self.digest(text)
        }
        let key = Key(stringValue: "rules")
        guard root.contains(key) else {
            throw FieldError(.missing, path: "rules", expected: "a list of rules", found: "nothing")
        }
        guard var list = try? root.nestedUnkeyedContainer(forKey: key) else {
            throw JSONValue(object: root, key: key, path: "rules", expected: "a list of rules").wrongType
        }
        while !list.isAtEnd {
            let path = "rules[\(rules.count)]"
            guard let object = try? list.nestedContainer(keyedBy: Key.self) else {
                throw FieldError(.wrongType, path: path, expected: "an object", found: "another kind of value")
            }
            rules.append(try Self.rule(object, path))
        }
    }

    private static func rule(_ object: EventLine.Object, _ path: String) throws -> OperatorPolicy.Rule {
        try refuseUnknown(object, known: ["event_type", "decision", "margin", "probability"], path: path)
        let typeWords = EventType.words.joined(separator: ", ")
        let decisionWords = Decision.allCases.dropFirst().map(\.word).joined(separator: ", ")
        var type: EventType?
        if let word: String = try value(object, "event_type", path: "\(path).event_type", expected: typeWords) {
            type = EventType.allCases.first { $0.word == word }
            guard type != nil else { throw unknown(word, "\(path).event_type", typeWords) }
        }
        guard let word: String = try value(object, "decision", path: "\(path).decision", expected: decisionWords) else {
            throw FieldError(.missing, path: "\(path).decision", expected: decisionWords, found: "nothing")
        }
        guard let decision = Decision(word: word) else { throw unknown(word, "\(path).decision", decisionWords) }
        let margin: Double? = try value(object, "margin", path: "\(path).margin", expected: "a number")
        let share: Double? = try value(object, "probability", path: "\(path).probability", expected: "a number")
        switch (margin, share) {
        case (let margin?, nil): return .init(eventType: type, decision: decision, threshold: .margin(margin))
        case (nil, let share?): return .init(eventType: type, decision: decision, threshold: .probability(share))
        case (nil, nil), (_?, _?):
            throw FieldError(
                margin == nil ? .missing : .conflict, path: path, expected: "either margin or probability",
                found: margin == nil ? "neither" : "both")
        }
    }

    private static func unknown(_ word: String, _ path: String, _ words: String) -> FieldError {
        FieldError(.unknownWord, path: path, expected: "one of \(words)", found: "\"\(word.prefix(64))\"")
    }

    private static func value<Value: Decodable>(
        _ object: EventLine.Object, _ name: String, path: String, expected: String
    ) throws -> Value? {
        let key = Key(stringValue: name)
        guard JSONValue.isPresent(object, key) else { return nil }
        return try JSONValue(object: object, key: key, path: path, expected: expected).decode(Value.self)
    }

    private static func whole(_ object: EventLine.Object, _ name: String) throws -> Int {
        let expected = "a whole number from \(OperatorPolicy.versions.lowerBound)"
        guard let number: Double = try value(object, name, path: name, expected: expected) else {
            throw FieldError(.missing, path: name, expected: expected, found: "nothing")
        }
        guard let whole = Int(exactly: number) else {
            throw FieldError(.wrongType, path: name, expected: expected, found: "\(number)")
        }
        return whole
    }

    private static func digest(_ text: String) throws(FieldError) -> [UInt8] {
        let digits = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard digits.count == 64, text.utf8.count == 64 else {
            throw FieldError(
                .malformed, path: "model", expected: "a SHA-256 as 64 hexadecimal digits, a to f in lower case",
                found: "\(text.utf8.count) other characters")
        }
        return (0..<32).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
    }

    private static func refuseUnknown(
        _ object: EventLine.Object, known: Set<String>, path: String
    ) throws(FieldError) {
        guard let name = object.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) }) else {
            return
        }
        throw FieldError(
            .unknownField, path: (path.isEmpty ? "" : path + ".") + name.prefix(64),
            expected: "one of \(known.sorted().joined(separator: ", "))", found: "an unknown name")
    }
}
