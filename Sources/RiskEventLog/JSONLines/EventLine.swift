internal import FoundationEssentials
internal import RiskCore

/// Walks one JSON object along the contract's table; ``EventBuilder`` does the checking.
struct EventLine: DecodableWithConfiguration {
    struct Configuration {
        var isLenient: Bool
        /// The names in `custom`, in the order of the text.
        var customNames: [String]
    }

    /// Any name.
    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    typealias Object = KeyedDecodingContainer<Key>

    private(set) var builder = EventBuilder()
    private(set) var raw = RawIdentifiers()
    private(set) var dropped: [String] = []
    private let configuration: Configuration

    private static let names = Dictionary(
        uniqueKeysWithValues: EventSection.allCases.map { section in
            (section, Set(EventField.fields(in: section).map(\.spec.name)))
        })
    private static let fields = Dictionary(
        uniqueKeysWithValues: EventSection.allCases.map { ($0, EventField.fields(in: $0)) })

    init(from decoder: any Decoder, configuration: Configuration) throws {
        self.configuration = configuration
        let root = try decoder.container(keyedBy: Key.self)
        let objects = EventSection.allCases.dropFirst().map(\.rawValue) + ["intel", "raw", "custom"]
        try read(root, section: .envelope)
        try refuseUnknown(root, known: Self.names[.envelope]!.union(objects), path: "")
        for section in EventSection.allCases.dropFirst() {
            guard let object = try child(root, section.rawValue, path: section.rawValue) else { continue }
            try read(object, section: section)
            try refuseUnknown(object, known: Self.names[section]!, path: section.rawValue)
        }
        if let object = try child(root, "intel", path: "intel") { try readIntel(object) }
        if let object = try child(root, "raw", path: "raw") { try readRaw(object) }
        if let object = try child(root, "custom", path: "custom") { try readCustom(object) }
    }

    private mutating func read(_ object: Object, section: EventSection) throws {
        for field in Self.fields[section]! {
            let (key, path) = (Key(stringValue: field.spec.name), field.spec.path)
            guard JSONValue.isPresent(object, key) else { continue }
            let value = JSONValue(object: object, key: key, path: path, expected: field.spec.expectation)
            switch field.spec.kind {
            case .whole, .number: try builder.set(field, number: value.decode(Double.self))
            case .flag: try builder.set(field, flag: value.decode(Bool.self))
            case .word: try setWord(field, value.decode(String.self))
            case .reference:
                let text = try value.decode(String.self)
                let isCallers = field == .accountRef || field == .orgRef
                try builder.set(
                    field,
                    reference: isCallers
                        ? ReferenceText.decodeCaller(text, path: path) : ReferenceText.decode(text, path: path))
            case .histogram: try builder.set(field, histogram: value.decodeList(Double.self))
            case .references:
                for (index, text) in try value.decodeList(String.self).enumerated() {
                    try builder.add(field, reference: ReferenceText.decodeCaller(text, path: "\(path)[\(index)]"))
                }
            }
        }
    }

    private mutating func setWord(_ field: EventField, _ word: String) throws(FieldError) {
        do throws(FieldError) {
            try builder.set(field, word: word)
        } catch where configuration.isLenient && error.code == .unknownWord {
            dropped.append(field.spec.path)
        }
    }

    private mutating func readRaw(_ object: Object) throws {
        for kind in RawIdentifiers.Kind.allCases {
            let key = Key(stringValue: kind.rawValue)
            guard JSONValue.isPresent(object, key) else { continue }
            let text = try JSONValue(object: object, key: key, path: kind.path, expected: "text").decode(String.self)
            switch kind {
            case .email where ReferenceText.isKeyed(text):
                builder.setEmail(try ReferenceText.decode(text, path: kind.path))
            case .phone where ReferenceText.isKeyed(text):
                builder.setPhone(try ReferenceText.decode(text, path: kind.path))
            default:
                try raw.set(kind, text)
            }
        }
        try refuseUnknown(object, known: Set(RawIdentifiers.Kind.allCases.map(\.rawValue)), path: "raw")
    }

    private mutating func readCustom(_ object: Object) throws {
        for name in configuration.customNames {
            let key = Key(stringValue: name)
            guard JSONValue.isPresent(object, key) else { continue }
            let value = JSONValue(
                object: object, key: key, path: "custom.\(name.prefix(64))", expected: "a number or text")
            let isText = (try? object.decode(String.self, forKey: key)) != nil
            try builder.add(
                CustomValue(
                    name: name,
                    value: isText ? .text(value.decode(String.self)) : .number(value.decode(Double.self))))
        }
    }

    /// A nested object; nil if it is missing.
    func child(_ object: Object, _ name: String, path: String) throws -> Object? {
        let key = Key(stringValue: name)
        guard JSONValue.isPresent(object, key) else { return nil }
        do {
            return try object.nestedContainer(keyedBy: Key.self, forKey: key)
        } catch is DecodingError {
            throw JSONValue(object: object, key: key, path: path, expected: "an object").wrongType
        }
    }

    mutating func refuseUnknown(_ object: Object, known: Set<String>, path: String) throws(FieldError) {
        let unknown = object.allKeys.map(\.stringValue).filter { !known.contains($0) }.sorted()
        for name in unknown {
            let place = (path.isEmpty ? "" : path + ".") + name.prefix(64)
            guard configuration.isLenient else {
                throw FieldError(
                    .unknownField, path: place, expected: "a field of the contract", found: "an unknown field")
            }
            drop(place)
        }
    }

    mutating func add(_ link: IntelLink) throws(FieldError) { try builder.add(link) }
    mutating func add(_ hit: PartnerHit) throws(FieldError) { try builder.add(hit) }

    var isLenient: Bool { configuration.isLenient }

    /// Notes what was left out, list indices aside.
    mutating func drop(_ path: String) {
        var place = ""
        var isInIndex = false
        for character in path {
            if character == "]" { isInIndex = false }
            if !isInIndex { place.append(character) }
            if character == "[" { isInIndex = true }
        }
        dropped.append(place)
    }
}
