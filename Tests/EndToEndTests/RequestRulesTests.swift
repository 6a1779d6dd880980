import Foundation
import RiskClient
import RiskCore
import RiskModels
import RiskWire
import Testing

/// The rules of requests that need a whole service to be seen.
@Suite(.serialized) struct RequestRulesTests {
    @Test func aRepeatedRequestIsAnsweredAgainAndCountsOnce() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        let id: [UInt8] = [1, 2, 3]
        let call = ScoreCall(event: try .signup("a", device: "d"), requestID: id)
        let first = try await client.send(.score(call), caller: "billing").answer()
        for _ in 0..<3 {
            let again = try await client.send(.score(call), caller: "billing").answer()
            #expect(again == first)
        }
        let probe = ScoreCall(event: try .signup("b", device: "d"), isDryRun: true)
        #expect(try await client.send(.score(probe)).answer().link(.device)?.accounts == 1)
        #expect(try await Self.sequence(client) == first.commitSequence)
        #expect(try service.metric("stillwatch_repeated_requests_total") == 3)

        let other = ScoreCall(event: try .signup("a", device: "other"), requestID: id)
        let refusal = try await client.send(.score(other), caller: "billing").refusal()
        #expect(refusal.code == .alreadyExists && refusal.reason == "REQUEST_ID_REUSED" && refusal.path == "request_id")
        let observe = ObserveCall(event: call.event, requestID: id)
        #expect(try await client.send(.observe(observe), caller: "billing").refusal().code == .alreadyExists)
        let apart = try await client.send(.score(call), caller: "signup").answer()
        #expect(apart.commitSequence == first.commitSequence + 1, "callers are kept apart")

