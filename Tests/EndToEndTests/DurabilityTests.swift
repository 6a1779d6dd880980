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
        let segment = try Self.lastSegment(service)
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
        let segment = try Self.lastSegment(service)
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

    /// One flipped bit in the middle stops the start and names its place; what is whole can be had back.
    @Test func aFlippedBitStopsTheStartUntilTheLogIsSalvaged() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        var client = try await service.connect()
        for index in 1...10 {
            _ = try await client.send(.score(ScoreCall(event: try .signup("a\(index)", device: "d")))).answer()
        }
        let label = FeedbackCall(target: .account(Reference("a10")), verdict: .abusive, source: "test")
        _ = try await client.send(.feedback(label)).outcome.get()
        service.killHard()
        let segment = try Self.lastSegment(service)
        #expect(try Executable.run(Executable.path("stillwatch"), ["events", "--check", service.eventLog]).status == 0)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: segment))
        let place = bytes.count / 2
        bytes[place] ^= 0x10
        try bytes.write(to: URL(fileURLWithPath: segment))

        let (status, error) = try service.failedStart()
        #expect(status == 1)
        for word in ["corrupt [\(segment)@", ", entry ", "expected an entry with checksum", ", found ", "--salvage"] {
            #expect(error.contains(word), "\(word) in \(error)")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: segment)) == bytes, "nothing is cut off")
        let labels = service.folder.path("labels.csv")
        try Data("account_ref,label,campaign,known_at_ms\na1,1,,1\n".utf8).write(to: URL(fileURLWithPath: labels))
        let arguments = ["train", "--events", service.eventLog, "--labels", labels, "--out", service.folder.path("m")]
        let training = try Executable.run(Executable.path("stillwatch"), arguments)
        #expect(training.status == 1 && training.error.contains(", entry "), "\(training)")
        #expect(training.error.contains("--salvage"), "\(training)")

        let check = try Executable.run(Executable.path("stillwatch"), ["events", "--check", service.eventLog])
        #expect(check.status == 1 && check.error.contains("damaged places: 1"), "\(check)")
        let copy = service.folder.path("salvaged")
        try Executable.tool("events", "--salvage", service.eventLog, "--out", copy)
        try FileManager.default.moveItem(atPath: service.eventLog, toPath: service.folder.path("damaged"))
        try FileManager.default.moveItem(atPath: copy, toPath: service.eventLog)
        try service.start()
        #expect(service.log.contains("the event log lacks entries"))
        client = try await service.connect()
        let call = ScoreCall(event: try .signup("b", device: "d"), isDryRun: true)
        let link = try #require(try await client.send(.score(call)).answer().link(.device))
        #expect(link.accounts == 9 && link.labelledBad == 1, "one account of ten is lost")
        try await client.close()
        #expect(service.stop() == 0)
    }

    /// A log without checksums is read and continued in a file that has them.
    @Test func aLogOfAnOlderVersionIsContinued() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        var client = try await service.connect()
        for index in 1...5 {
            _ = try await client.send(.score(ScoreCall(event: try .signup("a\(index)", device: "d")))).answer()
        }
        try await client.close()
        #expect(service.stop() == 0)
        let segment = try Self.lastSegment(service)
        let old = Self.withoutChecksums(try Data(contentsOf: URL(fileURLWithPath: segment)))
        try old.write(to: URL(fileURLWithPath: segment))
        for round in 1...2 {
            try service.start()
            client = try await service.connect()
            let call = ScoreCall(event: try .signup("b\(round)", device: "d"))
            #expect(try await client.send(.score(call)).answer().link(.device)?.accounts == UInt64(4 + round))
            try await client.close()
            #expect(service.stop() == 0)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: segment)) == old)
        #expect(try Self.lastSegment(service) != segment)
    }

    /// Old segments are removed at a start; what was labelled in them is still labelled after it and the next one.
    @Test func pruningKeepsLabelsThroughRestarts() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1), arguments: ["--log-keep-days", "30"])
        #expect(service.log.contains("a restart forgets links older than that"))
        #expect(service.stop() == 0)
        for name in try FileManager.default.contentsOfDirectory(atPath: service.eventLog) {
            try FileManager.default.removeItem(atPath: "\(service.eventLog)/\(name)")
        }
        let nowMs = Int64(Date().timeIntervalSince1970 * 1000)
        let bad = Label(
            account: Reference("bad"), verdict: .abusive, source: "test", knownAtMs: nowMs - 90 * 86_400_000)
        for (segment, daysAgo) in [(0, 90), (1, 60), (2, 20)] as [(UInt64, Int64)] {
            let atMs = nowMs - daysAgo * 86_400_000
            let name = "events-" + String(repeating: "0", count: 17) + "\(100 + segment * 10).swlog"
            let file = try EventLogFile(path: "\(service.eventLog)/\(name)")
            for index in 0..<5 as Range<UInt64> {
                let sequence = 100 + segment * 10 + index
                let account = index == 1 ? "bad" : "a\(sequence)"
                let event = try IncomingEvent.signup(account, device: "d\(segment)", timeMs: atMs).builder.build()
                let content = segment == 0 && index == 4 ? LogEntry.Content.labelled(bad) : .observed(event)
                try file.append(LogEntry(commitSequence: sequence, committedAtMs: atMs, content: content))
            }
            try file.finish()
        }
        for round in 1...3 {
            try service.start()
            if round == 1 {
                try await eventually("two segments are removed") {
                    try service.metric("stillwatch_event_log_pruned_segments_total") == 2
                }
                #expect(service.log.contains("pruned the event log"))
            }
            #expect(try service.metric("stillwatch_event_log_segments") == 2)
            let client = try await service.connect()
            let call = ScoreCall(event: try .signup("neighbour", device: "d2", timeMs: nowMs), isDryRun: true)
            let link = try #require(try await client.send(.score(call)).answer().link(.device), "round \(round)")
            #expect(link.accounts == 5 && link.labelledBad == 1, "round \(round)")
            try await client.close()
            if round == 2 { service.killHard() } else { #expect(service.stop() == 0) }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: service.eventLog)
        let bytes = try files.map { try Data(contentsOf: URL(fileURLWithPath: "\(service.eventLog)/\($0)")).count }
        try service.start()
        #expect(try service.metric("stillwatch_event_log_file_bytes") >= Double(bytes.reduce(0, +)))
        #expect(service.stop() == 0)
        let reader = try EventLogReader(path: service.eventLog)
        while try reader.next() != nil {}
        #expect(reader.prunedThrough == 114 && reader.firstSequence == 104)
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

    /// The same entries as in a file of version 1, behind their lengths as varints.
    private static func withoutChecksums(_ segment: Data) -> Data {
        var result = Data()
        var rest = segment.dropFirst(24)
        while !rest.isEmpty {
            let length = rest.prefix(4).reversed().reduce(0) { (sum: Int, byte: UInt8) in sum << 8 | Int(byte) }
            result += length < 0x80 ? [UInt8(length)] : [UInt8(length & 0x7f | 0x80), UInt8(length >> 7)]
            result += rest.dropFirst(12).prefix(length)
            rest = rest.dropFirst(12 + length)
        }
        return result
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

    private static func lastSegment(_ service: ServiceProcess) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: service.eventLog)
        return "\(service.eventLog)/\(try #require(names.filter { $0.hasSuffix(".swlog") }.max()))"
    }

    private static func lastSequence(_ service: ServiceProcess) throws -> UInt64 {
        let reader = try EventLogReader(path: service.eventLog)
        while try reader.next() != nil {}
        return reader.lastSequence ?? 0
    }
}
