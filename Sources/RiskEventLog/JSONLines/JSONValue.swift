internal import RiskCore

/// One value of a JSON object, with what to say if it is of the wrong type.
struct JSONValue {
    var object: EventLine.Object
    var key: EventLine.Key
    var path: String
    var expected: String

    /// Null counts as missing.
    static func isPresent(_ object: EventLine.Object, _ key: EventLine.Key) -> Bool {
        object.contains(key) && (try? object.decodeNil(forKey: key)) != true
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try object.decode(type, forKey: key)
        } catch is DecodingError {
            throw wrongType
        }
    }

    func decodeList<Value: Decodable>(_ type: Value.Type) throws -> [Value] {
        guard var list = try? object.nestedUnkeyedContainer(forKey: key) else { throw wrongType }
        var values: [Value] = []
        while !list.isAtEnd {
            guard let value = try? list.decode(type) else {
                throw FieldError(
                    .wrongType, path: "\(path)[\(values.count)]", expected: expected, found: "another kind of value")
            }
            values.append(value)
        }
        return values
    }

    var wrongType: FieldError { FieldError(.wrongType, path: path, expected: expected, found: kind) }

    private var kind: String {
        if (try? object.decode(Bool.self, forKey: key)) != nil { return "true or false" }
        if (try? object.decode(Double.self, forKey: key)) != nil { return "a number" }
        if (try? object.decode(String.self, forKey: key)) != nil { return "text" }
        if (try? object.nestedUnkeyedContainer(forKey: key)) != nil { return "a list" }
        if (try? object.nestedContainer(keyedBy: EventLine.Key.self, forKey: key)) != nil { return "an object" }
        return "a number that does not fit"
    }
}
