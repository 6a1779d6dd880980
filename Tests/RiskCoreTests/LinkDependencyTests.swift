import RiskCore
import TestSupport
import Testing

/// What taking an identifier or the cluster away from an observation changes, and what it must not.
@Suite struct LinkDependencyTests {
    private static let whole = FeatureExtractor(inputs: FeatureCatalogue.definitions.indices.map { .catalogue($0) })

    /// An event with every reference but those of one class; the same seed gives the same other values.
    private func event(seed: UInt64, without identifierClass: IdentifierClass?) throws -> AccountEvent {
        var generator = SeededGenerator(seed: seed)
        return try Fixture.event(["signup", "payment", "usage"].randomElement(using: &generator) ?? "usage") {
            builder in
            for field in EventField.allCases where field.spec.section != .envelope {
                let isSet = Bool.random(using: &generator)
                switch field.spec.kind {
                case .whole(let maximum):
                    let value = UInt64.random(in: 0...min(maximum, 5000), using: &generator)
                    if isSet { try builder.set(field, whole: value) }
                case .number(let range):
                    let value = Double.random(in: 0...min(1, range.upperBound), using: &generator)
                    if isSet { try builder.set(field, number: value) }
                case .flag: if isSet { try builder.set(field, flag: true) }
                case .word(let words):
                    let index = Int.random(in: words.indices, using: &generator)
                    if isSet { try builder.set(field, wordIndex: index) }
                case .reference(let ofClass):
                    if ofClass == nil || ofClass != identifierClass {
                        try builder.set(field, reference: Reference("r"))
                    }
                case .histogram(let count): if isSet { try builder.set(field, histogram: Fixture.even(count)) }
                case .references: continue
                }
            }
            if identifierClass != .email { builder.setEmail(Reference([1], namespace: .serverKeyed)) }
            if identifierClass != .phone { builder.setPhone(Reference([2], namespace: .serverKeyed)) }
        }
    }

    private func links(_ generator: inout SeededGenerator, atMs: Int64) throws -> LinkSnapshot {
        var links = try RandomObservation.links(&generator, atMs: atMs)
        links.population.claimants = [0, 30].randomElement(using: &generator) ?? 0
        links.population.claimantsAlike = .random(in: 0...1, using: &generator)
        for identifierClass in IdentifierClass.linked {
            links[identifierClass]?.companions = .random(in: 0...9, using: &generator)
            links[identifierClass]?.sharesCompanion = identifierClass.companion != nil && .random(using: &generator)
            links[identifierClass]?.tie = [0, 1, 3].randomElement(using: &generator) ?? 0
        }
        if Bool.random(using: &generator) {
            var cluster = ClusterFacts(id: ClusterID(7))
            cluster.prior = .random(in: -9...0, using: &generator)
            (cluster.accounts, cluster.organisations, cluster.labelledBad) = (30, 20, 4)
            (cluster.arrivals1d, cluster.arrivals7d, cluster.arrivals30d) = (3, 9, 20)
            cluster.births = PopulationSpread(count: 30, mean: 20_000, deviation: 2)
            cluster.loads = PopulationSpread(count: 30, mean: 4, deviation: 0.1)
            (cluster.synchrony, cluster.rhythmTie, cluster.templateShare) = (0.5, 0.4, 0.9)
            links.cluster = cluster
            links.tieAgain()
        }
        if Bool.random(using: &generator) {
            var rhythm = RhythmFacts()
            (rhythm.compared, rhythm.twins, rhythm.nearest, rhythm.days) = (99, 9, 0.8, 20)
            links.rhythm = rhythm
        }
        return links
    }

    private func vector(_ observation: Observation) -> [UInt64] {
        var vector: [Double] = []
        Self.whole.extract(observation, into: &vector)
        return vector.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
    }

    /// Without an identifier only those features change that say they look at its class or at the cluster; and whether
    /// the event still names it makes no difference.
    @Test(arguments: 1...25 as ClosedRange<UInt64>)
    func onlyFeaturesThatDeclareItChange(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let event = try event(seed: seed, without: nil)
        let links = try links(&generator, atMs: event.timeMs)
        let observation = Observation(event: event, links: links)
        let before = vector(observation)
        func expect(_ after: [UInt64], _ allowed: LinkDependencies, _ what: String) {
            for (index, feature) in FeatureCatalogue.definitions.enumerated() where before[index] != after[index] {
                let isDeclared = !feature.dependencies.isDisjoint(with: allowed)
                #expect(isDeclared, "seed \(seed): \(feature.name) changes without \(what)")
            }
        }
        for identifierClass in IdentifierClass.linked {
            let after = vector(observation.removing(identifierClass))
            expect(after, [.facts(identifierClass), .cluster], identifierClass.word)
            let unnamed = Observation(
                event: try self.event(seed: seed, without: identifierClass), links: links.removing(identifierClass))
            #expect(after == vector(unnamed), "seed \(seed): a feature reads the event's own \(identifierClass.word)")
        }
        expect(vector(observation.removingCluster()), .cluster, "the cluster")
    }

