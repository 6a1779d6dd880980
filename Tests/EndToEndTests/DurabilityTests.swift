import Foundation
import RiskCore
import RiskEventLog
import RiskWire
import Testing

/// What survives a kill, a torn file and a full disk.
@Suite(.serialized) struct DurabilityTests {
    /// A label that was answered is in force after `kill -9`, on links that were made before it and after it.
    @Test func anAnsweredLabelSurvivesKill9() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        var client = try await service.connect()
        let first = try await client.send(.score(ScoreCall(event: try .signup("bad-1", device: "d1")))).answer()
        _ = try await client.send(.observe(ObserveCall(event: try .signup("bad-2", device: "d2")))).outcome.get()
        for target in [FeedbackCall.Target.decision(id: first.decisionID), .account(Reference("bad-2"))] {
            let call = FeedbackCall(target: target, verdict: .abusive, source: "test")
            _ = try await client.send(.feedback(call)).outcome.get()
        }
        service.killHard()
        try service.start()
        client = try await service.connect()
        for device in ["d1", "d2"] {
            let call = ScoreCall(event: try .signup("neighbour", device: device), isDryRun: true)
            let link = try #require(try await client.send(.score(call)).answer().link(.device), "\(device)")
            #expect(link.accounts == 1 && link.labelledBad == 1, "\(device)")
        }

