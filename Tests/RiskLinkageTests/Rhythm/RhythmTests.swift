import RiskCore
import RiskLinkage
import TestSupport
import Testing

/// Who moves together, as features get to see it.
@Suite struct RhythmTests {
    /// Applies a world's days to a state; the facts that each account's last event got.
    private func play(
        _ world: RhythmWorld, days: Range<Int>? = nil, into state: inout LinkState
    ) throws -> [String: RhythmFacts] {
        var last: [String: RhythmFacts] = [:]
        for day in days ?? 0..<world.dayCount {
            for (name, event) in try world.events(day: day) { last[name] = state.apply(event).rhythm }
        }
        return last
    }

    private func honest(_ seed: UInt64, count: Int = 120, dayCount: Int = 38) -> RhythmWorld {
        var world = RhythmWorld(seed: seed, dayCount: dayCount)
        for index in 0..<count { world.add("h\(index)-", count: 1) }
        return world
    }

    private func excess(_ facts: [String: RhythmFacts], _ names: [String]) -> [Double] {
        names.compactMap { facts[$0] }.map { $0.twins - $0.twinsByChance }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func aRingFindsItselfAndNobodyElse(seed: UInt64) throws {
        var world = honest(seed)
        world.add("r", count: 12)
        var state = LinkState()
        let facts = try play(world, into: &state)
        let ring = excess(facts, world.names("r"))
        let others = excess(facts, world.names("h")).sorted()
        #expect(ring.count == 12 && ring.allSatisfy { $0 >= 7 }, "seed \(seed): \(ring)")
        #expect(others[others.count * 9 / 10] <= 2, "seed \(seed): \(others)")
        let nearest = try #require(facts["r0"])
        #expect(nearest.nearest > nearest.nearestByChance + 0.15, "seed \(seed): \(nearest)")
        #expect(nearest.days >= 26 && nearest.compared > 100, "seed \(seed): \(nearest)")
    }

    /// The same accounts with the same days in another order have nothing in common.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func shuffledDaysShowNothing(seed: UInt64) throws {
        var world = honest(seed)
        world.add("r", count: 12, shuffled: true)
        var state = LinkState()
        let facts = try play(world, into: &state)
        let ring = excess(facts, world.names("r"))
        #expect(ring.reduce(0, +) / 12 < 1, "seed \(seed): \(ring)")
    }

    @Test func oneOrganisationMayMoveTogether() throws {
        var world = honest(4)
        world.add("team", count: 12, organisation: "firm")
        var state = LinkState()
        let team = excess(try play(world, into: &state), world.names("team"))
        #expect(team.allSatisfy { $0 <= 2 }, "\(team)")
    }

    /// Office days, an outage for everyone and a holiday are no network.
    @Test func whatIsOrdinaryIsNoTwin() throws {
        var world = RhythmWorld(seed: 5, dayCount: 38)
        for index in 0..<80 {
            world.add("clerk\(index)-", count: 1) { day, draw in draw < (day % 7 < 5 ? 0.85 : 0.04) }
            world.add("hobby\(index)-", count: 1) { day, draw in draw < (day % 7 < 5 ? 0.35 : 0.7) }
        }
        world.change(day: 25) { $0 / 10 }
        world.change(day: 30) { _ in 0 }
        var state = LinkState()
        let facts = try play(world, into: &state)
        let clerks = excess(facts, world.names("clerk")).sorted()
        #expect(clerks[clerks.count / 2] <= 1 && clerks[clerks.count * 9 / 10] <= 4, "\(clerks)")
    }

    @Test func labelsOfTwinsCountUntilTheyAreTakenBack() throws {
        var world = honest(6)
        world.add("r", count: 10)
        var state = LinkState()
        _ = try play(world, days: 0..<34, into: &state)
        func label(_ verdict: Label.Verdict, day: Int64) {
            for index in 0..<5 {
                let knownAtMs = RhythmWorld.startMs + day * RhythmWorld.dayMs
                state.apply(
                    Label(account: Reference("r\(index)"), verdict: verdict, source: "test", knownAtMs: knownAtMs))
            }
        }
        label(.abusive, day: 34)
        let labelled = try play(world, days: 34..<36, into: &state)
        let found = (5..<10).compactMap { labelled["r\($0)"]?.labelledTwins }
        #expect(found.contains { $0 >= 4 }, "\(labelled)")
        label(.withdrawn, day: 36)
        // The comparison that the next day's facts rest on may be of before.
        _ = try play(world, days: 36..<37, into: &state)
        let cleared = try play(world, days: 37..<38, into: &state)
        #expect((0..<10).allSatisfy { (cleared["r\($0)"]?.labelledTwins ?? 0) == 0 })
    }

