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

    @Test func anIdentifierIsReplacedWhereThereIsOne() throws {
        let event = try event()
        let own = Reference("own")
        #expect(event.replacing(.device, with: own).identifier(.device) == own)
        #expect(event.replacing(.device, with: nil).identifier(.device) == nil)
        #expect(event.replacing(.prefix, with: own).prefixMinhash == [own])
        #expect(event.replacing(.prefix, with: nil).prefixMinhash.isEmpty)
        for identifierClass in IdentifierClass.allCases where ![.device, .prefix].contains(identifierClass) {
            #expect(event.replacing(identifierClass, with: own) == event, "\(identifierClass)")
            #expect(event.replacing(identifierClass, with: nil) == event, "\(identifierClass)")
        }
    }
}
