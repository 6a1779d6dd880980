import RiskCore
import RiskEngine
import RiskTraining
import RiskWire
import Testing

/// Serving and training see the same numbers. The project's most important test.
@Suite(.serialized) struct ParityTests {
    /// A service's own log through the tool's replay gives bit-equal feature vectors, margins and contributions.
    @Test(arguments: [1, 2] as [UInt64])
    func replayOfAServicesLogGivesServingsBits(seed: UInt64) async throws {
        let model = try TestModels.file(seed: seed)
        let service = try ServiceProcess(model: model)
        var served: [UInt64: ScoreAnswer] = [:]
        var stream = EventStream(seed: seed)
        try await serve(&stream, 600, by: service, into: &served)
        // A restart in the middle: the state comes back from the log.
        #expect(service.stop() == 0)
        try service.start()
        try await serve(&stream, 600, by: service, into: &served)
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
        #expect(count == served.count && count > 1000)
        #expect(replay.missingEntryCount == 0)
    }

    /// The same through the executables: what `replay` writes is what was served.
    @Test func theToolFindsItsOwnLogBitEqual() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 3))
        var served: [UInt64: ScoreAnswer] = [:]
        var stream = EventStream(seed: 3)
        try await serve(&stream, 300, by: service, into: &served)
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

    /// Scores, observes and labels; keeps the answers by commit sequence.
    private func serve(
        _ stream: inout EventStream, _ count: Int, by service: ServiceProcess, into served: inout [UInt64: ScoreAnswer]
    ) async throws {
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
                let verdict = Label.Verdict.allCases[step / 10 % 4]
                _ = try await client.send(
                    .feedback(
                        FeedbackCall(target: .decision(id: answer.decisionID), verdict: verdict, source: "test"))
                ).outcome.get()
            case 8:
                let calls = [try stream.next(), try stream.next()].map {
                    Result<ScoreCall, StatusError>.success(.detailed($0))
                }
                guard case .scoreBatch(let answers) = try await client.send(.scoreBatch(calls)).outcome.get() else {
                    Issue.record("expected a batch")
                    return
                }
                for answer in answers { served[try answer.get().commitSequence] = try answer.get() }
            default:
                let answer = try await client.send(.score(.detailed(event))).answer()
                served[answer.commitSequence] = answer
            }
        }
        try await client.close()
    }
}
