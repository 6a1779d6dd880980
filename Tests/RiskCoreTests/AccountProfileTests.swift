import RiskCore
import TestSupport
import Testing

@Suite struct AccountProfileTests {
    @Test func theLastValueOfEachFieldIsRemembered() throws {
        var profile = AccountProfile()
        for field in AccountProfile.fields { #expect(profile[field].isNaN) }
        profile.remember(
            try Fixture.event("signup") {
                try $0.set(.ipType, word: "residential")
                try $0.set(.verificationLevel, whole: 0)
                try $0.set(.proxyConfidence, number: 0.25)
                try $0.set(.requests24h, whole: 9)
            })
        profile.remember(try Fixture.event { try $0.set(.ipType, word: "hosting") })
        #expect(profile[.ipType] == Double(IPType.hosting.rawValue))
        #expect(profile[.verificationLevel] == 0, "none is not missing")
        #expect(profile[.proxyConfidence] == 0.25)
        #expect(profile[.requests24h].isNaN, "usage is not remembered")
    }

    /// Every word, flag and whole number fits where it is kept.
    @Test func everyValueSurvives() throws {
        for field in AccountProfile.fields {
            let largest: Double =
                switch field.spec.kind {
                case .word(let words): Double(words.count - 1)
                case .flag: 1
                case .whole(let maximum): Double(maximum)
                case .number(let range): range.upperBound
                case .reference, .references, .histogram: -1
                }
            for value in [0, largest] {
                let event = try Fixture.event { builder in
                    switch field.spec.kind {
                    case .word: try builder.set(field, wordIndex: Int(value))
                    case .flag: try builder.set(field, flag: value == 1)
                    default: try builder.set(field, number: value)
                    }
                }
                var profile = AccountProfile()
                profile.remember(event)
                #expect(abs(profile[field] - value) <= value * 1e-7, "\(field.spec.path) of \(value)")
                #expect(profile == profile && profile != AccountProfile())
            }
        }
    }

    /// Everything that a sign-up or payment feature reads of one event, it still reads at the account's next.
    @Test func nothingIsLostAtTheNextEvent() throws {
        let remembered: [EventField: Double] = [
            .emailDomainAgeDays: 3, .verificationLevel: 2, .proxyConfidence: 0.5, .geoMismatchBits: 5, .formFillMs: 900,
            .promoCreditUsd: 100, .declines24h: 2, .paidUsd30d: 300, .planPriceUsdMonth: 20, .signupToPaymentS: 60,
        ]
        let first = try Fixture.event { builder in
            for (field, value) in remembered { try builder.set(field, number: value) }
            try builder.set(.isVirtualCard, flag: true)
            try builder.set(.ipType, word: "proxy")
            try builder.set(.contractClass, word: "self_serve")
        }
        var links = LinkSnapshot()
        links.account.profile.remember(first)
        let next = try Fixture.event()
        for feature in FeatureCatalogue.features where feature.definitionVersion == 2 {
            let (then, now) = (Fixture.value(feature, first), Fixture.value(feature, next, links))
            #expect(then == now || (then.isNaN && now.isNaN), "\(feature.name) was \(then) and is \(now)")
        }
    }

    @Test func theEventsOwnValueWins() throws {
        var links = LinkSnapshot()
        links.account.profile.remember(try Fixture.event { try $0.set(.proxyConfidence, number: 0.9) })
        let event = try Fixture.event { try $0.set(.proxyConfidence, number: 0) }
        #expect(try Fixture.value("signup.proxy_confidence", event, links) == 0)
    }

    @Test func theAgeGrowsByItself() throws {
        let links = Fixture.account {
            $0.bornAtMs = Fixture.timeMs - 5 * 86_400_000
            $0.firstSeenMs = Fixture.timeMs - 2 * 86_400_000
        }
        #expect(try Fixture.value("signup.account_age_days", Fixture.event(), links) == 5)
        #expect(try Fixture.value("account.seen_days", Fixture.event(), links) == 2)
        let early = try Fixture.event(atMs: Fixture.timeMs - 10 * 86_400_000)
        #expect(try Fixture.value("account.seen_days", early, links) == 0, "an event that came in late")
    }

    /// The definitions before accounts had a memory stay for one release, with the values they had.
    @Test func supersededDefinitionsSeeTheEventAlone() throws {
        var links = LinkSnapshot()
        links.account.profile.remember(try Fixture.event { try $0.set(.proxyConfidence, number: 0.9) })
        var vector: [Double] = []
        for (version, expected) in [(1, nil), (2, 0.9)] as [(Int, Double?)] {
            let index = try #require(
                FeatureCatalogue.index(name: "signup.proxy_confidence", definitionVersion: version))
            FeatureExtractor(inputs: [.catalogue(index)]).extract(
                Observation(event: try Fixture.event(), links: links), into: &vector)
            #expect(expected.map { abs(vector[0] - $0) < 1e-7 } ?? vector[0].isNaN)
            #expect(FeatureCatalogue.definitions[index].definitionVersion == version)
        }
        #expect(FeatureCatalogue.index(name: "signup.proxy_confidence", definitionVersion: 3) == nil)
        #expect(FeatureCatalogue.index(name: "signup.asn_burst", definitionVersion: 2) == nil)
    }

    /// To be in a cluster without verified company is no better and no worse than to be in none.
    @Test func verifiedCompanyOfNobodyIsNone() throws {
        let event = try Fixture.event()
        var links = LinkSnapshot()
        #expect(try Fixture.value("cluster.verified_share", event, links) == 0)
        links.cluster = ClusterFacts(id: ClusterID(1))
        #expect(try Fixture.value("cluster.verified_share", event, links) == 0)
        links.cluster?.verified = 5
        links.cluster?.accounts = 5
        #expect(try Fixture.value("cluster.verified_share", event, links) == 0.5)
        #expect(FeatureCatalogue.index(name: "cluster.verified_share", definitionVersion: 1) != nil)
    }
}
