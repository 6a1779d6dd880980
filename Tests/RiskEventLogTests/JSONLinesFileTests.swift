import RiskCore
import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

private let start = SessionStart(version: "test", stateWasEmpty: true, accountCapacity: 10, identifierCapacity: 20)

private func line(_ account: String, _ timeMs: Int, _ more: String = "") -> String {
    #"{"event_type":"signup","event_time_ms":\#(timeMs),"account_ref":"\#(account)"\#(more)}"# + "\n"
}

@Suite struct JSONLinesFileTests {
    @Test func eventsAreTakenInOrderOfTimeThenLine() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "\u{FEFF}" + line("c", 30) + line("a", 10) + "\r\n  \n" + line("d", 30) + line("b", 20), to: "in.jsonl")
        let summary = try JSONLinesImport(sessionStart: start).run(from: path, to: folder.path + "/log")
        #expect(summary == JSONLinesImport.Summary(eventCount: 4, dropped: [:], outOfOrderCount: 2))
        let entries = try readAll(folder.path + "/log").entries
        #expect(entries.map(\.commitSequence) == [1, 2, 3, 4, 5])
        #expect(entries[0] == LogEntry(commitSequence: 1, committedAtMs: 10, content: .sessionStarted(start)))
        let accounts = entries.dropFirst().compactMap { entry -> Reference? in
            guard case .scored(let event, nil) = entry.content, event.timeMs == entry.committedAtMs else { return nil }
            return event.account
        }
        #expect(accounts == ["a", "b", "c", "d"].map { Reference($0) })
    }

    @Test func aLogReadsBackFromItsJSONLines() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 11)
        let events = try (0..<60).map { _ in try randomEvent(&generator, filled: false) }
            .sorted { $0.timeMs < $1.timeMs }
        let file = try EventLogFile(path: folder.path + "/first")
        try file.append(LogEntry(commitSequence: 1, committedAtMs: 0, content: .sessionStarted(start)))
        let answer = LoggedAnswer(
            margin: 1, probability: 0.5, decision: .allow, modelDigest: [UInt8](repeating: 1, count: 32))
        for (index, event) in events.enumerated() {
            try file.append(
                LogEntry(
                    commitSequence: UInt64(index) + 2, committedAtMs: 1,
                    content: index % 2 == 0 ? .scored(event, answer) : .observed(event)))
        }
        try file.finish()

        var text: [UInt8] = []
        let reader = try EventLogReader(path: folder.path + "/first")
        #expect(try EventLogExport.writeJSONLines(reader) { text += $0 } == 60)
        try folder.write(text, to: "events.jsonl")
        _ = try JSONLinesImport(sessionStart: start).run(
            from: folder.path + "/events.jsonl", to: folder.path + "/second")
        let again = try readAll(folder.path + "/second").entries.compactMap { entry -> AccountEvent? in
            if case .scored(let event, nil) = entry.content { event } else { nil }
        }
        // Compared by index: a failure should name one event, not print sixty.
        #expect(again.count == events.count)
        #expect(zip(again, events).enumerated().first { $1.0 != $1.1 }?.offset == nil)
    }

    @Test func anErrorNamesFileLineAndPathAndLeavesNoLog() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            line("a", 1) + "\n" + line("b", 2, #","signup":{"ip_type":"moon"}"#), to: "in.jsonl")
        let error = #expect(throws: JSONLinesError.self) {
            try JSONLinesImport(sessionStart: start).run(from: path, to: folder.path + "/log")
        }
        #expect(error?.line == 3)
        #expect(error?.path == "signup.ip_type")
        #expect(error?.code == .field(.unknownWord))
        #expect(error?.description.hasPrefix("\(path):3: signup.ip_type: expected one of residential") == true)
        #expect(folder.entries() == ["in.jsonl"])

        var lenient = JSONLinesImport(sessionStart: start)
        lenient.isLenient = true
        #expect(try lenient.run(from: path, to: folder.path + "/log").dropped == ["signup.ip_type": 1])
    }

    @Test func whatIsMissingInALineIsNamedToo() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(line("a", 1) + "{}\n", to: "in.jsonl")
        let error = #expect(throws: JSONLinesError.self) {
            try JSONLinesImport(sessionStart: start).run(from: path, to: folder.path + "/log")
        }
        #expect(error?.line == 2 && error?.path == "event_type" && error?.code == .field(.missing))
        let broken = try folder.write(line("a", 1) + "no json\n", to: "broken.jsonl")
        let malformed = #expect(throws: JSONLinesError.self) {
            try JSONLinesImport(sessionStart: start).run(from: broken, to: folder.path + "/log")
        }
        #expect(malformed?.line == 2 && malformed?.code == .malformedLine)
    }

    @Test func rawIdentifiersNeedAKey() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(line("a", 1, #","raw":{"device":"d-77"}"#), to: "in.jsonl")
        var lines = JSONLinesImport(sessionStart: start)
        let error = #expect(throws: JSONLinesError.self) { try lines.run(from: path, to: folder.path + "/log") }
        #expect(error?.code == .needsIdentifierKey && error?.line == 1 && error?.path == "raw.device")
        #expect(error?.message.contains("--identifier-key") == true)
        lines.keying = { raw, builder throws(FieldError) in
            guard let device = raw[.device] else { return }
            try builder.set(.deviceRef, reference: Reference(Array(device.utf8), namespace: .serverKeyed))
        }
        _ = try lines.run(from: path, to: folder.path + "/log")
        guard case .scored(let event, nil)? = try readAll(folder.path + "/log").entries.last?.content else {
            Issue.record("no event")
            return
        }
        #expect(event.reference(.deviceRef)?.namespace == .serverKeyed)
    }

    @Test func aLineOverTheLimitIsRefusedAndOneAtItIsNot() throws {
        let folder = try TemporaryFolder()
        let body = line("a", 1).dropLast()
        let padded = body + String(repeating: " ", count: EventLogLimits.lineByteCount - body.utf8.count)
        let atLimit = try JSONLinesReader(path: try folder.write(padded + "\n" + body, to: "at.jsonl"))
        #expect(try atLimit.next() != nil)
        #expect(try atLimit.next() != nil)
        #expect(try atLimit.next() == nil)
        let over = try JSONLinesReader(path: try folder.write(padded + " \n", to: "over.jsonl"))
        let error = #expect(throws: JSONLinesError.self) { try over.next() }
        #expect(error?.code == .malformedLine && error?.line == 1)
        let missing = #expect(throws: JSONLinesError.self) { try JSONLinesReader(path: folder.path + "/none") }
        #expect(missing?.code == .cannotRead)
    }
}