        // An event that follows a label reaches the file some milliseconds later, and the link it makes counts too.
        let late = ScoreCall(event: try .signup("bad-1", device: "d3"))
        let sequence = try await client.send(.score(late)).answer().commitSequence
        try await eventually("the log holds the event") { try Self.lastSequence(service) >= sequence }
        service.killHard()
        try service.start()
        client = try await service.connect()
        let call = ScoreCall(event: try .signup("neighbour", device: "d3"), isDryRun: true)
        let link = try #require(try await client.send(.score(call)).answer().link(.device))
        #expect(link.accounts == 1 && link.labelledBad == 1)
        let withdrawal = FeedbackCall(target: .account(Reference("bad-1")), verdict: .withdrawn, source: "test")
        _ = try await client.send(.feedback(withdrawal)).outcome.get()
        service.killHard()
        try service.start()
        client = try await service.connect()
        #expect(try await client.send(.score(call)).answer().link(.device)?.labelledBad == 0, "so is its withdrawal")
        try await client.close()
        #expect(service.stop() == 0)
    }

    @Test func aTornTailIsCutOffAndReported() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        var client = try await service.connect()
        for index in 1...10 {
            _ = try await client.send(.score(ScoreCall(event: try .signup("a\(index)", device: "d")))).answer()
        }
        try await client.close()
        #expect(service.stop() == 0)
        let segment = try service.lastSegment()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: segment))
        bytes.removeLast(3)
        try bytes.write(to: URL(fileURLWithPath: segment))
        try service.start()
        #expect(service.log.contains("cut off an unfinished entry at the end of the event log"))
        #expect(service.log.contains(segment))
        client = try await service.connect()
        let call = ScoreCall(event: try .signup("b", device: "d"))
        let answer = try await client.send(.score(call)).answer()
        #expect(answer.link(.device)?.accounts == 9, "the torn entry is gone, the others are not")
        // The session's start took the torn entry's place.
        #expect(answer.commitSequence == 12)
        try await client.close()
        #expect(service.stop() == 0)
        let reader = try EventLogReader(path: service.eventLog)
        while try reader.next() != nil {}
        #expect(reader.lastSequence == 12 && reader.lostEntryCount == 0 && reader.tornTail == nil)
    }

    /// A log that cannot grow stops labels, not scores, and everybody is told.
    @Test func aFullDiskStopsLabelsAndNotScores() async throws {
        let service = try ServiceProcess(
            model: try TestModels.file(seed: 1), arguments: ["--log-buffer-bytes", "\(1 << 20)"], limits: "-f 256")
        let client = try await service.connect()
        let label = FeedbackCall(target: .account(Reference("account-1")), verdict: .abusive, source: "test")
        _ = try await client.send(.feedback(label)).outcome.get()
        #expect(try service.metric("stillwatch_event_log_failing") == 0)
        var scored = 0
        var degraded = 0
        while degraded < 300, scored < 60_000 {
            let calls = try (scored..<scored + 100).map {
                Result<ScoreCall, StatusError>.success(ScoreCall(event: try Self.large("account-\($0)")))
            }
            guard case .scoreBatch(let answers) = try await client.send(.scoreBatch(calls)).outcome.get() else {
                return
            }
            for answer in answers where try answer.get().degraded == ["EVENT_LOG"] { degraded += 1 }
            scored += answers.count
        }
        #expect(degraded >= 300, "after \(scored) events")
        try await eventually("the service notices") { try service.metric("stillwatch_event_log_failing") == 1 }
        #expect(try service.metric("stillwatch_event_log_dropped_total") == Double(degraded))
        #expect(try service.metric("stillwatch_event_log_errors_total") >= 1)
        let refusal = try await client.send(.feedback(label)).refusal()
        #expect(refusal.code == .unavailable && refusal.reason == "EVENT_LOG_FAILING")
        #expect(refusal.message.contains("File too large"))
        #expect(try service.metric("stillwatch_requests_total{method=\"feedback\",code=\"unavailable\"}") == 1)
        let observed = try await client.send(.observe(ObserveCall(event: try Self.large("other")))).outcome.get()
        guard case .observe(_, ["EVENT_LOG"]) = observed else {
            Issue.record("expected a degraded answer")
            return
        }
        try await client.close()
        #expect(service.stop() == 0, "the service ends in order")

        let reader = try EventLogReader(path: service.eventLog)
        while try reader.next() != nil {}
        #expect(reader.tornTail == nil && reader.entryCount > 100 && reader.entryCount < scored)
    }

    /// What a newer program wrote is not passed over: the service would serve with a state that lacks it.
    @Test func anEntryOfAnUnknownKindStopsTheStart() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        _ = try await client.send(.score(ScoreCall(event: try .signup("a")))).answer()
        try await client.close()
        #expect(service.stop() == 0)
        let segment = try service.lastSegment()
        let sound = try Data(contentsOf: URL(fileURLWithPath: segment))
        // Sequence 3, committed at 1, member 19 of the oneof with an empty message.
        let entry: [UInt8] = [0x08, 3, 0x10, 1, 0x9a, 0x01, 0]
        try (sound + Self.framed(entry)).write(to: URL(fileURLWithPath: segment))
        let (status, error) = try service.failedStart()
        #expect(status == 1)
        #expect(error.contains("\(segment)@\(sound.count)"), "\(error)")
        #expect(error.contains("unsupported") && error.contains("newer"), "\(error)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: segment)).count == sound.count + entry.count + 12)
        try sound.write(to: URL(fileURLWithPath: segment))
        try service.start()
        #expect(service.stop() == 0)
    }

    /// An entry as the log's files have it, by the format's description rather than by the product's code.
    private static func framed(_ entry: [UInt8]) -> [UInt8] {
        func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        func checksum(_ bytes: [UInt8]) -> UInt32 {
            var value = ~UInt32(0)
            for byte in bytes {
                value ^= UInt32(byte)
                for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
            }
            return ~value
        }
        let head = word(UInt32(entry.count)) + word(checksum(entry))
        return head + word(checksum(head)) + entry
    }

    /// An event of about two kilobytes.
    private static func large(_ account: String) throws -> IncomingEvent {
        var builder = try IncomingEvent.signup(account).builder
        for field in EventField.allCases where !builder.isSet(field) {
            let text = "\(field)-\(account)-"
            let reference = Reference(text + String(repeating: "x", count: 64 - text.utf8.count))
            switch field.spec.kind {
            case .reference: try builder.set(field, reference: reference)
            case .references: for _ in 0..<8 { try builder.add(field, reference: reference) }
            default: break
            }
        }
        return IncomingEvent(builder: builder)
    }

    private static func lastSequence(_ service: ServiceProcess) throws -> UInt64 {
        let reader = try EventLogReader(path: service.eventLog)
        while try reader.next() != nil {}
        return reader.lastSequence ?? 0
    }
}
