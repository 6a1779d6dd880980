import RiskCore
import Testing

/// Asking what would have been had an account come with other identifiers.
@Suite struct AccountEventIdentifierTests {
    private func event() throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, wordIndex: EventType.usage.rawValue)
        try builder.set(.eventTimeMs, whole: 1_770_000_000_000)
        try builder.set(.accountRef, reference: Reference("a"))
        try builder.set(.orgRef, reference: Reference("tenant"))
        try builder.set(.deviceRef, reference: Reference("device"))
        try builder.add(.prefixMinhash, reference: Reference("p1"))
        try builder.add(.prefixMinhash, reference: Reference("p2"))
        return try builder.build()
    }

    @Test func anEstablishedCompanysDomainIsItsOrganisation() throws {
        let domain = Reference("example.com")
        for (word, days, isOrganisation) in [
            (EmailDomainClass.corporate, 180, true), (.custom, 4000, true), (.custom, 179, false), (.free, 4000, false),
        ] {
            var builder = EventBuilder()
            try builder.set(.eventType, wordIndex: EventType.signup.rawValue)
            try builder.set(.eventTimeMs, whole: 1_770_000_000_000)
            try builder.set(.accountRef, reference: Reference("a"))
            try builder.set(.emailDomainRef, reference: domain)
            try builder.set(.emailDomainClass, wordIndex: word.rawValue)
            #expect(try builder.build().organisationByDomain == nil, "of unknown age")
            try builder.set(.emailDomainAgeDays, whole: UInt64(days))
            #expect(try builder.build().organisationByDomain == (isOrganisation ? domain : nil), "\(word), \(days)")
        }
    }

    @Test func anIdentifierIsReplacedWhereThereIsOne() throws {
        let event = try event()
        let own = Reference("own")
        #expect(event.replacing(.device, with: own).identifier(.device) == own)
        #expect(event.replacing(.device, with: nil).identifier(.device) == nil)
        #expect(event.replacing(.prefix, with: own).prefixMinhash == [own, own])
        #expect(event.replacing(.prefix, with: nil).prefixMinhash.isEmpty)
        for identifierClass in IdentifierClass.allCases where ![.device, .prefix].contains(identifierClass) {
            #expect(event.replacing(identifierClass, with: own) == event, "\(identifierClass)")
            #expect(event.replacing(identifierClass, with: nil) == event, "\(identifierClass)")
        }
    }
}
