import RiskCore
import RiskEventLog
import RiskSimulation
import RiskWire
import Testing

struct SimulatedWorldTests {
    @Test(arguments: [1, 2] as [UInt64])
    func sameParametersGiveTheSameWorld(seed: UInt64) throws {
        let parameters = SmallWorld.parameters(seed: seed)
        let (first, second) = (try SmallWorld(parameters), try SmallWorld(parameters))
        #expect(first.events == second.events)
        #expect(first.labels == second.labels)
        #expect(first.truth == second.truth)
        let other = try SmallWorld(SmallWorld.parameters(seed: seed + 1))
        #expect(other.events != first.events)
    }

    @Test func anEarlierEndGivesAPrefix() throws {
        let whole = try SmallWorld(SmallWorld.parameters(seed: 3, until: "2026-01-15"))
        let part = try SmallWorld(SmallWorld.parameters(seed: 3, until: "2025-12-20"))
        #expect(part.events.count > 1000)
        #expect(part.events.count < whole.events.count)
        #expect(Array(whole.events.prefix(part.events.count)) == part.events)
        let end = WorldCalendar.startMs + 49 * WorldCalendar.dayMs
        #expect(part.events.allSatisfy { $0.timeMs < end })
        #expect(part.labels.allSatisfy { $0.knownAtMs < end })
        #expect(part.labels == whole.labels.filter { $0.knownAtMs < end })
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func eventsComeInOrderOfTime(seed: UInt64) throws {
        let world = try SmallWorld(SmallWorld.parameters(seed: seed))
        #expect(zip(world.events, world.events.dropFirst()).allSatisfy { $0.timeMs <= $1.timeMs })
        #expect(world.events.allSatisfy { (WorldCalendar.startMs..<WorldCalendar.endMs).contains($0.timeMs) })
    }

    @Test func eventsObeyTheContractAsJSONLinesDo() throws {
        let world = try SmallWorld(SmallWorld.parameters(seed: 4))
        for (index, event) in world.events.enumerated() where index % 97 == 0 {
            let line = EventJSON.encode(event)
            let decoded = try EventJSON.decode(line[...])
            #expect(try decoded.event.builder.build() == event, "event \(index) of seed 4")
        }
    }

    @Test func everybodyHasOneCadence() throws {
        let world = try SmallWorld(SmallWorld.parameters(seed: 5))
        var byAccount: [Reference: [AccountEvent]] = [:]
        for event in world.events { byAccount[event.account, default: []].append(event) }
        for (account, events) in byAccount {
            let kind = world.truth[account]?.kind ?? ""
            let signups = events.filter { $0.type == .signup }
            #expect(signups.count <= 1 && (signups.isEmpty || events[0].type == .signup), "seed 5, \(kind)")
            #expect(events.filter { $0.type == .payment }.count <= 1, "seed 5, \(kind)")
            try Self.checkUsage(events.filter { $0.type == .usage }, kind, isNew: !signups.isEmpty)
        }
    }

    /// A record is one of the day's end, or stands exactly at a checkpoint; no checkpoint is passed over.
    private static func checkUsage(_ events: [AccountEvent], _ kind: String, isNew: Bool) throws {
        var before = isNew ? 0 : events.first.map { Int($0.number(.exchangesTotal)) } ?? 0
        for event in events {
            let total = Int(event.number(.exchangesTotal))
            let isDaily = (event.timeMs - WorldCalendar.startMs) % WorldCalendar.dayMs >= WorldCalendar.dayMs - 60_000
            let isCheckpoint = [5, 20, 100].contains(total) || (total > 0 && total % 500 == 0)
            #expect(isDaily || isCheckpoint, "seed 5, \(kind): \(total)")
            let passed = ([5, 20, 100] + stride(from: 500, through: max(500, total), by: 500)).filter {
                before < $0 && $0 < total
            }
            #expect(passed.isEmpty, "seed 5, \(kind): \(passed) between \(before) and \(total)")
            #expect(total >= before)
            #expect(event.number(.requests1h) <= event.number(.requests24h))
            #expect(event.number(.requests24h) <= event.number(.requests7d))
            #expect(!isNew || event.number(.requests7d) <= Double(total))
            before = total
        }
    }

    /// What the windows say is what the records of the same account say: nothing of later is in them.
    @Test func windowsHoldWhatWasRecorded() throws {
        let world = try SmallWorld(SmallWorld.parameters(seed: 6))
        var recorded: [Reference: [(timeMs: Int64, total: Double)]] = [:]
        for event in world.events where event.type == .usage {
            let total = event.number(.exchangesTotal)
            let past = recorded[event.account, default: []]
            let day = WorldCalendar.dayMs
            for (hours, field) in [(Int64(24), EventField.requests24h), (168, .requests7d)] {
                // The last record before the window and the first in it bound what the window holds.
                let start = event.timeMs - hours * day / 24
                if let before = past.last(where: { $0.timeMs <= start }) {
                    #expect(event.number(field) <= total - before.total, "seed 6")
                }
                if let after = past.first(where: { $0.timeMs > start }) {
                    #expect(event.number(field) >= total - after.total, "seed 6")
                }
            }
            recorded[event.account, default: []].append((event.timeMs, total))
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func noLabelComesBeforeTheFirstEvent(seed: UInt64) throws {
        let world = try SmallWorld(SmallWorld.parameters(seed: seed))
        var first: [Reference: Int64] = [:]
        for event in world.events where first[event.account] == nil { first[event.account] = event.timeMs }
        #expect(world.labels.count > 5, "seed \(seed)")
        for label in world.labels {
            let start = try #require(first[label.account])
            #expect(label.knownAtMs > start, "seed \(seed)")
            let truth = try #require(world.truth[label.account])
            #expect(label.campaign.isEmpty || label.campaign == truth.campaign, "seed \(seed)")
            #expect(label.campaign.isEmpty || truth.kind == "campaign", "seed \(seed)")
        }
    }

    /// What is missing says nothing about what an account is.
    @Test func missingnessIsTheSameForAll() throws {
        let world = try SmallWorld(SmallWorld.parameters(seed: 7, scale: 0.004, until: "2026-01-01"))
        let fields: [EventField] = [
            .phoneLineType, .deviceRef, .emailDomainRef, .ipPrefixRef, .proxyConfidence, .formFillMs, .declaredUseCode,
        ]
        for field in fields {
            var counts: [Bool: (present: Double, all: Double)] = [:]
            for event in world.events where event.type == .signup {
                let isHonest = world.truth[event.account]?.kind == "honest"
                let isPresent = field.spec.isReference ? event.reference(field) != nil : !event.number(field).isNaN
                counts[isHonest, default: (0, 0)].present += isPresent ? 1 : 0
                counts[isHonest, default: (0, 0)].all += 1
            }
            let (honest, others) = (try #require(counts[true]), try #require(counts[false]))
            let difference = honest.present / honest.all - others.present / others.all
            let share = (honest.present + others.present) / (honest.all + others.all)
            let error = (share * (1 - share) * (1 / honest.all + 1 / others.all)).squareRoot()
            #expect(abs(difference) <= 4 * error, "seed 7, \(field): \(difference) ± \(error)")
        }
    }

    @Test func aDateOutsideTheCalendarIsNone() {
        #expect(WorldCalendar.day(ofDate: "2025-11-01") == 0)
        #expect(WorldCalendar.day(ofDate: "2026-06-10") == 221)
        #expect(WorldCalendar.day(ofDate: "2026-08-01") == WorldCalendar.dayCount)
        for text in ["2026-08-02", "2025-10-31", "2026-02-29", "2026-6-10", "", "soon", "2026-06-10-1"] {
            #expect(WorldCalendar.day(ofDate: text) == nil, "\(text)")
        }
    }
}

extension FieldSpec {
    fileprivate var isReference: Bool {
        if case .reference = kind { true } else { false }
    }
}
