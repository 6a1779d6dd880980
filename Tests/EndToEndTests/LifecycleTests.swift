import Foundation
import RiskEventLog
import RiskWire
import Synchronization
import Testing

/// Starts, drains and ends.
@Suite(.serialized) struct LifecycleTests {
    private enum Ending: CaseIterable { case sigterm, admin }

    /// What one connection saw until the service ended it.
    private struct Session: Sendable {
        var answeredCount: UInt64 = 0
        var sentCount: UInt64 = 0
        var isContiguous = true
        var lastSequence: UInt64 = 0
    }

    /// Connections that never fall silent are drained too: whatever was committed was answered, and nothing is lost.
    @Test(arguments: Ending.allCases)
    private func drainingAnswersAllThatWasRead(by ending: Ending) async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1), arguments: ["--drain-grace-ms", "300"])
        let port = service.port
        let answered = AnsweredCount()
        async let running = onThreads(16) { try Self.pipeline(port: port, connection: $0, answered) }
        try await eventually("all connections are busy") { answered.value.load(ordering: .relaxed) > 1000 }
        switch ending {
        case .sigterm: service.signal(SIGTERM)
        case .admin:
            #expect(try Executable.tool("deploy", "drain", "--admin-socket", service.adminSocket) == "draining\n")
        }
        let sessions = try await running
        #expect(service.waitUntilExit() == 0)
        for (index, session) in sessions.enumerated() {
            #expect(session.isContiguous, "connection \(index)")
            #expect(session.answeredCount > 0 && session.answeredCount <= session.sentCount, "connection \(index)")
        }
        let reader = try EventLogReader(path: service.eventLog)
        var scoredCount: UInt64 = 0
        while let entry = try reader.next() {
            if case .scored = entry.content { scoredCount += 1 }
        }
        #expect(reader.lostEntryCount == 0 && reader.tornTail == nil)
        #expect(reader.lastSequence == sessions.map(\.lastSequence).max(), "nothing answered is lost from the log")
        #expect(scoredCount == sessions.reduce(0) { $0 + $1.answeredCount }, "everything recorded was answered")

        try service.start()
        let client = try await service.connect()
        let answer = try await client.send(.score(ScoreCall(event: try .signup("after")))).answer()
        #expect(answer.commitSequence == (reader.lastSequence ?? 0) + 2, "a session's start is in between")
        try await client.close()
        #expect(service.stop() == 0)
    }

    /// With nothing else to wait for, the operator who asks for the drain still gets the answer.
    @Test func theOperatorHearsThatTheDrainBegan() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        for attempt in 1...5 {
            let admin = try await service.admin()
            #expect(try await admin.send(.drain) == .drain, "attempt \(attempt)")
            #expect(service.waitUntilExit() == 0, "attempt \(attempt)")
            if attempt < 5 { try service.start() }
        }
    }

    @Test func whatKill9LeavesIsTakenOver() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        service.killHard()
        #expect(FileManager.default.fileExists(atPath: service.adminSocket), "the socket is left behind")
        try service.start()
        let models = try Executable.tool("deploy", "list", "--admin-socket", service.adminSocket)
        #expect(models.hasPrefix("active  \(service.modelDigest)"))
        #expect(service.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: service.adminSocket))
    }

    /// Keeps 32 requests on their way until the service ends the connection.
    private static func pipeline(port: Int, connection number: Int, _ answered: AnsweredCount) throws -> Session {
        let connection = try RawConnection(port: port)
        var session = Session()
        func nextFrame() throws -> [UInt8] {
            session.sentCount += 1
            let event = try IncomingEvent.signup(
                "account-\(number)-\(session.sentCount % 50)", device: "device-\(number)")
            return try requestFrame(session.sentCount, .score(ScoreCall(event: event)))
        }
        var isSending = connection.send(try (0..<32).flatMap { _ in try nextFrame() })
        while let reply = try connection.nextReply() {
            session.answeredCount += 1
            session.isContiguous = session.isContiguous && reply.id == session.answeredCount
            session.lastSequence = max(session.lastSequence, try reply.answer().commitSequence)
            answered.value.wrappingAdd(1, ordering: .relaxed)
            if isSending { isSending = connection.send(try nextFrame()) }
        }
        return session
    }
}

private final class AnsweredCount: Sendable {
    let value = Atomic<Int>(0)
}
