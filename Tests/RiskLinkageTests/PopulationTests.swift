import RiskCore
import RiskLinkage
import TestSupport
import Testing

/// What other accounts make ordinary: clients, version lags, mail addresses.
@Suite struct PopulationTests {
    /// Against keeping the latest values of every account and counting.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func agreesWithCountingLatestValues(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState()
        var naive = NaivePopulation()
        var timeMs = AccountHistoryTests.startMs
        for step in 0..<250 {
            timeMs += Int64.random(in: 0...9_000_000, using: &generator)
            let event = try randomEvent(&generator, atMs: timeMs)
            let facts = state.apply(event).population
            let expected = naive.facts(for: event)
            naive.add(event)
            let place = "seed \(seed) step \(step)"
            #expect(facts.claimants == expected.claimants, "\(place)")
            #expect(facts.claimantsAlike == expected.claimantsAlike, "\(place)")
            for spread in [\PopulationFacts.metadataMissingRate, \.clientVersionLagDays, \.emailLocalpartEntropy] {
                let (found, wanted) = (facts[keyPath: spread], expected[keyPath: spread])
                #expect(found?.count == wanted?.count, "\(place)")
                #expect(abs((found?.mean ?? 0) - (wanted?.mean ?? 0)) < 1e-3, "\(place)")
                #expect(abs((found?.deviation ?? 0) - (wanted?.deviation ?? 0)) < 1e-3, "\(place)")
            }
        }
    }

    private func randomEvent(_ generator: inout SeededGenerator, atMs: Int64) throws -> AccountEvent {
        func maybe(_ value: Double) -> Double? { Bool.random(using: &generator) ? value : nil }
        var numbers: [EventField: Double] = [:]
        numbers[.metadataMissingRate] = maybe(Double(Int.random(in: 0...100, using: &generator)) / 100)
        numbers[.clientVersionLagDays] = maybe(Double(Int.random(in: 0...90, using: &generator)))
        numbers[.emailLocalpartEntropy] = maybe(Double(Int.random(in: 0...80, using: &generator)) / 10)
        var references: [EventField: String] = [:]
        if Bool.random(using: &generator) { references[.tlsClientRef] = "t\(Int.random(in: 0..<3, using: &generator))" }
        if Bool.random(using: &generator) {
            references[.clientClaimedRef] = "c\(Int.random(in: 0..<3, using: &generator))"
        }
        let domainClass = ["free", "custom"].randomElement(using: &generator) ?? "free"
        return try AccountHistoryTests.event(
            "a\(Int.random(in: 0..<25, using: &generator))", atMs: atMs, numbers, references: references,
            words: Bool.random(using: &generator) ? [.emailDomainClass: domainClass] : [:])
    }

    @Test func aClientLooksLikeWhatMostOfItsUsersLookLike() throws {
        var state = LinkState()
        for index in 0..<30 {
            _ = state.apply(
                try AccountHistoryTests.event(
                    "a\(index)", "signup", atMs: AccountHistoryTests.startMs + Int64(index),
                    references: [.tlsClientRef: "right", .clientClaimedRef: "tool"]))
        }
        func facts(_ fingerprint: String) throws -> PopulationFacts {
            state.facts(
                for: try AccountHistoryTests.event(
                    "new", "signup", atMs: AccountHistoryTests.startMs + 100,
                    references: [.tlsClientRef: fingerprint, .clientClaimedRef: "tool"])
            ).population
        }
        #expect(try facts("right").claimantsAlike == 30 && facts("right").claimants == 30)
        #expect(try facts("wrong").claimantsAlike == 0 && facts("wrong").claimants == 30)
    }

    /// One account that says it over and over is still one.
    @Test func nobodyCountsTwice() throws {
        var state = LinkState()
        for index in 0..<100 {
            _ = state.apply(
                try AccountHistoryTests.event(
                    "a", atMs: AccountHistoryTests.startMs + Int64(index), [.metadataMissingRate: 1],
                    references: [.tlsClientRef: "t\(index % 2)", .clientClaimedRef: "tool"]))
        }
        let facts = state.facts(
            for: try AccountHistoryTests.event(
                "b", atMs: AccountHistoryTests.startMs + 200,
                references: [.tlsClientRef: "t1", .clientClaimedRef: "tool"])
        ).population
        #expect(facts.claimants == 1 && facts.claimantsAlike == 1 && facts.metadataMissingRate?.count == 1)
    }

    /// Clients without end are forgotten, and a client that comes back starts anew without a trace of its first life.
    @Test func forgottenClientsStartAnew() throws {
        var state = LinkState(capacity: LinkState.Capacity(accounts: 1000, identifiers: 30))
        func visit(_ account: String, _ client: String, step: Int) throws -> PopulationFacts {
            state.apply(
                try AccountHistoryTests.event(
                    account, atMs: AccountHistoryTests.startMs + Int64(step), [.metadataMissingRate: 0.5],
                    references: [.tlsClientRef: client, .clientClaimedRef: client])
            ).population
        }
        for index in 0..<5 { _ = try visit("a\(index)", "x", step: index) }
        for index in 0..<100 { _ = try visit("b\(index)", "y\(index)", step: 10 + index) }
        let back = try visit("a0", "x", step: 200)
        #expect(back.claimants == 0 && back.metadataMissingRate == nil)
        for index in 1..<5 { _ = try visit("a\(index)", "x", step: 200 + index) }
        let last = try visit("c", "x", step: 300)
        #expect(last.claimants == 5 && last.metadataMissingRate?.mean == 0.5)
    }
}
