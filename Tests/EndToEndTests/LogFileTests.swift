import Foundation
import RiskCore
import RiskEventLog
import RiskWire
import Testing

/// The event log's files through versions, damage and pruning.
@Suite(.serialized) struct LogFileTests {
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
        let segment = try service.lastSegment()
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
        let segment = try service.lastSegment()
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
        #expect(try service.lastSegment() != segment)
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
}

extension ServiceProcess {
    /// The event log's last file.
    func lastSegment() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: eventLog)
        return "\(eventLog)/\(try #require(names.filter { $0.hasSuffix(".swlog") }.max()))"
    }
}
