import RiskCore
import TestSupport
import Testing

@Suite struct FeatureTests {
    @Test func namesAreUniqueAndDocumented() {
        let names = FeatureCatalogue.features.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(FeatureCatalogue.features.allSatisfy { !$0.summary.isEmpty && $0.definitionVersion >= 1 })
        let families: Set = [
            "context", "signup", "payment", "account", "usage", "intel", "link", "cluster", "rhythm",
        ]
        #expect(names.allSatisfy { families.contains(String($0.prefix { $0 != "." })) })
    }

    /// Of an account about which nothing is known, only the kind of event may be known.
    @Test func nothingKnownIsMissingNotZero() throws {
        let bare = try Fixture.event { _ in }
        // That nobody vouches for an account is known of every account.
        let known = ["context.is_payment", "context.is_usage", "cluster.verified_share"]
        for feature in FeatureCatalogue.features where !known.contains(feature.name) {
            let value = Fixture.value(feature, bare)
            #expect(value.isNaN, "\(feature.name) is \(value)")
        }
    }

    /// Whatever an event, its account's past and its links say: directed features are not negative, all are finite.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func directedFeaturesAreNeverNegative(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var vector: [Double] = []
        for _ in 0..<5 {
            let event = try RandomObservation.event(&generator)
            let links = try RandomObservation.links(&generator, atMs: event.timeMs)
            FeatureExtractor.wholeCatalogue.extract(Observation(event: event, links: links), into: &vector)
            for (feature, value) in zip(FeatureCatalogue.features, vector) {
                #expect(!value.isInfinite, "seed \(seed): \(feature.name)")
                let isNegative = feature.direction != .free && value < 0
                #expect(!isNegative, "seed \(seed): \(feature.name) is \(value)")
            }
        }
    }

    @Test func combinationsNeedBothHalves() throws {
        let name = "payment.virtual_consumer_fresh"
        #expect(try Fixture.value(name, Fixture.event { try $0.set(.isVirtualCard, flag: true) }).isNaN)
        #expect(try Fixture.value(name, Fixture.event { try $0.set(.isVirtualCard, flag: false) }) == 0)
        let whole = try Fixture.event {
            try $0.set(.isVirtualCard, flag: true)
            try $0.set(.planPriceUsdMonth, number: 20)
            try $0.set(.emailDomainAgeDays, whole: 2)
        }
        #expect(try Fixture.value(name, whole) == 1)
    }

    @Test func countsOfChecksIgnoreTheMissingOnes() throws {
        let failed = try Fixture.event {
            try $0.set(.avsResult, word: "fail")
            try $0.set(.cvcResult, word: "unavailable")
        }
        #expect(try Fixture.value("payment.check_failures", failed) == 1)
        #expect(
            try Fixture.value("payment.issuer_mismatches", Fixture.event { try $0.set(.issuerMatchesIp, flag: false) })
                == 1)
        #expect(
            try Fixture.value("signup.geo_mismatches", Fixture.event { try $0.set(.geoMismatchBits, whole: 13) }) == 3)
    }

    @Test func provisionedAccountsAreNotABurst() throws {
        var links = LinkSnapshot()
        var facts = LinkFacts()
        (facts.accounts, facts.arrivals1d, facts.arrivals30d) = (500, 400, 450)
        links[.emailMask] = facts
        let open = try Fixture.event { try $0.set(.signupChannel, word: "self_serve") }
        let sso = try Fixture.event { try $0.set(.signupChannel, word: "sso") }
        #expect(try Fixture.value("signup.email_mask_lift", open, links) == 400 / (1 + 450 / 30))
        #expect(try Fixture.value("signup.email_mask_lift", sso, links) == 0)
    }

    @Test func banRecencyFades() throws {
        let event = try Fixture.event { _ in }
        var values: [Double] = []
        for days in [0.0, 3, 30, 300] {
            var facts = LinkFacts()
            (facts.accounts, facts.labelledBad) = (3, 1)
            facts.lastBanMs = event.timeMs - Int64(days * 86_400_000)
            var links = LinkSnapshot()
            links[.device] = facts
            values.append(try Fixture.value("link.ban_recency", event, links))
        }
        #expect(values[0] == 1 && values[1] == 0.5)
        #expect(values == values.sorted(by: >))
    }

    @Test func customTextsAreIndicesAndUnknownIsAValue() throws {
        let extractor = FeatureExtractor(inputs: [
            .customText("source", categories: ["ads", "seo"]), .customNumber("age"),
        ])
        var vector: [Double] = []
        let known = try Fixture.event { try $0.add(CustomValue(name: "source", value: .text("seo"))) }
        extractor.extract(Observation(event: known, links: LinkSnapshot()), into: &vector)
        #expect(vector[0] == 1 && vector[1].isNaN)
        let unseen = try Fixture.event { try $0.add(CustomValue(name: "source", value: .text("word of mouth"))) }
        extractor.extract(Observation(event: unseen, links: LinkSnapshot()), into: &vector)
        #expect(vector[0] == 2)
    }
}