        let label = FeedbackCall(target: .account(Reference("a")), verdict: .abusive, source: "test", requestID: [9])
        guard case .feedback(let labelled) = try await client.send(.feedback(label)).outcome.get(),
            case .feedback(let relabelled) = try await client.send(.feedback(label)).outcome.get()
        else { return }
        #expect(labelled == relabelled)
        let cleared = FeedbackCall(target: label.target, verdict: .withdrawn, source: "test", requestID: [9])
        #expect(try await client.send(.feedback(cleared)).refusal().code == .alreadyExists)
        #expect(try await Self.sequence(client) == labelled)
        #expect(service.stop() == 0)
    }

    @Test func whatMustNotCountIsNotRecorded() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        let before = try await Self.sequence(client)
        let call = ScoreCall(event: try .signup("a", device: "d"))
        let late = try await client.send(.score(call), deadlineMs: 0).refusal()
        #expect(late.code == .deadlineExceeded && late.reason == "DEADLINE_EXPIRED" && late.path == "deadline_ms")
        let label = FeedbackCall(target: .account(Reference("a")), verdict: .abusive, source: "test")
        #expect(try await client.send(.feedback(label), deadlineMs: 0).refusal().code == .deadlineExceeded)
        let dryRun = ScoreCall(event: call.event, isDryRun: true)
        for _ in 0..<3 {
            let answer = try await client.send(.score(dryRun)).answer()
            #expect(answer.commitSequence == 0 && answer.decisionID.isEmpty && answer.links.isEmpty)
        }
        let probe = ScoreCall(event: try .signup("b", device: "d"), isDryRun: true)
        #expect(try await client.send(.score(probe)).answer().links.isEmpty, "neither left a trace")
        #expect(try await Self.sequence(client) == before)
        #expect(try await client.send(.score(call), deadlineMs: 10_000).answer().commitSequence == before + 1)
        #expect(service.stop() == 0)
    }

    @Test func eventsMayBeFiveMinutesAhead() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
        let border = try IncomingEvent.signup("a", timeMs: now() + 300_000)
        _ = try await client.send(.score(ScoreCall(event: border))).answer()
        let beyond = try IncomingEvent.signup("a", timeMs: now() + 310_000)
        for dryRun in [false, true] {
            let refusal = try await client.send(.score(ScoreCall(event: beyond, isDryRun: dryRun))).refusal()
            #expect(refusal.reason == "FIELD_OUT_OF_RANGE" && refusal.path == "event_time_ms")
        }
        #expect(try await client.send(.observe(ObserveCall(event: beyond))).refusal().path == "event_time_ms")
        #expect(service.stop() == 0)
    }

    @Test func customNamesHaveToBeDeclared() async throws {
        let service = try ServiceProcess(
            model: try TestModels.file(seed: 1), arguments: ["--accept-custom", "plan,seats"])
        let client = try await service.connect()
        func call(_ name: String) throws -> ScoreCall {
            var builder = try IncomingEvent.signup("a").builder
            try builder.add(CustomValue(name: name, value: .number(3)))
            return ScoreCall(event: IncomingEvent(builder: builder))
        }
        let refusal = try await client.send(.score(try call("colour"))).refusal()
        #expect(refusal.reason == "FIELD_UNKNOWN" && refusal.path == "custom.colour")
        for name in ["plan", "seats"] { _ = try await client.send(.score(try call(name))).answer() }
        guard case .serverInfo(let info) = try await client.send(.serverInfo).outcome.get() else { return }
        #expect(info.customNames == ["plan", "seats"])
        #expect(service.stop() == 0)
    }

    @Test func oneBadEventSpoilsOnlyItsPlaceInABatch() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        let far = Int64(Date().timeIntervalSince1970 * 1000) + 3_600_000
        var card = try IncomingEvent.signup("c")
        try card.builder.set(.instrumentRef, reference: Reference("token"))
        let events = [
            try IncomingEvent.signup("a", device: "d"), try .signup("b", device: "d", timeMs: far),
            IncomingEvent(builder: EventBuilder()), try .signup("e", device: "d"), card,
        ]
        let calls = events.map { Result<ScoreCall, StatusError>.success(ScoreCall(event: $0)) }
        guard case .scoreBatch(let answers) = try await client.send(.scoreBatch(calls)).outcome.get() else { return }
        #expect(answers.count == 5)
        let failures = answers.map { answer in
            if case .failure(let error) = answer { error } else { nil as StatusError? }
        }
        #expect(failures.map { $0?.path } == [nil, "requests[1].event_time_ms", "requests[2].event_type", nil, nil])
        #expect(try answers[3].get().link(.device)?.accounts == 1, "the refused one left no link")
        #expect(try answers[3].get().commitSequence == answers[0].get().commitSequence + 1)
        let tooMany = (0...WireLimits.batchCount).map { _ in calls[0] }
        #expect(try await client.send(.scoreBatch(tooMany)).refusal().reason == "FIELD_TOO_MANY")
        #expect(try await client.send(.scoreBatch([])).refusal().path == "requests")
        #expect(service.stop() == 0)
    }

    @Test func whatIsRunningCanBeAsked() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        guard case .health(let state) = try await client.send(.health).outcome.get() else { return }
        #expect(state == .serving)
        let page = try service.page("/healthz")
        #expect(page.hasPrefix("HTTP/1.1 200 OK") && page.hasSuffix("serving\n"))
        #expect(try service.page("/else").hasPrefix("HTTP/1.1 404"))
        _ = try await client.send(.score(ScoreCall(event: try .signup("a", device: "d")))).answer()
        _ = try await client.send(.observe(ObserveCall(event: try .signup("b", device: "d")))).outcome.get()
        guard case .serverInfo(let info) = try await client.send(.serverInfo).outcome.get() else { return }
        #expect(hexadecimal(info.modelDigest) == service.modelDigest && info.modelAlias == "default")
        #expect(info.commitSequence == 3 && info.accountCount == 2 && info.identifierCount >= 1)
        #expect(info.maxFrameByteCount == 262_144 && info.maxBatchCount == 256 && info.customNames.isEmpty)
        #expect(info.version == StillwatchVersion.current)
        let unknown = FeedbackCall(target: .decision(id: "d9.1.00"), verdict: .abusive, source: "test")
        let refusal = try await client.send(.feedback(unknown)).refusal()
        #expect(refusal.code == .notFound && refusal.path == "decision_id")

        try Self.checkMetrics(try service.page("/metrics"))
        for (sample, expected) in [
            ("stillwatch_requests_total{method=\"score\",code=\"ok\"}", 1), ("stillwatch_commit_sequence", 3),
            ("stillwatch_requests_total{method=\"observe\",code=\"ok\"}", 1), ("stillwatch_connections", 1),
            ("stillwatch_requests_total{method=\"feedback\",code=\"notFound\"}", 1), ("stillwatch_link_accounts", 2),
            ("stillwatch_request_duration_seconds_count", 5), ("stillwatch_decisions_total{decision=\"allow\"}", 1),
            ("stillwatch_identifiers_total{class=\"device\",made_by=\"caller\"}", 2),
            ("stillwatch_model_info{digest=\"\(service.modelDigest)\",alias=\"default\"}", 1),
        ] {
            #expect(try service.metric(sample) == Double(expected), "\(sample)")
        }
        #expect(service.stop() == 0)
    }

    /// Every line is a comment or a sample of the metric announced before it.
    private static func checkMetrics(_ page: String) throws {
        let body = try #require(page.components(separatedBy: "\r\n\r\n").last)
        let sample = try Regex("([a-z_0-9]+)(\\{[a-z_]+=\"[^\"\\\\]*\"(,[a-z_]+=\"[^\"\\\\]*\")*\\})? ([-+0-9.eE]+)")
        var announced = ""
        var count = 0
        for line in body.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") { announced = String(line.split(separator: " ")[2]) }
            if line.hasPrefix("#") { continue }
            let match = try sample.wholeMatch(in: line)
            let name = match?.output[1].substring ?? ""
            #expect(name.hasPrefix(announced) && !announced.isEmpty, "\(line)")
            #expect(Double(match?.output[4].substring ?? "")?.isFinite == true, "\(line)")
            count += 1
        }
        #expect(count > 50)
    }

    private static func sequence(_ client: ScoringClient) async throws -> UInt64 {
        guard case .serverInfo(let info) = try await client.send(.serverInfo).outcome.get() else { return 0 }
        return info.commitSequence
    }
}
