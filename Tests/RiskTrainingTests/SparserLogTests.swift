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
            var sparser = try sparser(seed)
            var (kept, fewer) = (0, 0)
            for event in events {
                let altered = try sparser.observation(at: event.commitSequence)
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
        let sequences = try events().map(\.commitSequence)
        var (every, some) = (try sparser(7), try sparser(7))
        for (index, sequence) in sequences.enumerated() {
            let whole = try every.observation(at: sequence)
            guard index % 5 == 2 else { continue }
            let skipped = try some.observation(at: sequence)
            #expect(skipped.event == whole.event && skipped.links == whole.links, "entry \(sequence)")
            #expect(try some.observation(at: sequence).links == whole.links, "asked again")
        }
    }

    /// A log that was pruned or cut between the two readings is no base for half of the rows.
    @Test func anEntryThatIsNotThereIsAnError() throws {
        var sparser = try sparser(1)
        let last = try #require(try events().last).commitSequence
        _ = try sparser.observation(at: last)
        #expect { try sparser.observation(at: last + 1) } throws: {
            ($0 as? TrainingError)?.code == .unreadable && "\($0)".contains("expected entry \(last + 1)")
        }
    }
}
