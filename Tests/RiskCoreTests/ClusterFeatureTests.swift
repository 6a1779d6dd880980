import RiskCore
import Testing

/// What the cluster family makes of a cluster, by whose accounts are in it.
@Suite struct ClusterFeatureTests {
    /// What of the family is about being many, alike and new, not about labels.
    private static let ofCompany = [
        "organisations", "unrelated_share", "tie", "tie_kinds", "arrivals_1d", "arrivals_7d", "young_share",
        "birth_focus", "equal_load", "synchrony", "rhythm_tie", "anonymised_share", "virtual_card_share",
        "template_share", "routes", "pivot_share",
    ]

    private func values(accounts: Double, organisations: Double) throws -> [String: Double] {
        var cluster = ClusterFacts(id: ClusterID(7))
        (cluster.accounts, cluster.organisations, cluster.prior) = (accounts, organisations, -4)
        (cluster.arrivals1d, cluster.arrivals7d) = (accounts / 2, accounts)
        cluster.births = PopulationSpread(count: accounts, mean: 20_000, deviation: 1)
        cluster.loads = PopulationSpread(count: accounts, mean: 4, deviation: 0.1)
        (cluster.synchrony, cluster.rhythmTie, cluster.routes) = (0.5, 0.4, 6)
        (cluster.anonymisedShare, cluster.virtualCardShare, cluster.templateShare) = (0.9, 0.8, 0.7)
        cluster.pivotShare = 0.6
        var links = Fixture.links(.device) { ($0.accounts, $0.tie) = (accounts, 12) }
        links.cluster = cluster
        links.tieAgain()
        let event = try Fixture.event("usage")
        return Dictionary(
            uniqueKeysWithValues: try Self.ofCompany.map { ($0, try Fixture.value("cluster.\($0)", event, links)) })
    }

    @Test(arguments: [(4.0, 4.0), (2000, 0), (2000, 3), (9, 1)])
    func aFewOthersAndSeatsOfOnesOwnSayNothing(accounts: Double, organisations: Double) throws {
        let values = try values(accounts: accounts, organisations: organisations)
        for (name, value) in values where name != "young_share" && name != "routes" {
            #expect(value == 0, "\(name) of \(accounts) accounts, \(organisations) organisations")
        }
        // Of the young ones, those of other organisations beside five old ones.
        #expect(values["young_share"] == min(1, organisations / accounts) * accounts / (accounts + 5))
    }

    /// Each stranger who turns out to be one makes a cluster look worse; of nothing but strangers all counts in full.
    @Test func strangersCountAndNeverLess() throws {
        var last: [String: Double] = [:]
        for organisations in 0...300 {
            let next = try values(accounts: 300, organisations: Double(organisations))
            for (name, value) in next {
                #expect(value >= last[name] ?? 0, "\(name), \(organisations) organisations")
            }
            last = next
        }
        #expect(last["unrelated_share"] ?? 0 > 0.95 && last["template_share"] ?? 0 > 0.66)
        #expect(last["arrivals_1d"] == 146 && last["tie"] ?? 0 > 5 && last["tie_kinds"] == 1)
    }

    /// Models of 0.7.0 and before name definition 1, which is as it was.
    @Test func definitionsOfBeforeCountSeatsAsStrangers() throws {
        var cluster = ClusterFacts(id: ClusterID(7))
        (cluster.accounts, cluster.organisations, cluster.arrivals7d) = (95, 10, 50)
        cluster.births = PopulationSpread(count: 95, mean: 20_000, deviation: 7)
        var links = LinkSnapshot()
        links.cluster = cluster
        let expected = ["arrivals_7d": 50, "young_share": 0.5, "birth_focus": 0.25, "unrelated_share": 0.1]
        for (name, value) in expected {
            let old = try #require(FeatureCatalogue.index(name: "cluster.\(name)", definitionVersion: 1))
            #expect(Fixture.value(FeatureCatalogue.definitions[old], try Fixture.event("usage"), links) == value)
            #expect(FeatureCatalogue.feature(named: "cluster.\(name)")?.definitionVersion == 2)
        }
    }
}