    /// Labels move the others' facts at once, in the day and without another event of theirs.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func aLabelIsSeenByItsTwinsAtOnce(seed: UInt64) throws {
        var world = honest(seed)
        world.add("r", count: 12)
        world.add("team", count: 6, organisation: "firm")
        var state = LinkState()
        _ = try play(world, days: 0..<36, into: &state)
        let nowMs = RhythmWorld.startMs + 36 * RhythmWorld.dayMs
        func labelledTwins(_ names: [String]) throws -> [Double] {
            try names.map { name in
                let event = try world.event(name, atMs: nowMs, requests: 50)
                return state.facts(for: event).rhythm?.labelledTwins ?? 0
            }
        }
        func label(_ names: [String], _ verdict: Label.Verdict) {
            for name in names {
                state.apply(Label(account: Reference(name), verdict: verdict, source: "test", knownAtMs: nowMs))
            }
        }
        let (banned, rest) = (Array(world.names("r").prefix(6)), Array(world.names("r").dropFirst(6)))
        #expect(try labelledTwins(rest).allSatisfy { $0 == 0 })
        label(banned, .abusive)
        label(banned, .abusive)
        let seen = try labelledTwins(rest)
        #expect(seen.count { $0 >= 3 } >= 4 && seen.allSatisfy { $0 <= 6 }, "seed \(seed): \(seen)")
        let others = try labelledTwins(world.names("h")).sorted()
        #expect(others[others.count * 9 / 10] <= 1, "seed \(seed): \(others)")
        label([try #require(world.names("team").first)], .abusive)
        #expect(try labelledTwins(world.names("team")).reduce(0, +) <= 1, "seed \(seed)")
        label(Array(banned.prefix(3)), .legitimate)
        let fewer = try labelledTwins(rest)
        #expect(
            zip(fewer, seen).allSatisfy { $0 <= min($1, 3) && $0 >= $1 - 3 }, "seed \(seed): \(fewer), before \(seen)")
        label(Array(banned.dropFirst(3)), .withdrawn)
        #expect(try labelledTwins(rest).allSatisfy { $0 == 0 }, "seed \(seed)")
    }

    @Test func whoWasAwayForAMonthMovesLikeNobody() throws {
        var world = honest(4, count: 60)
        world.add("r", count: 8)
        var state = LinkState()
        let before = try play(world, into: &state)
        #expect(before["r0"] != nil)
        for (days, isKnown) in [(20, true), (29, false)] as [(Int64, Bool)] {
            let timeMs = RhythmWorld.startMs + (Int64(world.dayCount) + days) * RhythmWorld.dayMs
            let facts = state.facts(for: try world.event("r0", atMs: timeMs, requests: 50)).rhythm
            #expect((facts != nil) == isKnown, "after \(days) days: \(String(describing: facts))")
        }
        // Nor if its first event comes late, after another account's of the next day.
        let dayMs = RhythmWorld.startMs + Int64(world.dayCount + 29) * RhythmWorld.dayMs
        for (name, day) in [("h0-0", 1), ("r0", 0)] as [(String, Int64)] {
            _ = state.apply(try world.event(name, atMs: dayMs + day * RhythmWorld.dayMs, requests: 50))
        }
        #expect(state.facts(for: try world.event("r0", atMs: dayMs + RhythmWorld.dayMs, requests: 50)).rhythm == nil)
    }

    @Test func anEventNeverSeesItselfAndADryRunLeavesNothingBehind() throws {
        var world = honest(7, count: 60)
        world.add("r", count: 8)
        var (state, watched) = (LinkState(), LinkState())
        for day in 0..<world.dayCount {
            for (name, event) in try world.events(day: day) {
                let dry = watched.facts(for: event).rhythm
                #expect(watched.facts(for: event).rhythm == dry)
                let facts = state.apply(event).rhythm
                #expect(facts == dry && facts == watched.apply(event).rhythm, "\(name), day \(day)")
            }
        }
    }

    @Test func nothingIsSaidOfYoungOrSteadyAccounts() throws {
        var world = honest(8, count: 60)
        world.add("steady", count: 8) { _, _ in true }
        var state = LinkState()
        let early = try play(world, days: 0..<9, into: &state)
        #expect(early.values.allSatisfy { $0.days == 0 } && early.isEmpty)
        var flat = RhythmWorld(seed: 9, dayCount: 20)
        flat.add("f", count: 1) { _, _ in true }
        for day in 0..<20 { flat.change(day: day) { _ in 100 } }
        var other = LinkState()
        #expect(try play(flat, into: &other).isEmpty)
    }

    /// Callers choose their times: nothing may trap, and a long absence starts anew.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anyTimesAndLoadsAreTaken(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let world = RhythmWorld(seed: seed, dayCount: 1)
        var state = LinkState(capacity: LinkState.Capacity(accounts: 12, identifiers: 5))
        for _ in 0..<400 {
            let day = [0, 1, 20_000 + Int64.random(in: 0...120, using: &generator), 50_000].randomElement(
                using: &generator)
            let loads = [0, 1, 80, FieldSpec.wholeMaximum]
            let event = try world.event(
                "a\(Int.random(in: 0..<20, using: &generator))",
                atMs: (day ?? 0) * RhythmWorld.dayMs + Int64.random(in: 0..<RhythmWorld.dayMs, using: &generator),
                requests: Int(loads.randomElement(using: &generator) ?? 0))
            if let facts = state.apply(event).rhythm {
                #expect(facts.twins <= facts.compared && facts.labelledTwins <= facts.twins, "seed \(seed)")
            }
        }
    }
}
