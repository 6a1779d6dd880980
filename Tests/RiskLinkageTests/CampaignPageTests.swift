import RiskCore
import RiskLinkage
import TestSupport
import Testing

/// Pages of campaigns over states in which accounts come, go, come back, and clusters merge.
@Suite struct CampaignPageTests {
    private static let fields: [EventField] = [.deviceRef, .instrumentRef, .ipPrefixRef, .templateTop1Ref]

    private func state(seed: UInt64) throws -> LinkState {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState()
        var timeMs: Int64 = 1_700_000_000_000
        for step in 0..<600 {
            timeMs += .random(in: 1...3_600_000, using: &generator)
            let account = Int.random(in: 0..<120, using: &generator)
            var identifiers: [(EventField, String)] = []
            for field in Self.fields where Int.random(in: 0..<3, using: &generator) == 0 {
                // Rings of their own, and now and then something of another's.
                let ring =
                    Int.random(in: 0..<9, using: &generator) == 0
                    ? Int.random(in: 0..<8, using: &generator) : account % 8
                identifiers.append((field, "r\(ring)-\(Int.random(in: 0..<2, using: &generator))"))
            }
            _ = state.apply(try LinkStateTests.event("a\(account)", atMs: timeMs, identifiers))
            if step % 50 == 49 {
                let label = Label(
                    account: Reference("a\(account)"), verdict: .abusive, source: "test", knownAtMs: timeMs)
                state.apply(label)
            }
        }
        return state
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func everyMemberIsOnExactlyOnePage(seed: UInt64) throws {
        let state = try state(seed: seed)
        let summaries = state.campaigns(limit: 1000)
        #expect(summaries.count == state.counts.clusters && !summaries.isEmpty, "seed \(seed)")
        var everyone: Set<Reference> = []
        for summary in summaries {
            var (found, start): ([CampaignPage.Member], Int?) = ([], 0)
            while let from = start {
                let page = try #require(state.campaign(.cluster(summary.id), from: from, limit: 3))
                #expect(page.summary == summary && page.members.count <= 3, "seed \(seed)")
                found += page.members
                start = page.nextMember
            }
            let accounts = found.map(\.account)
            #expect(Set(accounts).count == accounts.count, "seed \(seed) \(summary.id): somebody twice")
            #expect(accounts.count == summary.accounts, "seed \(seed) \(summary.id)")
            #expect(found.count { $0.verdict == .abusive } == summary.labelledBad, "seed \(seed) \(summary.id)")
            #expect(found.allSatisfy { $0.lastSeenMs <= summary.lastSeenMs }, "seed \(seed) \(summary.id)")
            for account in accounts {
                #expect(everyone.insert(account).inserted, "seed \(seed): in two clusters")
                #expect(state.campaign(.account(account))?.summary.id == summary.id, "seed \(seed)")
            }
            for merged in summary.mergedIDs {
                #expect(state.campaign(.cluster(merged))?.summary.id == summary.id, "seed \(seed) \(merged)")
            }
        }
        #expect(everyone.count == state.counts.clusteredAccounts, "seed \(seed)")
    }

    /// Accounts come to one device all the time and are forgotten, so that the cluster's list turns over while somebody
    /// reads it.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func whoStaysWhileOthersAreForgottenIsOnOnePage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var state = LinkState(capacity: LinkState.Capacity(accounts: 60, identifiers: 60))
        var (timeMs, newcomers): (Int64, Int) = (1_700_000_000_000, 0)
        let staying = Set((0..<20).map { Reference("stays\($0)") })
        func come(_ account: String) throws {
            timeMs += .random(in: 1...60_000, using: &generator)
            _ = state.apply(try LinkStateTests.event(account, atMs: timeMs, [(.deviceRef, "d")]))
        }
        func turnOver(_ count: Int) throws {
            for _ in 0..<count {
                try come("n\(newcomers)")
                newcomers += 1
                if newcomers.isMultiple(of: 10) { for index in 0..<20 { try come("stays\(index)") } }
            }
        }
        for _ in 0..<5 {
            for index in 0..<20 { try come("stays\(index)") }
            try turnOver(Int.random(in: 0..<400, using: &generator))
            var (found, start): ([Reference], Int?) = ([], 0)
            while let from = start {
                let page = try #require(state.campaign(.account(Reference("stays0")), from: from, limit: 5))
                #expect(page.summary.accounts <= 60 && (page.nextMember ?? .max) > from, "seed \(seed)")
                found += page.members.map(\.account)
                start = page.nextMember
                try turnOver(30)
                // Whoever reads is faster than the newcomers come, in the end.
                if found.count > 2000 { start = nil }
            }
            #expect(Set(found).count == found.count, "seed \(seed): somebody twice")
            #expect(staying.isSubset(of: found), "seed \(seed): \(found.count)")
        }
    }
}
