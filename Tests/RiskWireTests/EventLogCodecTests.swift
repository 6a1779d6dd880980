import RiskCore
import RiskWire
import TestSupport
import Testing

@Suite struct EventLogCodecTests {
    private let codec = EventLogCodec()

    private func decode(_ bytes: [UInt8], at offset: Int = 0) throws(LogEntryError) -> EventLogCodec.Outcome {
        try bytes.withUnsafeBytes { bytes -> Result<EventLogCodec.Outcome, LogEntryError> in
            do throws(LogEntryError) { return .success(try codec.decode(bytes, at: offset)) } catch {
                return .failure(error)
            }
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
            let bytes = codec.encode(entry)
            #expect(try decode(bytes) == .entry(entry, byteCount: bytes.count), "seed \(seed)")
        }
    }

    @Test func entriesFollowEachOtherAndACutOneIsIncomplete() throws {
        let entries = try (0..<8 as Range<UInt64>).map { try entry($0) }
        let bytes = entries.flatMap { codec.encode($0) }
        var offset = 0
        for entry in entries {
            guard case .entry(let found, let count) = try decode(bytes, at: offset) else {
                Issue.record("incomplete at \(offset)")
                return
            }
            #expect(found == entry)
            for cut in offset..<offset + count {
                #expect(try decode(Array(bytes.prefix(cut)), at: offset) == .incomplete)
            }
            offset += count
        }
        #expect(offset == bytes.count)
        #expect(try decode(bytes, at: offset) == .incomplete)
    }

    @Test func whatIsNoEntryIsRefusedWithItsOffset() {
        func failure(_ message: [UInt8]) -> String {
            do {
                return "\(try decode([1, 2, 3] + varint(UInt64(message.count)) + message, at: 3))"
            } catch {
                #expect(error.byteOffset == 3)
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
        for length in [UInt64(WireLimits.logEntryByteCount) + 1, 1 << 28, 1 << 40, .max] {
            #expect(throws: LogEntryError.self) { try decode(varint(length)) }
        }
        #expect(throws: Never.self) { try decode(varint(UInt64(WireLimits.logEntryByteCount))) }
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
