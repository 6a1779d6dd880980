import RiskCore
import RiskEventLog
import TestSupport
import Testing

@testable import RiskTraining

/// A log as it would have been had every account shared less.
@Suite struct SparserLogTests {
    private let folder: TemporaryFolder
    private let world: TinyWorld
    private let labels: [Label]

    init() throws {
        folder = try TemporaryFolder()
        world = try TinyWorld(seed: 6, honestCount: 120)
        try world.write(to: folder)
        labels = world.labels.map(\.label)
    }

    private func sparser(_ seed: UInt64) throws -> SparserLog {
        try SparserLog(
            path: folder.path("events.swlog"), labels: labels, dropout: IdentifierDropout(seed: seed))
    }

    /// The events as they came, in order.
    private func events() throws -> [ReplayedEvent] {
        let replay = try LogReplay(path: folder.path("events.swlog"), labels: labels)
        var events: [ReplayedEvent] = []
        while let event = try replay.next() { events.append(event) }
        return events
    }

    /// What an account kept it shares with fewer: the others have lost it, too. That its own rows alone could not show.
    @Test func whoKeptAValueSharesItWithFewer() throws {
        let events = try events()
        for seed in [3, 4] as [UInt64] {
            let sparser = try sparser(seed)
            var (kept, fewer) = (0, 0)
            for event in events {
                let altered = try sparser.observation(of: event)
                #expect(altered.event.account == event.observation.event.account)
                #expect(altered.event.timeMs == event.observation.event.timeMs)
                let own = event.observation.event.reference(.deviceRef)
                guard own != nil, altered.event.reference(.deviceRef) == own,
                    let before = event.observation.links[.device]?.accounts, before > 2
                else { continue }
                let after = try #require(altered.links[.device]?.accounts)
                #expect(after <= before, "entry \(event.commitSequence)")
                kept += 1
                fewer += after < before / 2 ? 1 : 0
            }
            #expect(kept > 50 && fewer > kept / 2, "seed \(seed): \(fewer) of \(kept)")
        }
    }

    /// Going on from row to row says the same as going through every event.
    @Test func leavingOutEventsChangesNothing() throws {
        let (every, some) = (try sparser(7), try sparser(7))
        for (index, event) in try events().enumerated() {
            let whole = try every.observation(of: event)
            guard index % 5 == 2 else { continue }
            let skipped = try some.observation(of: event)
            #expect(skipped.event == whole.event && skipped.links == whole.links, "entry \(event.commitSequence)")
            #expect(try some.observation(of: event).links == whole.links, "asked again")
        }
    }

    /// The copies that are learnt from are these, and hold what the link state of the sparser log said.
    @Test func copiesOfRowsAreOfTheSparserLog() throws {
        var training = EventTraining()
        training.options.seed = 5
        (training.identifierDropout, training.innocentCrowds) = (true, 0)
        var rows = try TrainingRows(training, labels: world.labels)
        let (first, second) = (try sparser(5), try sparser(5))
        var accounts = AccountNumbers()
        var vector: [Double] = []
        var expected: [(row: Int, vector: [Double])] = []
        var count = 0
        for event in try events() {
            guard rows.wants(event) else { continue }
            let account = accounts.number(of: event.observation.event.account)
            guard rows.note(event, account: account) else { continue }
            FeatureExtractor.wholeCatalogue.extract(event.observation, into: &vector)
            try rows.add(event, vector: vector, account: account, sparser: first)
            FeatureExtractor.wholeCatalogue.extract(try second.observation(of: event), into: &vector)
            expected.append((count + 1, vector))
            count += 2
        }
        let data = try rows.trainingData()
        let places = try data.features.map { feature in
            try #require(FeatureCatalogue.features.firstIndex { $0.name == feature.name })
        }
        let agreeing = expected.count { copy in
            zip(data.columns, places).allSatisfy { column, place in
                let (found, wanted) = (column[copy.row], copy.vector[place])
                return found == wanted || (found.isNaN && wanted.isNaN)
            }
        }
        // The others have borrowed looks or a stolen identity: four accounts in ten, as long as there is anybody's.
        #expect(agreeing > expected.count / 2 && agreeing < expected.count * 4 / 5, "\(agreeing) of \(expected.count)")
    }

    /// A log that was pruned or cut between the two readings is no base for half of the rows.
    @Test func anEntryThatIsNotThereIsAnError() throws {
        let all = try events()
        let shorter = try TemporaryFolder()
        try TinyWorld(seed: 6, honestCount: 1, waveCount: 1).write(to: shorter)
        let sparser = try SparserLog(
            path: shorter.path("events.swlog"), labels: labels, dropout: IdentifierDropout(seed: 1))
        let last = try #require(all.last)
        #expect { try sparser.observation(of: last) } throws: {
            ($0 as? TrainingError)?.code == .unreadable && "\($0)".contains("expected entry \(last.commitSequence)")
        }
        #expect { try sparser.observation(of: all[0]) } throws: { "\($0)".contains("found entry") }
    }
}
