import RiskCore
import RiskIdentity
import TestSupport
import Testing

/// An event with one raw value keyed into it.
private func keyed(
    _ kind: RawIdentifiers.Kind, _ text: String, seed: UInt8 = 1
) throws -> AccountEvent {
    var raw = RawIdentifiers()
    try raw.set(kind, text)
    return try keyed(raw, into: minimalBuilder(), seed: seed)
}

private func keyed(_ raw: RawIdentifiers, into start: EventBuilder, seed: UInt8 = 1) throws -> AccountEvent {
    let key = try #require(IdentifierKey(bytes: [UInt8](repeating: seed, count: 32)))
    var builder = start
    try IdentityKeyer(key).apply(raw, to: &builder)
    return try builder.build()
}

private func minimalBuilder() throws -> EventBuilder {
    var builder = EventBuilder()
    try builder.set(.eventType, word: "signup")
    try builder.set(.eventTimeMs, whole: 1)
    try builder.set(.accountRef, reference: Reference("a"))
    return builder
}

@Suite struct IdentityKeyerTests {
    @Test(arguments: [
        ("Ada@Example.COM", "ada@example.com"), ("  ada@example.com\n", "ada@example.com"),
        ("ada@example.com.", "ada@example.com"), ("ÄDA@MÜNCHEN.example", "äda@münchen.example"),
        ("\"a@b\"@example.com", "\"A@B\"@example.com"),
    ])
    func spellingsOfOneEmailMatch(left: String, right: String) throws {
        #expect(try keyed(.email, left) == keyed(.email, right))
    }

    @Test(arguments: [("ada@example.com", "ada+1@example.com"), ("a.da@example.com", "ada@example.com")])
    func differentEmailsDoNot(left: String, right: String) throws {
        let (left, right) = (try keyed(.email, left), try keyed(.email, right))
        #expect(left.emailReference != right.emailReference)
        #expect(left.reference(.emailDomainRef) == right.reference(.emailDomainRef))
    }

    @Test(arguments: [
        ("a@mail.example.com", "a@example.com", true), ("a@x.co.uk", "a@y.co.uk", false),
        ("a@m.x.co.uk", "a@x.co.uk", true), ("a@a.co.example", "a@b.co.example", true),
        ("a@localhost", "b@localhost", true), ("a@example.com", "a@example.org", false),
        ("a@co.uk", "a@co.uk", true), ("a@mail.kk.de", "a@kk.de", true),
    ])
    func theRegistrableDomainIsWhatLinks(left: String, right: String, isSame: Bool) throws {
        let left = try keyed(.email, left).reference(.emailDomainRef)
        #expect(try (left == keyed(.email, right).reference(.emailDomainRef)) == isSame)
    }

    @Test(arguments: [
        ("fake_jeffrey09@example.org", "made_patrick17@example.com", true), ("ab1@x.org", "a1b@x.org", false),
        ("ab@x.org", "abc@x.org", false), ("a.b@x.org", "c.d@y.org", true), ("é1@x.org", "b٣@x.org", true),
    ])
    func theMaskIsTheShape(left: String, right: String, isSame: Bool) throws {
        let left = try keyed(.email, left).reference(.emailMaskRef)
        #expect(try (left == keyed(.email, right).reference(.emailMaskRef)) == isSame)
    }

