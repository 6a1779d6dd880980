internal import RiskCore

extension EventLine {
    mutating func readIntel(_ object: Object) throws {
        for (index, item) in try items(object, "links", "intel.links").enumerated() {
            try readLink(item, path: "intel.links[\(index)]")
        }
        for (index, item) in try items(object, "partner_hits", "intel.partner_hits").enumerated() {
            try readHit(item, path: "intel.partner_hits[\(index)]")
        }
        try refuseUnknown(object, known: ["links", "partner_hits"], path: "intel")
    }

    private mutating func readLink(_ object: Object, path: String) throws {
        let known: Set = [
            "class", "accounts_1d", "accounts_7d", "accounts_30d", "banned", "verified", "expected_degree", "source",
        ]
        try refuseUnknown(object, known: known, path: path)
        guard let identifierClass = try identifierClass(object, path: path) else { return }
        var link = IntelLink(identifierClass)
        link.accounts1d = try whole(object, "accounts_1d", path)
        link.accounts7d = try whole(object, "accounts_7d", path)
        link.accounts30d = try whole(object, "accounts_30d", path)
        link.banned = try whole(object, "banned", path)
        link.verified = try whole(object, "verified", path)
        link.expectedDegree = try value(object, "expected_degree", path, expected: "a number of at least 0")?
            .decode(Double.self)
        let sources = IntelSource.words
        if let word = try value(object, "source", path, expected: oneOf(sources))?.decode(String.self) {
            link.source = sources.firstIndex(of: word).flatMap(IntelSource.init(rawValue:))
            if link.source == nil { try refuseWord(word, "\(path).source", expected: oneOf(sources)) }
        }
        try add(link)
    }

    private mutating func readHit(_ object: Object, path: String) throws {
        try refuseUnknown(object, known: ["class", "confidence", "age_days"], path: path)
        guard let identifierClass = try identifierClass(object, path: path) else { return }
        var hit = PartnerHit(identifierClass)
        hit.confidence = try value(object, "confidence", path, expected: "a number from 0 to 1")?.decode(Double.self)
        hit.ageDays = try whole(object, "age_days", path)
        try add(hit)
    }

    /// The class; nil if it is unknown and that was let pass.
    private mutating func identifierClass(_ object: Object, path: String) throws -> IdentifierClass? {
        let place = "\(path).class"
        let expected = oneOf(IdentifierClass.allCases.map(\.word))
        guard let word = try value(object, "class", path, expected: expected)?.decode(String.self) else {
            throw FieldError(.missing, path: place, expected: expected, found: "nothing")
        }
        guard let identifierClass = IdentifierClass(word: word) else {
            try refuseWord(word, place, expected: expected)
            return nil
        }
        return identifierClass
    }

    private mutating func refuseWord(_ word: String, _ path: String, expected: String) throws(FieldError) {
        guard isLenient else {
            throw FieldError(
                .unknownWord, path: path, expected: expected,
                found: "an unknown word of \(word.utf8.count) bytes")
        }
        drop(path)
    }

    private func whole(_ object: Object, _ name: String, _ path: String) throws -> UInt64? {
        let expected = "a whole number from 0 to \(FieldSpec.wholeMaximum)"
        guard let number = try value(object, name, path, expected: expected)?.decode(Double.self) else { return nil }
        guard let whole = UInt64(exactly: number), whole <= FieldSpec.wholeMaximum else {
            throw FieldError(.outOfRange, path: "\(path).\(name)", expected: expected, found: "\(number)")
        }
        return whole
    }

    private func value(_ object: Object, _ name: String, _ path: String, expected: String) throws -> JSONValue? {
        let key = Key(stringValue: name)
        guard JSONValue.isPresent(object, key) else { return nil }
        return JSONValue(object: object, key: key, path: "\(path).\(name)", expected: expected)
    }

    private func oneOf(_ words: [String]) -> String { "one of " + words.joined(separator: ", ") }

    private func items(_ object: Object, _ name: String, _ path: String) throws -> [Object] {
        let key = Key(stringValue: name)
        guard JSONValue.isPresent(object, key) else { return [] }
        let value = JSONValue(object: object, key: key, path: path, expected: "a list of objects")
        guard var list = try? object.nestedUnkeyedContainer(forKey: key) else { throw value.wrongType }
        var items: [Object] = []
        while !list.isAtEnd {
            guard let item = try? list.nestedContainer(keyedBy: Key.self) else {
                throw FieldError(
                    .wrongType, path: "\(path)[\(items.count)]", expected: "an object", found: "another value")
            }
            items.append(item)
        }
        return items
    }
}
