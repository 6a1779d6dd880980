import RiskCore
import RiskEngine
import RiskTraining
import RiskWire
import Testing

/// Serving and training see the same numbers. The project's most important test.
@Suite(.serialized) struct ParityTests {
    /// A service's own log through the tool's replay gives bit-equal feature vectors, margins and contributions: with
    /// four callers at a time, labels that come, expire and go, a restart in the middle, and in the second case tables
    /// so small that accounts and identifiers are forgotten all the time.
    @Test(arguments: [(1, []), (2, ["--link-accounts", "60", "--link-identifiers", "150"])] as [(UInt64, [String])])
    func replayOfAServicesLogGivesServingsBits(seed: UInt64, arguments: [String]) async throws {
        let model = try TestModels.file(seed: seed)
        let service = try ServiceProcess(model: model, arguments: arguments)
        var served = try await serveFromFour(service, seed: seed)
        // The state comes back from the log.
        #expect(service.stop() == 0)
        try service.start()
        served.merge(try await serveFromFour(service, seed: seed + 100)) { first, _ in first }
        #expect(service.stop() == 0)

        let replay = try LogReplay(path: service.eventLog)
        let servable = try ServableModel(try ModelFile.load(model))
        var scratch = ServableModel.Scratch()
        var count = 0
        while let event = try replay.next() {
            let answer = servable.answer(event.observation, alias: "default", wantsFeatures: true, scratch: &scratch)
            let expected = try #require(served[event.commitSequence])
            let place = "seed \(seed) sequence \(event.commitSequence)"
            #expect(answer.margin.bitPattern == expected.margin.bitPattern, "\(place)")
            #expect(answer.probability.bitPattern == expected.probability.bitPattern, "\(place)")
            #expect(answer.features == expected.features, "\(place)")
            #expect(answer.reasons == expected.reasons && answer.links == expected.links, "\(place)")
            #expect(answer.decision == expected.decision && answer.decisionRule == expected.decisionRule, "\(place)")
            #expect(event.answer?.margin.bitPattern == expected.margin.bitPattern, "\(place)")
            let sum = answer.features.reduce(answer.bias) { $0 + $1.contribution }
            #expect(abs(sum - answer.margin) < 1e-9, "\(place)")
            let byReason = answer.reasons.reduce(answer.bias) { $0 + $1.contribution }
            #expect(abs(byReason - answer.margin) < 1e-9, "\(place)")
            count += 1
        }
        #expect(count == served.count && count > 900)
        #expect(replay.missingEntryCount == 0)
    }

    /// The same through the executables: what `replay` writes is what was served.
    @Test func theToolFindsItsOwnLogBitEqual() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 3))
        let served = try await Self.serve(300, seed: 3, by: service)
        #expect(service.stop() == 0)
        let (status, _, error) = try Executable.run(
            Executable.path("stillwatch"),
            [
                "replay", "--events", service.eventLog, "--model", service.modelFile, "--out",
                service.folder.path("d.csv"),
            ])
        #expect(status == 0, "\(error)")
        #expect(error.contains("\(served.count) of \(served.count)"), "\(error)")
    }

    /// Four callers at once; the answers by commit sequence.
    private func serveFromFour(_ service: ServiceProcess, seed: UInt64) async throws -> [UInt64: ScoreAnswer] {
        try await withThrowingTaskGroup(of: [UInt64: ScoreAnswer].self) { group in
            for caller in 0..<4 as Range<UInt64> {
                group.addTask { try await Self.serve(150, seed: 10 * seed + caller, by: service) }
            }
            return try await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        }
    }

    /// Scores, observes and labels; the answers by commit sequence.
    private static func serve(
        _ count: Int, seed: UInt64, by service: ServiceProcess
    ) async throws -> [UInt64: ScoreAnswer] {
        var stream = EventStream(seed: seed)
        var served: [UInt64: ScoreAnswer] = [:]
        let client = try await service.connect()
        for step in 0..<count {
            let event = try stream.next()
            switch step % 10 {
            case 3:
                _ = try await client.send(.observe(ObserveCall(event: event))).outcome.get()
            case 5:
                _ = try await client.send(.score(ScoreCall(event: event, isDryRun: true))).outcome.get()
            case 7:
                let answer = try await client.send(.score(.detailed(event))).answer()
                served[answer.commitSequence] = answer
                var label = FeedbackCall(
                    target: .decision(id: answer.decisionID), verdict: step % 40 < 30 ? .abusive : .withdrawn,
                    source: "test", knownAtMs: stream.timeMs)
                if step % 20 < 10 { label.expiresAtMs = stream.timeMs + 20_000_000 }
                _ = try await client.send(.feedback(label)).outcome.get()
            case 8:
                let calls = [try stream.next(), try stream.next()].map {
                    Result<ScoreCall, StatusError>.success(.detailed($0))
                }
                guard case .scoreBatch(let answers) = try await client.send(.scoreBatch(calls)).outcome.get() else {
                    Issue.record("expected a batch")
                    return served
                }
                for answer in answers { served[try answer.get().commitSequence] = try answer.get() }
            default:
                let answer = try await client.send(.score(.detailed(event))).answer()
                served[answer.commitSequence] = answer
            }
        }
        try await client.close()
        return served
    }
}
