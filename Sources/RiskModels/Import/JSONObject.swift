/// An object of a JSON file, read by name; a refusal says where in the file, what was expected and what is there.
///
/// This library has no parser of JSON: whoever calls it brings a `Decoder` (``XGBoostJSON``).
struct JSONObject {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let values: KeyedDecodingContainer<Key>

    /// The whole of a file.
    init(_ decoder: any Decoder) throws(ImportError) {
        guard let values = try? decoder.container(keyedBy: Key.self) else {
            throw ImportError("expected an object, found \((try? JSONKind(from: decoder))?.word ?? "something else")")
        }
        self.values = values
    }

    private init(_ values: KeyedDecodingContainer<Key>) { self.values = values }

    /// Null counts as missing.
    func contains(_ name: String) -> Bool {
        let key = Key(stringValue: name)
        return values.contains(key) && (try? values.decodeNil(forKey: key)) != true
    }

    func object(_ name: String) throws(ImportError) -> JSONObject {
        guard let inner = try? values.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: name)) else {
            throw wrongKind(name, expected: "an object")
        }
        return JSONObject(inner)
    }

    /// What `body` makes of each object of a list.
    func objects<Value>(
        _ name: String, _ body: (JSONObject) throws(ImportError) -> Value
    ) throws(ImportError) -> [Value] {
        guard var list = try? values.nestedUnkeyedContainer(forKey: Key(stringValue: name)) else {
            throw wrongKind(name, expected: "a list of objects")
        }
        var results: [Value] = []
        while !list.isAtEnd {
            guard let inner = try? list.nestedContainer(keyedBy: Key.self) else {
                throw wrongKind(name, index: results.count, expected: "an object")
            }
            results.append(try body(JSONObject(inner)))
        }
        return results
    }

    func text(_ name: String) throws(ImportError) -> String {
        guard let text = try? values.decode(String.self, forKey: Key(stringValue: name)) else {
            throw wrongKind(name, expected: "text")
        }
        return text
    }

    /// A whole number written as text.
    func whole(_ name: String) throws(ImportError) -> Int {
        let text = try text(name)
        guard let value = Int(text) else {
            throw refusal(name, expected: "a whole number in quotes", found: JSONKind.quoted(text))
        }
        return value
    }

    func texts(_ name: String) throws(ImportError) -> [String] { try list(name, expected: "text") }

    func wholes(_ name: String, count: Int? = nil) throws(ImportError) -> [Int] {
        try list(name, expected: "a whole number", count: count)
    }

    /// Numbers; the texts NaN, Infinity and -Infinity are such.
    func numbers(_ name: String, count: Int? = nil) throws(ImportError) -> [Double] {
        if let list = try? values.decode([Double].self, forKey: Key(stringValue: name)), list.count == count {
            return list
        }
        let list: [JSONNumber] = try list(name, expected: "a number", count: count)
        return list.map(\.value)
    }

    private func list<Value: Decodable>(
        _ name: String, expected: String, count: Int? = nil
    ) throws(ImportError) -> [Value] {
        let key = Key(stringValue: name)
        guard let list = try? values.decode([Value].self, forKey: key) else {
            let trials = (try? values.decode([JSONTrial<Value>].self, forKey: key)) ?? []
            guard let index = trials.firstIndex(where: { !$0.fits }) else { throw wrongKind(name, expected: "a list") }
            throw wrongKind(name, index: index, expected: expected)
        }
        guard count == nil || list.count == count else {
            throw refusal(name, expected: "\(count ?? 0) of them", found: "\(list.count)")
        }
        return list
    }

    func refusal(_ name: String, index: Int? = nil, expected: String, found: String) -> ImportError {
        place.refusal(name, index: index, expected: expected, found: found)
    }

    /// Where the object stands; outlives it.
    var place: JSONPlace {
        JSONPlace(
            path: values.codingPath.reduce(into: "") { path, key in
                path += key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? "" : ".") + key.stringValue
            })
    }

    private func wrongKind(_ name: String, index: Int? = nil, expected: String) -> ImportError {
        let key = Key(stringValue: name)
        guard values.contains(key) else { return refusal(name, expected: expected, found: "nothing") }
        let found: JSONKind?
        if let index {
            let kinds = (try? values.decode([JSONKind].self, forKey: key)) ?? []
            found = kinds.indices.contains(index) ? kinds[index] : nil
        } else {
            found = try? values.decode(JSONKind.self, forKey: key)
        }
        return refusal(name, index: index, expected: expected, found: found?.word ?? "a number that does not fit")
    }
}

/// Where an object stands in a JSON file, such as `learner.gradient_booster.model.trees[17]`.
struct JSONPlace: Sendable {
    let path: String

    /// Refuses a value of the object, or an element of it.
    func refusal(_ name: String, index: Int? = nil, expected: String, found: String) -> ImportError {
        ImportError(
            "expected \(expected), found \(found)",
            path: (path.isEmpty ? "" : path + ".") + name + (index.map { "[\($0)]" } ?? ""))
    }
}

/// What kind of value stands somewhere, in words.
private struct JSONKind: Decodable {
    let word: String

    init(from decoder: any Decoder) throws {
        if (try? decoder.container(keyedBy: NoKey.self)) != nil {
            word = "an object"
        } else if (try? decoder.unkeyedContainer()) != nil {
            word = "a list"
        } else {
            word = Self.word(try decoder.singleValueContainer())
        }
    }

    private static func word(_ value: any SingleValueDecodingContainer) -> String {
        if value.decodeNil() { return "null" }
        if let flag = try? value.decode(Bool.self) { return "\(flag)" }
        if let number = try? value.decode(Double.self) { return "\(number)" }
        if let text = try? value.decode(String.self) { return quoted(text) }
        return "a number that does not fit"
    }

    static func quoted(_ text: String) -> String { "\"\(text.prefix(64))\"" }

    private enum NoKey: CodingKey {}
}

/// A number, or a text that stands for what JSON has no number for.
private struct JSONNumber: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            value = number
            return
        }
        switch try container.decode(String.self) {
        case "NaN": value = .nan
        case "Infinity": value = .infinity
        case "-Infinity": value = -.infinity
        default: throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number")
        }
    }
}

/// Whether a value is of a type.
private struct JSONTrial<Value: Decodable>: Decodable {
    let fits: Bool

    init(from decoder: any Decoder) throws {
        fits = (try? Value(from: decoder)) != nil
    }
}
