import Foundation
import RiskCore
import RiskWire
import TestSupport
import Testing

/// Bytes that no good client sends, and clients that do not read.
@Suite(.serialized) struct HostileInputTests {
    private static let memoryLimit = 64 << 20

    /// Whatever is in a complete frame, it gets exactly one answer, and the service stays as it was.
    @Test(arguments: [1, 2] as [UInt64])
    func everyCompleteFrameGetsOneAnswer(seed: UInt64) async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let samples = try HostileFrames.samples(seed: seed)
        let port = service.port
        // The first round warms buffers up, so that growth can be told from it.
        var before = 0
        for round in 0..<2 {
            let answered = try await onThreads(4) { thread in
                var generator = SeededGenerator(seed: seed * 100 + UInt64(round * 4 + thread))
                let connection = try RawConnection(port: port)
                var count = 0
                for _ in 0..<(round == 0 ? 5 : 50) {
                    let frames = (0..<50).map { _ in HostileFrames.mutated(samples, using: &generator) }
                    connection.send(frames.flatMap { $0 })
                    for _ in frames where try connection.nextReply() != nil { count += 1 }
                }
                connection.endOutput()
                let rest = try connection.repliesToEnd()
                return count + rest.count
            }
            #expect(answered == Array(repeating: round == 0 ? 250 : 2500, count: 4), "seed \(seed)")
            if round == 0 { before = try service.residentByteCount() }
        }
        let growth = try service.residentByteCount() - before
        #expect(growth < Self.memoryLimit, "seed \(seed)")
        try await Self.expectHealthy(service)
        #expect(service.stop() == 0)
    }

    /// Where the framing breaks, what came before is answered, then comes the reason, then the end.
    @Test func brokenFramingIsAnsweredOnceAndClosed() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let port = service.port
        let cases: [(name: String, header: [UInt8])] = [
            ("FRAME_TOO_LARGE", [0, 0, 4, 0, 1]), ("FRAME_TOO_LARGE", [0, 255, 255, 255, 255]),
            ("FRAME_COMPRESSED", [1, 0, 0, 0, 0]), ("FRAME_BAD_FLAG", [71, 69, 84, 32, 47]),
            ("FRAME_BAD_FLAG", [22, 3, 1, 2, 0]),
        ]
        let replies = try await onThreads(cases.count) { index in
            let connection = try RawConnection(port: port)
            let event = try IncomingEvent.signup("a")
            var bytes = try requestFrame(1, .health)
            bytes += try requestFrame(2, .score(ScoreCall(event: event, isDryRun: true)))
            // A frame behind the break is not served.
            connection.send(bytes + cases[index].header + Array(repeating: 7, count: 3000) + bytes)
            return try connection.repliesToEnd()
        }
        for (index, (name, _)) in cases.enumerated() {
            #expect(replies[index].map(\.id) == [1, 2, 0], "\(name)")
            #expect(try replies[index].last?.refusal().reason == name)
        }
        #expect(try service.metric("stillwatch_broken_frames_total") == Double(cases.count))
        try await Self.expectHealthy(service)
        #expect(service.stop() == 0)
    }

    /// A label is answered when it is durable, also if the connection's framing breaks right behind it.
    @Test func aLabelBeforeBrokenFramingIsStillAnswered() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let port = service.port
        let replies = try await onThreads(8) { index in
            let connection = try RawConnection(port: port)
            let label = FeedbackCall(target: .account(Reference("a\(index)")), verdict: .abusive, source: "test")
            connection.send(try requestFrame(5, .feedback(label)) + [9, 0, 0, 0, 0])
            return try connection.repliesToEnd()
        }
        for (index, replies) in replies.enumerated() {
            #expect(replies.map(\.id) == [5, 0], "connection \(index)")
            guard case .feedback? = try replies.first?.outcome.get() else { return }
            #expect(try replies.last?.refusal().reason == "FRAME_BAD_FLAG")
        }
        #expect(service.stop() == 0)
    }

    @Test func anUnfinishedFrameMeetsATimeout() async throws {
        let service = try ServiceProcess(
            model: try TestModels.file(seed: 1), arguments: ["--partial-frame-timeout-ms", "150"])
        let port = service.port
        let whole = try requestFrame(1, .health)
        let replies = try await onThreads(2) { index in
            let connection = try RawConnection(port: port)
            connection.send(index == 0 ? Array(whole.prefix(3)) : whole + whole.prefix(whole.count - 1))
            return try connection.repliesToEnd()
        }
        #expect(replies.map { $0.map(\.id) } == [[0], [1, 0]])
        for replies in replies {
            let refusal = try #require(try replies.last?.refusal())
            #expect(refusal.code == .deadlineExceeded && refusal.reason == "FRAME_TIMEOUT")
        }
        #expect(service.stop() == 0)
    }

    /// The service stops reading from a peer that does not read; it neither grows nor neglects the others.
    @Test func aPeerThatDoesNotReadCostsLittle() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1), arguments: ["--drain-grace-ms", "100"])
        let port = service.port
        try await Self.expectHealthy(service)
        let before = try service.residentByteCount()
        let call = ScoreCall(event: try .signup("a"), isDryRun: true, wantsFeatures: true)
        let block = Array(repeating: try requestFrame(1, .score(call)), count: 1000).flatMap { $0 }
        let deaf = try await onThreads(4) { _ in
            let connection = Deaf(connection: try RawConnection(port: port))
            while connection.sentByteCount < 200 << 20 {
                let sent = connection.connection.sendUntilStuck(block)
                connection.sentByteCount += sent
                if sent < block.count { break }
            }
            return connection
        }
        for (index, connection) in deaf.enumerated() {
            #expect(connection.sentByteCount < 100 << 20, "connection \(index) was read on and on")
        }
        #expect(try service.residentByteCount() - before < Self.memoryLimit)
        try await Self.expectHealthy(service)
        // Whoever starts to read after all gets every answer in order.
        let answered = try await onThreads(1) { _ in
            try (0..<2000).count { _ in try deaf[0].connection.nextReply()?.answer() != nil }
        }
        #expect(answered == [2000])
        #expect(service.stop() == 0, "peers that do not read do not hold up the end")
    }

    @Test func aConnectionOverTheLimitIsToldSo() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1), arguments: ["--max-connections", "2"])
        let port = service.port
        let clients = [try await service.connect(), try await service.connect()]
        for client in clients { _ = try await client.send(.health).outcome.get() }
        let refused = try await onThreads(20) { _ in
            let connection = try RawConnection(port: port)
            // It may be refused before it has sent, or after.
            connection.send(try requestFrame(1, .health))
            return try connection.repliesToEnd()
        }
        for (index, replies) in refused.enumerated() {
            #expect(replies.map(\.id) == [0], "connection \(index)")
            let refusal = try #require(try replies.first?.refusal())
            #expect(refusal.code == .resourceExhausted && refusal.reason == "CONNECTION_LIMIT", "connection \(index)")
        }
        #expect(try service.metric("stillwatch_connections_refused_total") == 20)
        for client in clients { _ = try await client.send(.health).outcome.get() }
        try await clients[0].close()
        try await eventually("there is room again") {
            let client = try await service.connect()
            let reply = try? await client.send(.health)
            try? await client.close()
            return reply != nil
        }
        #expect(service.stop() == 0)
    }

    private static func expectHealthy(_ service: ServiceProcess) async throws {
        let client = try await service.connect()
        guard case .health(.serving) = try await client.send(.health).outcome.get() else {
            Issue.record("expected a service that serves")
            return
        }
        _ = try await client.send(.score(ScoreCall(event: try .signup("good"), isDryRun: true))).answer()
        try await client.close()
    }
}

