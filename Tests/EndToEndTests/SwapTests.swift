import Foundation
import RiskCore
import RiskEngine
import RiskModels
import RiskWire
import Synchronization
import Testing

/// What the connections of a test count together.
private final class Tally: Sendable {
    let isDone = Atomic<Bool>(false)
    let byDigest = Mutex<[[UInt8]: Int]>([:])
}

/// Hot swaps under load.
@Suite(.serialized) struct SwapTests {
    /// 200 swaps between two models while 64 connections score: no failed request, and no answer whose digest and bits
    /// disagree.
    @Test func twoHundredSwapsUnderLoad() async throws {
        let files = [try TestModels.file(seed: 1), try TestModels.file(seed: 2)]
        let service = try ServiceProcess(model: files[0])
        let models = try files.map { try ServableModel(try ModelFile.load($0)) }
        // A dry run depends on nothing but the event and the model, so the bits each model must give are known.
        var bits: [[UInt8]: [UInt64]] = [:]
        var stream = EventStream(seed: 5)
        var events: [IncomingEvent] = []
        while events.count < 50 {
            let event = try stream.next()
            if event.raw.isEmpty { events.append(event) }
        }
        for model in models {
            var scratch = ServableModel.Scratch()
            bits[model.model.digest] = try events.map { event in
                let event = try event.builder.build()
                return model.answer(
                    Observation(event: event, links: Self.noOthers(event)), alias: "", scratch: &scratch
                ).margin.bitPattern
            }
        }
        let (expected, sent) = (bits, events)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<64 {
                group.addTask {
                    let client = try await service.connect()
                    var index = connection
                    while !tally.isDone.load(ordering: .relaxed) {
                        let event = index % sent.count
                        let call = ScoreCall(event: sent[event], isDryRun: true)
                        let answer = try await client.send(.score(call)).answer()
                        #expect(expected[answer.modelDigest]?[event] == answer.margin.bitPattern)
                        tally.byDigest.withLock { $0[answer.modelDigest, default: 0] += 1 }
                        index += 1
                    }
                    try await client.close()
                }
            }
            let admin = try await service.admin()
            for swap in 0..<200 {
                let path = service.folder.path("models/candidate-\(swap % 2).swm")
                try Data(files[(swap + 1) % 2]).write(to: URL(fileURLWithPath: path))
                guard case .stageModel(let staged) = try await admin.send(.stageModel(path: path)) else { break }
                _ = try await admin.send(.promoteModel(digest: staged.digest))
            }
            tally.isDone.store(true, ordering: .relaxed)
            try await group.waitForAll()
            try await admin.close()
        }
        let counts = tally.byDigest.withLock { $0 }
        #expect(counts.count == 2 && counts.values.allSatisfy { $0 > 50 }, "both models answered: \(counts.values)")
        #expect(try service.metric("stillwatch_model_swaps_total{trigger=\"admin\"}") == 200)
        #expect(service.stop() == 0)
    }

    @Test func rollbackBringsThePreviousModelBackAndBothSurviveARestart() async throws {
        let files = [try TestModels.file(seed: 1), try TestModels.file(seed: 2)]
        let service = try ServiceProcess(model: files[0], arguments: ["--poll-interval-ms", "0"])
        let candidate = service.folder.path("candidate.swm")
        try Data(files[1]).write(to: URL(fileURLWithPath: candidate))
        let first = service.modelDigest
        let promoted = try Executable.tool("deploy", "promote", candidate, "--admin-socket", service.adminSocket)
        #expect(promoted.contains("active") && !promoted.contains(first))
        #expect(service.stop() == 0)
        try service.start()
        #expect(service.modelDigest != first, "a promotion survives a restart")
        let back = try Executable.tool("deploy", "rollback", "--admin-socket", service.adminSocket)
        #expect(back.contains(first))
        #expect(service.stop() == 0)
        try service.start()
        #expect(service.modelDigest == first, "so does a rollback")
        #expect(service.stop() == 0)
    }

    /// Whatever asks for it, a refused file changes nothing and says why in reply, log and counter, every time.
    @Test func aRefusedFileLeavesTheOldModelServing() async throws {
        let good = try TestModels.file(seed: 1)
        let service = try ServiceProcess(model: good, arguments: ["--poll-interval-ms", "20"])
        let first = service.modelDigest
        var bad = good
        bad[bad.count / 2] ^= 4
        let path = service.folder.path("bad.swm")
        try Data(bad).write(to: URL(fileURLWithPath: path))
        let counter = "stillwatch_model_refusals_total{code=\"MODEL_DIGEST_MISMATCH\"}"
        let admin = try await service.admin()
        for attempt in 1...3 {
            let error = await #expect(throws: StatusError.self) { try await admin.send(.stageModel(path: path)) }
            #expect(error?.reason == "MODEL_DIGEST_MISMATCH", "attempt \(attempt)")
            #expect(try service.metric(counter) == Double(attempt))
        }
        try Data(bad).write(to: URL(fileURLWithPath: service.modelFile))
        try await eventually("the watch counts the refusal") { try service.metric(counter) >= 4 }
        let watched = try service.metric(counter)
        service.signal(SIGHUP)
        try await eventually("SIGHUP counts it again") { try service.metric(counter) > watched }
        #expect(service.log.contains("model refused, the active one stays"))
        let client = try await service.connect()
        guard case .serverInfo(let info) = try await client.send(.serverInfo).outcome.get() else { return }
        #expect(hexadecimal(info.modelDigest) == first)
        // The watch takes a whole file that comes later.
        try Data(try TestModels.file(seed: 2)).write(to: URL(fileURLWithPath: service.modelFile), options: .atomic)
        try await eventually("the watch swaps") {
            try service.metric("stillwatch_model_swaps_total{trigger=\"watch\"}") == 1
        }
        #expect(service.stop() == 0)
    }

    /// The facts of an account that is alone with all its identifiers.
    private static func noOthers(_ event: AccountEvent) -> LinkSnapshot {
        var links = LinkSnapshot()
        for identifierClass in IdentifierClass.linked where event.identifier(identifierClass) != nil {
            var facts = LinkFacts()
            facts.firstSeenMs = event.timeMs
            links[identifierClass] = facts
        }
        return links
    }
}
