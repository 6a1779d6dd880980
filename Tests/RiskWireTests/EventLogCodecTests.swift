import RiskCore
import RiskWire
import TestSupport
import Testing

@Suite struct EventLogCodecTests {
    private let codec = EventLogCodec()

    private func decode(_ bytes: [UInt8]) throws(LogEntryError) -> LogEntry {
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(LogEntryError) in try codec.decode(bytes) }
        }.get()
    }

    private func entry(_ seed: UInt64) throws -> LogEntry {
        var events = RandomEvents(seed: seed)
        events.hasKeyedReferences = true
        events.density = .random(in: 0...1, using: &events.random)
        let content: LogEntry.Content
        switch seed % 4 {
        case 0:
            content = .sessionStarted(
                SessionStart(
                    version: "1.2", stateWasEmpty: events.chance(0.5), accountCapacity: 5, identifierCapacity: 6))
        case 1:
            let decision = Decision.allCases.randomElement(using: &events.random) ?? .allow
            content = .scored(
                try events.event(),
                LoggedAnswer(
                    margin: -0.1, probability: 0.25, decision: decision, modelDigest: events.random.bytes(32...32)))
        case 2: content = .observed(try events.event())
        default:
            content = .labelled(
                Label(
                    account: Reference(events.random.bytes(1...64)), verdict: .verified, source: events.random.word(),
                    reason: events.random.word(0...9), knownAtMs: 17, expiresAtMs: events.chance(0.5) ? 18 : nil))
        }
        return LogEntry(commitSequence: events.random.next(), committedAtMs: 1_700_000_000_000, content: content)
    }

    @Test func everyEntryComesBackAsItWas() throws {
        for seed in 0..<1_000 as Range<UInt64> {
            let entry = try entry(seed)
            #expect(try decode(codec.encode(entry)) == entry, "seed \(seed)")
        }
    }

    @Test func anOutlineIsWhatTheWholeEntrySays() throws {
        for seed in 0..<400 as Range<UInt64> {
            let entry = try entry(seed)
            let outline = try codec.encode(entry).withUnsafeBytes { bytes in
                Result { () throws(LogEntryError) in try codec.outline(bytes) }
            }
            .get()
            #expect(outline.commitSequence == entry.commitSequence && outline.committedAtMs == entry.committedAtMs)
            #expect(outline.isEvent == [1, 2].contains(seed % 4), "seed \(seed)")
        }
    }

    @Test func whatIsNoEntryIsRefused() {
        func failure(_ message: [UInt8]) -> String {
            do {
                return "\(try decode(message))"
            } catch {
                return error.code.rawValue
            }
        }
        #expect(failure([0xff]) == "LOG_MALFORMED")
        #expect(failure(field(1, 1) + field(99, 1)) == "LOG_UNSUPPORTED")
        #expect(failure(field(1, 1)) == "LOG_INVALID")
        #expect(failure(field(12, [])) == "LOG_INVALID")
        #expect(failure(field(12, field(1, field(1, field(1, 1))))) == "LOG_INVALID")  // no time, no account
        #expect(failure(field(13, field(1, "a") + field(2, 9))) == "LOG_UNSUPPORTED")
        let event = field(1, 1) + field(2, 5) + field(3, "a")
        #expect(failure(field(12, field(1, field(1, event) + field(4, [99])))) == "LOG_UNSUPPORTED")
        #expect(failure(field(12, field(1, field(1, event + field(11, field(1, "raw@x.test")))))) == "LOG_INVALID")
    }

    @Test func mutatedEntriesNeverCrash() throws {
        var random = SeededGenerator(seed: 9)
        for round in 0..<8_000 {
            var bytes = codec.encode(try entry(UInt64(round % 16)))
            for _ in 0..<2 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? decode(bytes)
        }
    }
}