    @Test func extractingSomeLeavesTheOthersAlone() throws {
        let extractor = FeatureExtractor.wholeCatalogue
        let event = try event(seed: 3, without: nil)
        var vector = Array(repeating: -1.0, count: FeatureCatalogue.features.count)
        extractor.extract([0, 2], of: Observation(event: event, links: LinkSnapshot()), into: &vector)
        #expect(vector[1] == -1 && vector[3...].allSatisfy { $0 == -1 })
        #expect(vector[0] != -1 && vector[2] != -1)
    }

    /// A card that three accounts with three domains share: without its own domain, all three are others'.
    @Test func withoutItsDomainNoCompanionIsItsOwn() {
        var links = Fixture.links(.instrument) { ($0.accounts, $0.companions, $0.sharesCompanion) = (3, 2, true) }
        links[.emailDomain] = LinkFacts()
        let changed = links.removing(.emailDomain)
        #expect(changed[.instrument]?.companions == 3 && changed[.instrument]?.sharesCompanion == false)
        #expect(changed[.emailDomain] == nil)
    }

    /// Without a TLS fingerprint nobody can compare it.
    @Test func withoutItsFingerprintAClaimIsNotContradicted() throws {
        var links = Fixture.population {
            ($0.claimants, $0.claimantsAlike) = (50, 40)
            $0.metadataMissingRate = PopulationSpread(count: 30, mean: 0.1, deviation: 0)
        }
        links[.tlsClient] = LinkFacts()
        let event = try Fixture.usage([.metadataMissingRate: 0.5])
        let name = "usage.client_mismatch"
        #expect(try Fixture.value(name, event, links) == 0)
        #expect(try Fixture.value(name, event, links.removing(.tlsClient)).isNaN)
        #expect(links.removing(.tlsClient).population.metadataMissingRate == nil)
    }

    /// The device ties it to one cluster, the card less surely to another: without the device it belongs to the other.
    @Test func withoutItsSurestTieItBelongsToTheOtherCluster() {
        var links = LinkSnapshot()
        (links[.device], links[.instrument]) = (LinkFacts(), LinkFacts())
        links[.device]?.tie = 12
        var (first, second) = (ClusterFacts(id: ClusterID(1)), ClusterFacts(id: ClusterID(2)))
        (first.prior, second.prior) = (-5, -5)
        links.cluster = first
        var ties = Array(repeating: 0.0, count: IdentifierClass.slotCount)
        ties[IdentifierClass.instrument.rawValue] = 9
        links.rivals = [RivalCluster(facts: second, ties: ties)]
        links.tieAgain()
        #expect(links.cluster?.id == ClusterID(1) && links.cluster?.tie == 7 && links.rivals.count == 1)
        let without = links.removing(.device)
        #expect(without.cluster?.id == ClusterID(2) && without.cluster?.tie == 4 && without.rivals.isEmpty)
        #expect(without[.instrument]?.tie == 9)
        let still = links.removing(.instrument)
        #expect(still.cluster == links.cluster && still.rivals.isEmpty)
        #expect(links.removingCluster().rivals.isEmpty)
    }

    /// Device and card hold an account in its cluster; with one of them alone it does not belong.
    @Test func whoeverSharesTooLittleBelongsToNoCluster() {
        var links = LinkSnapshot()
        for identifierClass in [IdentifierClass.device, .instrument, .billingAddr] {
            links[identifierClass] = LinkFacts()
            links[identifierClass]?.tie = 3
        }
        var cluster = ClusterFacts(id: ClusterID(1))
        cluster.prior = -3
        links.cluster = cluster
        links.tieAgain()
        // A card and a billing address are of one kind.
        #expect(links.cluster?.tie == 3 && links.cluster?.tieKinds == 2)
        #expect(links.removing(.billingAddr).cluster == links.cluster)
        let alone = links.removing(.device)
        #expect(alone.cluster == nil && alone[.instrument]?.tie == 0)
        #expect(links.removingCluster().facts.allSatisfy { ($0?.tie ?? 0) == 0 })
    }
}
