import RiskCore
import RiskEngine
import RiskLinkage
import RiskWire
import TestSupport
import Testing

@Suite struct ReplayTests {
    private func entry(_ sequence: UInt64, _ content: LogEntry.Content) -> LogEntry {
        LogEntry(commitSequence: sequence, committedAtMs: 0, content: content)
    }

    private func event(_ account: String, atMs: UInt64) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "signup")
        try builder.set(.eventTimeMs, whole: atMs)
        try builder.set(.accountRef, reference: Reference(account))
        try builder.set(.deviceRef, reference: Reference("d"))
        return try builder.build()
    }

    @Test func aFreshSessionForgetsAndAContinuedOneDoesNot() throws {
        for stateWasEmpty in [true, false] {
            var replay = LinkReplay(capacity: LinkState.Capacity(accounts: 10, identifiers: 10))
            _ = replay.apply(entry(1, .observed(try event("a", atMs: 1))))
            let session = SessionStart(
                version: "1", stateWasEmpty: stateWasEmpty, accountCapacity: 10, identifierCapacity: 10)
            _ = replay.apply(entry(2, .sessionStarted(session)))
            let facts = replay.apply(entry(3, .scored(try event("b", atMs: 2), nil)))
            #expect(facts?[.device]?.accounts == (stateWasEmpty ? 0 : 1))
        }
    }

    @Test func missingEntriesAndOtherCapacitiesAreCounted() throws {
        var replay = LinkReplay(capacity: LinkState.Capacity(accounts: 10, identifiers: 10))
        _ = replay.apply(entry(1, .observed(try event("a", atMs: 1))))
        _ = replay.apply(entry(5, .observed(try event("b", atMs: 2))))
        #expect(replay.missingEntryCount == 3)
        let session = SessionStart(version: "1", stateWasEmpty: false, accountCapacity: 11, identifierCapacity: 10)
        _ = replay.apply(entry(6, .sessionStarted(session)))
        #expect(replay.otherCapacityCount == 1)
    }

    /// A label from before the pruning counts from its account's next event on, however old it is.
    @Test func labelsOfAPrunedLogAreInForceAgain() throws {
        let day: UInt64 = 86_400_000
        func label(_ account: String, _ verdict: Label.Verdict = .abusive, until: UInt64? = nil) -> LogEntry.Content {
            .labelled(
                Label(
                    account: Reference(account), verdict: verdict, source: "test", knownAtMs: 1,
                    expiresAtMs: until.map { Int64($0) }))
        }
        var replay = LinkReplay(prunedThrough: 100)
        for (sequence, content) in [
            (3, label("bad")), (4, label("expired", until: 399 * day)), (5, label("late")), (6, label("cleared")),
        ] as [(UInt64, LogEntry.Content)] {
            _ = replay.apply(entry(sequence, content))
        }
        _ = replay.apply(entry(101, label("cleared", .withdrawn)))
        // Long after the accounts would have been forgotten if they had been labelled at the beginning.
        for (index, account) in ["other", "bad", "expired", "cleared"].enumerated() {
            _ = replay.apply(entry(102 + UInt64(index), .observed(try event(account, atMs: 400 * day + UInt64(index)))))
        }
        #expect(replay.missingEntryCount == 0)
        let facts = replay.apply(entry(107, .scored(try event("neighbour", atMs: 401 * day), nil)))
        #expect(facts?[.device]?.accounts == 4 && facts?[.device]?.labelledBad == 1)
        #expect(replay.missingEntryCount == 1, "106 was not pruned")
        // One whose account comes back only after the log's end.
        replay.finishLabels()
        var links = replay.links
        _ = links.apply(try event("late", atMs: 402 * day))
        #expect(links.facts(for: try event("neighbour", atMs: 402 * day))[.device]?.labelledBad == 2)
    }

    @Test func labelsAreReleasedWhenTheyBecameKnownAndNeverBefore() {
        let labels = [30, 10, 20, 10].enumerated().map { index, knownAtMs in
            Label(account: Reference("a\(index)"), verdict: .abusive, source: "test", knownAtMs: Int64(knownAtMs))
        }
        var schedule = LabelSchedule(labels)
        #expect(schedule.due(atMs: 9).isEmpty)
        #expect(schedule.due(atMs: 10).map(\.account) == [Reference("a1"), Reference("a3")])
        #expect(schedule.due(atMs: 10).isEmpty)
        #expect(schedule.due(atMs: 100).map(\.account) == [Reference("a2"), Reference("a0")])
    }

    @Test func aPageTokenComesBackAndNothingElseDoes() {
        for (cluster, start) in [(1, 1), (17, 100), (UInt64.max, Int.max)] {
            var page = CampaignPage(summary: .init(id: ClusterID(cluster)))
            #expect(CampaignPageToken(after: page) == nil)
            page.nextMember = start
            let token = CampaignPageToken(after: page)
            #expect(token?.cluster == ClusterID(cluster) && token?.start == start)
            #expect(token.flatMap { CampaignPageToken($0.text) } == token && token != nil)
            #expect((token?.text.utf8.count ?? 99) <= WireLimits.pageTokenByteCount)
        }
        for text in [
            "", "p1", "p1.c1", "p1.c1.", "p1.c1.0", "p1.c1.-1", "p1.c1.01", "p1.c1.+1", "p2.c1.1", "p1.17.1", "p1.c0.1",
            "p1.c1.1.1", "p1.c1.9223372036854775808",
        ] {
            #expect(CampaignPageToken(text) == nil, "\(text)")
        }
    }

    @Test func aDecisionIDGivesItsAccountBackAndNothingElseDoes() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<1000 {
            let bytes = (0..<Int.random(in: 1...64, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let id = DecisionID.make(commitSequence: generator.next(), account: Reference(bytes))
            #expect(DecisionID.account(of: id) == Reference(bytes))
        }
        for text in ["", "d1", "d1.1.", "d2.1.61", "d1.x.61", "d1.1.6", "d1.1.zz", "d1.1.61.61", "d1.1.6G"] {
            #expect(DecisionID.account(of: text) == nil, "\(text)")
        }
        let long = DecisionID.make(commitSequence: .max, account: Reference(Array(repeating: 255, count: 64)))
        #expect(long.utf8.count <= WireLimits.decisionIDByteCount)
    }
}
