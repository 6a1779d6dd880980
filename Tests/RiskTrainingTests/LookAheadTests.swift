import RiskCore
import RiskEventLog
import TestSupport
import Testing

@testable import RiskTraining

/// A feature that was computed from entries behind its event changes when they go.
@Suite struct LookAheadTests {
    /// A log whose events get a value made from what the log holds of their account, later events included.
    private final class Peeking: LookAheadAudit.Source {
        private var events: [ReplayedEvent] = []
        private var next_ = 0
        private var totals: [Reference: Double] = [:]
        private let peeks: Bool

        init(_ replay: LogReplay, peeks: Bool) throws {
            self.peeks = peeks
            while let event = try replay.next() {
                let observed = event.observation.event
                totals[observed.account, default: 0] += peeks ? 1 : 0
                events.append(event)
            }
        }

        func next() throws -> ReplayedEvent? {
            guard next_ < events.count else { return nil }
            defer { next_ += 1 }
            let event = events[next_]
            var builder = EventBuilder(event.observation.event)
            try builder.add(
                CustomValue(
                    name: "events_in_the_end", value: .number(totals[event.observation.event.account] ?? 0)))
            return ReplayedEvent(
                commitSequence: event.commitSequence,
                observation: Observation(event: try builder.build(), links: event.observation.links),
                answer: nil, sawLaterLabels: false)
        }
    }

    @Test func aFeatureOfLaterEntriesIsCaughtAndOursAreNot() throws {
        let folder = try TemporaryFolder()
        let world = try TinyWorld(seed: 4, honestCount: 60)
        try world.write(to: folder)
        let log = folder.path("events.swlog")
        let labels = world.labels.map(\.label)
        let audit = LookAheadAudit(count: 6, lastSequence: 900, seed: 1)
        #expect(audit.cuts.count > 2 && audit.cuts == audit.cuts.sorted())
        let compared = try audit.check(labels: labels) { labels, last in
            try Peeking(try LogReplay(path: log, labels: labels, through: last), peeks: false)
        }
        #expect(compared > 2)
        let plain = try audit.check(labels: labels) { labels, last in
            try LogReplay(path: log, labels: labels, through: last)
        }
        #expect(plain == compared)
        do {
            _ = try audit.check(labels: labels) { labels, last in
                try Peeking(try LogReplay(path: log, labels: labels, through: last), peeks: true)
            }
            Issue.record("a feature looks ahead, and nobody says so")
        } catch let error as EvaluationError {
            #expect(error.code == .lookAhead && error.message.contains("custom.events_in_the_end"))
        }
    }
}