/// A connection that is handed from thread to thread, one at a time.
private final class Deaf: @unchecked Sendable {
    let connection: RawConnection
    var sentByteCount = 0

    init(connection: RawConnection) {
        self.connection = connection
    }
}

/// Frames whose length is right, whatever they hold.
private enum HostileFrames {
    /// Good requests of every method.
    static func samples(seed: UInt64) throws -> [[UInt8]] {
        var stream = EventStream(seed: seed)
        var samples = [try requestFrame(1, .health), try requestFrame(2, .serverInfo)]
        for index in 0..<30 {
            let id = UInt64(index + 3)
            let call = ScoreCall(event: try stream.next(), requestID: [UInt8(index)], wantsFeatures: index % 5 == 0)
            samples.append(try requestFrame(id, .score(call), caller: "fuzz"))
            samples.append(try requestFrame(id, .observe(ObserveCall(event: try stream.next()))))
            if index % 10 == 0 {
                let batch = try (0..<5).map { _ in
                    Result<ScoreCall, StatusError>.success(ScoreCall(event: try stream.next()))
                }
                samples.append(try requestFrame(id, .scoreBatch(batch)))
                let label = FeedbackCall(target: .account(Reference("a\(index)")), verdict: .abusive, source: "fuzz")
                samples.append(try requestFrame(id, .feedback(label)))
                let lookup = LookupCampaignCall(target: .account(Reference("account-\(index)")), pageToken: "p1.c1.1")
                samples.append(try requestFrame(id, .lookupCampaign(lookup)))
            }
        }
        return samples
    }

    /// A good frame, one with a few bytes changed, cut, grown or spliced, or noise.
    static func mutated(_ samples: [[UInt8]], using generator: inout SeededGenerator) -> [UInt8] {
        func sample() -> ArraySlice<UInt8> {
            samples[Int.random(in: samples.indices, using: &generator)].dropFirst(WireLimits.frameHeaderByteCount)
        }
        var payload = Array(sample())
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: break
        case 1...3:
            for _ in 0..<Int.random(in: 1...8, using: &generator) where !payload.isEmpty {
                payload[Int.random(in: payload.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
        case 4: payload.removeLast(Int.random(in: 0...payload.count, using: &generator))
        case 5: payload += sample()
        case 6:
            let place = Int.random(in: 0...payload.count, using: &generator)
            payload.insert(contentsOf: sample().suffix(40), at: place)
        default:
            payload = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                .random(in: 0...255, using: &generator)
            }
        }
        var frame: [UInt8] = []
        Frame.append(payload: payload, to: &frame)
        return frame
    }
}
