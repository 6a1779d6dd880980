import RiskCore
import RiskEventLog
import TestSupport
import Testing

@testable import RiskTraining

/// The same test with fewer links.
@Suite struct VariantTests {
    private let folder: TemporaryFolder
    private let world: TinyWorld

    init() throws {
        folder = try TemporaryFolder()
        world = try TinyWorld(seed: 7, honestCount: 200)
        try world.write(to: folder)
    }

    private var log: String { folder.path("events.swlog") }
    private func truth() throws -> Truth { try Truth.read(path: folder.path("truth.csv")) }

    private func report(_ variants: [Variant]) throws -> EvaluationReport {
        var plan = TinyWorld.plan
        (plan.shares, plan.primaryShare, plan.foldLimit) = ([0.05], 0.05, 0)
        var evaluation = Evaluation(plan: plan)
        evaluation.variants = variants
        return try evaluation.run(log: log, labels: world.labels, truth: try truth())
    }

    @Test func wordsAreRead() throws {
        let read = try ["fresh:0.8", "absent:honest", "without:device", "without:each", "without:all", "random:20"].map
        {
            try Variant.parse($0)
        }
        #expect(read == [.fresh(0.8), .absentAtHonestRate, .without(.device), .withoutEach, .withoutAll, .random(20)])
        for text in [
            "", "fresh", "fresh:0", "fresh:2", "fresh:x", "absent:often", "without:org", "without:x", "random:0",
        ] {
            #expect(throws: TrainingError.self, "\(text)") { try Variant.parse(text) }
        }
    }

    @Test func aReplayGoesOnFromAMarkAsItDid() throws {
        let labels = world.labels.map(\.label)
        for day in [0, 30, 65.0] {
            let whole = try LogReplay(path: log, labels: labels)
            whole.mark(atMs: TinyWorld.moment(day))
            var behind: [ReplayedEvent] = []
            while let event = try whole.next() { if whole.mark != nil { behind.append(event) } }
            // Twice from the same place.
            for _ in 0..<2 {
                let replay = try LogReplay(at: try #require(whole.mark))
                for event in behind {
                    let again = try #require(try replay.next())
                    #expect(
                        again.commitSequence == event.commitSequence
                            && again.observation.event == event.observation.event)
                    #expect(
                        again.observation.links == event.observation.links, "\(event.commitSequence) from day \(day)")
                    #expect(again.sawLaterLabels == event.sawLaterLabels)
                }
                #expect(try replay.next() == nil)
            }
        }
    }

    @Test func whatNobodyHasChangesNothing() throws {
        let report = try report([.without(.phone), .withoutAll, .fresh(1)])
        let unchanged = try #require(report.tables.first)
        #expect(report.tables.map(\.name) == [unchanged.name, "per account"])
        #expect(report.variants.map(\.name) == ["without phone", "without all", "fresh 100 %"])
        for (index, table) in report.tables.enumerated() {
            let before = try #require(table.outcome(.reserved, share: 0.05))
            let after = try #require(report.variants[0].models[index].outcome)
            #expect(after.threshold == before.threshold && after.honest == before.honest)
            #expect(after.total == before.total && after.campaigns == before.campaigns)
        }
        // This campaign is found by its links.
        let caught = report.variants.map { $0.models[0].outcome?.total.accounts.value ?? 1 }
        #expect(caught[1] < caught[0] && caught[2] < caught[0])
        // Thresholds stay.
        #expect(Set(report.variants.compactMap { $0.models[0].outcome?.threshold }).count == 1)
        #expect(report.text.contains("fresh 100 %") && report.html.contains("The same campaign with fewer links"))
        #expect(report.json.contains("\"variant\":\"without all\""))
    }

    @Test func onlyCampaignAccountsLoseAndAlwaysTheSame() throws {
        let replay = try LogReplay(path: log)
        let truth = try truth()
        let fresh = Degradation(name: "", kind: .fresh(0.5), truth: truth, seed: 3)
        let unknown = Degradation(name: "", kind: .unknown([.device]), truth: truth, seed: 3)
        var devices: [Reference: Set<Reference>] = [:]
        var owners: [Reference: Set<Reference>] = [:]
        var changed = 0
        while let event = try replay.next() {
            let event = event.observation.event
            #expect(unknown.altered(event).identifier(.device) == nil)
            #expect(unknown.altered(event).identifier(.ipPrefix) == event.identifier(.ipPrefix))
            let altered = fresh.altered(event)
            guard truth.accounts[event.account]?.kind == .campaign else {
                #expect(altered == event)
                continue
            }
            guard let device = altered.identifier(.device) else { continue }
            devices[event.account, default: []].insert(device)
            if device != event.identifier(.device) {
                owners[device, default: []].insert(event.account)
                changed += 1
            }
        }
        #expect(devices.values.allSatisfy { $0.count == 1 } && owners.values.allSatisfy { $0.count == 1 })
        let share = Double(owners.count) / Double(devices.count)
        #expect(changed > owners.count && abs(share - 0.5) < 0.15, "\(share)")
    }

    @Test func absenceIsCountedWhereItIsTold() throws {
        var presence = IdentifierPresence()
        func event(_ type: EventType, _ field: EventField?) throws -> AccountEvent {
            var builder = EventBuilder()
            try builder.set(.eventType, wordIndex: type.rawValue)
            try builder.set(.eventTimeMs, whole: 1_770_000_000_000)
            try builder.set(.accountRef, reference: Reference("a"))
            if let field { try builder.set(field, reference: Reference("x")) }
            return try builder.build()
        }
        for account in 0..<10 {
            presence.note(try event(.signup, account < 7 ? .deviceRef : nil), account: account)
            // Two never pay; two of the eight others have no card.
            if account < 8 { presence.note(try event(.payment, account < 6 ? .instrumentRef : nil), account: account) }
        }
        let shares = presence.absentShares { $0 != 9 }
        #expect(abs(shares[IdentifierClass.device.rawValue] - 2.0 / 9) < 1e-12)
        #expect(shares[IdentifierClass.instrument.rawValue] == 0.25)
        #expect(shares[IdentifierClass.template.rawValue] == 0)
        #expect(presence.classes == [.device, .instrument])
    }
}
