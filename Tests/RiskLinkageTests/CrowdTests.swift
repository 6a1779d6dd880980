import RiskCore
import TestSupport
import Testing

@testable import RiskLinkage

@Suite struct CrowdTests {
    private let startMs: Int64 = 1_700_000_000_000

    private func event(_ account: Int, step: Int, org: String? = nil) throws -> AccountEvent {
        try LinkStateTests.event("a\(account)", atMs: startMs + Int64(step), org: org, [(.deviceRef, "d")])
    }

    private func bound(_ count: Int, before: Int) -> ClosedRange<Double> {
        let error = 4 * HyperLogLog.standardError * Double(count)
        return Double(count) - error...Double(count + before) + error
    }

    /// The account table holds 300, so all of them are forgotten and return in each round.
    @Test func forgottenAccountsAreNotCountedAgain() throws {
        var state = LinkState(capacity: LinkState.Capacity(accounts: 300, identifiers: 100))
        var largest = 0.0
        for step in 0..<9000 {
            let facts = state.apply(try event(step % 3000, step: step))[.device]
            let accounts = facts?.accounts ?? -1
            #expect(accounts >= largest, "step \(step)")
            largest = accounts
            if step < Crowd.accountLimit { #expect(accounts == Double(step), "exact while few") }
        }
        #expect(bound(3000, before: Crowd.accountStart).contains(largest), "\(largest) for 3,000")
    }

    @Test func manyTenantsAreSketchedAndTakeNoMorePairs() throws {
        var state = LinkState(capacity: LinkState.Capacity(accounts: 10_000, identifiers: 1000))
        for step in 0..<3000 {
            let facts = state.apply(try event(step, step: step, org: "o\(step % 2000)"))[.device]
            let organisations = facts?.organisations ?? -1
            if step <= Crowd.organisationLimit { #expect(organisations == Double(step), "exact while few") }
            #expect(organisations >= 0)
        }
        #expect(state.pairs.count <= Crowd.organisationLimit + 1)
        let facts = state.facts(for: try event(5000, step: 3000, org: "o7"))[.device]
        #expect(bound(2000, before: Crowd.organisationStart).contains(facts?.organisations ?? -1))
        let stranger = state.facts(for: try event(5000, step: 3000))[.device]
        #expect((stranger?.organisations ?? 0) >= (facts?.organisations ?? .infinity))
    }

    /// Not on where tables put things, either.
    @Test func countsDependOnTheEventsAlone() throws {
        var states = [LinkState(), LinkState(capacity: LinkState.Capacity(accounts: 5000, identifiers: 50))]
        for step in 0..<1500 {
            let event = try event(step, step: step, org: step.isMultiple(of: 3) ? nil : "o\(step)")
            let facts = states.indices.map { states[$0].apply(event) }
            #expect(facts[0] == facts[1], "step \(step)")
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func countsNeverFallAndStayClose(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var count = DistinctCount(before: 5)
        var members: Set<UInt64> = []
        var last = count.count
        for _ in 0..<2000 {
            let member = UInt64.random(in: 0..<700, using: &generator)
            var hash = SeededGenerator(seed: member)
            count.add(hash.next())
            members.insert(member)
            #expect(count.count >= last, "seed \(seed)")
            last = count.count
        }
        let error = 4 * HyperLogLog.standardError * Double(members.count)
        #expect(abs(Double(last - 5 - members.count)) <= error, "seed \(seed): \(last) for \(members.count)")
    }
}