    @Test(arguments: [
        ("aaaa@x.org", 0), ("abab@x.org", 1), ("abcd@x.org", 2), ("ABab@x.org", 1), ("aab@x.org", 0.918296),
    ])
    func entropyIsInBitsPerCharacter(email: String, bits: Double) throws {
        #expect(abs(try keyed(.email, email).number(.emailLocalpartEntropy) - bits) < 1e-6)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.254", true), ("192.0.2.1", "192.0.3.1", false),
        (" 192.0.2.1 ", "::ffff:192.0.2.9", true),
        ("2001:db8:1::1", "2001:0DB8:0001:ffff::2", true), ("2001:db8:1::", "2001:db8:2::", false),
        ("::ffff:c000:201", "192.0.2.77", true), ("::192.0.2.1", "192.0.2.1", false),
    ])
    func addressesMatchByPrefix(left: String, right: String, isSame: Bool) throws {
        let left = try keyed(.ip, left).reference(.ipPrefixRef)
        #expect(try (left == keyed(.ip, right).reference(.ipPrefixRef)) == isSame)
    }

    @Test(arguments: [
        (RawIdentifiers.Kind.phone, "+1 (555) 010-0199", "15550100199"), (.phone, "555.0100", "555\u{2011}0100"),
        (.device, " D-77 ", "D-77"), (.userAgent, "agent/1  (x;\t y) ", "agent/1 (x; y)"),
        (.billingAddress, "12, Rue de l'Été\n Paris", "12 RUE DE L ÉTÉ PARIS"),
        (.billingAddress, "#4 – Main St.", "4 main st"),
    ])
    func spellingsMatch(kind: RawIdentifiers.Kind, left: String, right: String) throws {
        #expect(try keyed(kind, left) == keyed(kind, right))
    }

    @Test(arguments: [
        (RawIdentifiers.Kind.device, "d1", "D1"), (.userAgent, "agent/1", "agent/2"), (.phone, "5550100", "5550101"),
        (.billingAddress, "1 Main St", "11 Main St"), (.billingAddress, "1 2 Main", "12 Main"),
    ])
    func differentValuesDoNotMatch(kind: RawIdentifiers.Kind, left: String, right: String) throws {
        #expect(try keyed(kind, left) != keyed(kind, right))
    }

    @Test(arguments: [
        (
            RawIdentifiers.Kind.email,
            [
                "ada", "@example.com", "ada@", "a b@example.com", "a@b@example.com", "a@-x.com",
                "a@x-.com", "a@x..com", "a@.com", "a@x_y.com", "a@x y.com", "a@[192.0.2.1]", "a\u{7}@x.com",
                "a@\(String(repeating: "x", count: 64)).com", "@", "a@.",
            ]
        ),
        (.ip, ["192.0.2", "192.0.2.256", "192.0.2.1/24", "2001:db8::g", "fe80::1%eth0", "example.com", "1.2.3.4.5"]),
        (.phone, ["12345", "1234567890123456", "555-CALL-NOW", "++15550100", "1+5550100", "٥٥٥٠١٠٠", "+"]),
        (.device, [" ", "\n\t"]), (.userAgent, ["  "]), (.billingAddress, ["--- , ."]),
    ])
    func whatIsNoneIsRefused(kind: RawIdentifiers.Kind, texts: [String]) throws {
        for text in texts {
            let error = #expect(throws: FieldError.self, "\(text)") { try keyed(kind, text) }
            #expect(error?.code == .malformed)
            #expect(error?.path == "raw.\(kind.rawValue)")
            #expect(error?.found == "other text of \(text.utf8.count) bytes")
        }
    }

    @Test func aReferenceAndARawValueConflict() throws {
        let cases: [(RawIdentifiers.Kind, String, EventField)] = [
            (.email, "a@x.org", .emailDomainRef), (.email, "a@x.org", .emailMaskRef), (.ip, "192.0.2.1", .ipPrefixRef),
            (.device, "d", .deviceRef), (.userAgent, "u", .clientClaimedRef), (.billingAddress, "b", .billingAddrRef),
        ]
        for (kind, text, field) in cases {
            var raw = RawIdentifiers()
            try raw.set(kind, text)
            var builder = try minimalBuilder()
            try builder.set(field, reference: Reference("own"))
            let error = #expect(throws: FieldError.self) { try keyed(raw, into: builder) }
            #expect(error?.code == .conflict)
            #expect(error?.path == field.spec.path)
        }
    }

    @Test func theCallersEntropyIsKept() throws {
        var raw = RawIdentifiers()
        try raw.set(.email, "abcd@x.org")
        var builder = try minimalBuilder()
        try builder.set(.emailLocalpartEntropy, number: 0.5)
        #expect(try keyed(raw, into: builder).number(.emailLocalpartEntropy) == 0.5)
    }

    @Test func classesAndKeysAreApart() throws {
        let device = try #require(try keyed(.device, "same").reference(.deviceRef))
        let agent = try #require(try keyed(.userAgent, "same").reference(.clientClaimedRef))
        let other = try #require(try keyed(.device, "same", seed: 2).reference(.deviceRef))
        #expect(Set([device, agent, other]).count == 3)
        #expect(device.bytes.count == 16 && device.namespace == .serverKeyed)
    }

    /// The hash itself, worked out elsewhere: HMAC-SHA256 of `device`, NUL, `d77` under 32 bytes of 1.
    @Test func theHashIsHMAC() throws {
        let reference = try #require(try keyed(.device, "d77").reference(.deviceRef))
        let hex = reference.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == "1c7c64cc6fe0f9d405b9ef7d376dcbd6")
    }

    @Test func noErrorRepeatsAValue() throws {
        var generator = SeededGenerator(seed: 20)
        let alphabet = Array("qzjxwvkQZJX@.:+-% '\"_\u{e9}\u{4e2d}")
        for round in 0..<4000 {
            let text = String(
                (0..<Int.random(in: 5...40, using: &generator)).map { _ in
                    alphabet.randomElement(using: &generator)!
                })
            for kind in RawIdentifiers.Kind.allCases {
                do {
                    _ = try keyed(kind, text)
                } catch let error as FieldError {
                    #expect(!error.description.contains(text), "seed 20, round \(round), \(kind)")
                }
            }
        }
    }
}
