import RiskCore
import Testing

@Suite struct FeatureTests {
    private func event(_ change: (inout EventBuilder) throws -> Void) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "payment")
        try builder.set(.eventTimeMs, whole: 1_762_000_000_000)
        try builder.set(.accountRef, reference: Reference("a"))
        try change(&builder)
        return try builder.build()
    }

    private func value(_ name: String, _ event: AccountEvent, _ links: LinkSnapshot = LinkSnapshot()) throws -> Double {
        let index = try #require(FeatureCatalogue.index(name: name, definitionVersion: 1), "\(name)")
        var vector: [Double] = []
        FeatureExtractor(inputs: [.catalogue(index)]).extract(
            Observation(event: event, links: links), into: &vector)
        return vector[0]
    }

    @Test func namesAreUniqueAndDocumented() {
        let names = FeatureCatalogue.features.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(FeatureCatalogue.features.allSatisfy { !$0.summary.isEmpty && $0.definitionVersion >= 1 })
    }

    /// Of an account about which nothing is known, only the kind of event may be known.
    @Test func nothingKnownIsMissingNotZero() throws {
        let bare = try event { _ in }
        for feature in FeatureCatalogue.features where !feature.name.hasPrefix("context.is_") {
            let value = try value(feature.name, bare)
            #expect(value.isNaN, "\(feature.name) is \(value)")
        }
    }

    @Test func directedFeaturesAreNeverNegative() throws {
        let full = try event {
            try $0.set(.emailDomainClass, word: "custom")
            try $0.set(.emailDomainAgeDays, whole: 3)
            try $0.set(.planPriceUsdMonth, number: 20)
            try $0.set(.isVirtualCard, flag: true)
            try $0.set(.paidUsd30d, number: 10)
            try $0.set(.promoCreditUsd, number: 30)
            try $0.set(.issuerMatchesIp, flag: true)
        }
        var links = LinkSnapshot()
        for identifierClass in IdentifierClass.linked { links[identifierClass] = LinkFacts() }
        var vector: [Double] = []
        FeatureExtractor.wholeCatalogue.extract(Observation(event: full, links: links), into: &vector)
        for (feature, value) in zip(FeatureCatalogue.features, vector) where feature.direction != .free {
            #expect(value.isNaN || value >= 0, "\(feature.name) is \(value)")
        }
    }

    @Test func combinationsNeedBothHalves() throws {
        let name = "payment.virtual_consumer_fresh"
        #expect(try value(name, event { try $0.set(.isVirtualCard, flag: true) }).isNaN)
        #expect(try value(name, event { try $0.set(.isVirtualCard, flag: false) }) == 0)
        let whole = try event {
            try $0.set(.isVirtualCard, flag: true)
            try $0.set(.planPriceUsdMonth, number: 20)
            try $0.set(.emailDomainAgeDays, whole: 2)
        }
        #expect(try value(name, whole) == 1)
    }

    @Test func countsOfChecksIgnoreTheMissingOnes() throws {
        let failed = try event {
            try $0.set(.avsResult, word: "fail")
            try $0.set(.cvcResult, word: "unavailable")
        }
        #expect(try value("payment.check_failures", failed) == 1)
        #expect(try value("payment.issuer_mismatches", event { try $0.set(.issuerMatchesIp, flag: false) }) == 1)
        #expect(try value("signup.geo_mismatches", event { try $0.set(.geoMismatchBits, whole: 13) }) == 3)
    }

    @Test func provisionedAccountsAreNotABurst() throws {
        var links = LinkSnapshot()
        var facts = LinkFacts()
        (facts.accounts, facts.arrivals1d, facts.arrivals30d) = (500, 400, 450)
        links[.emailMask] = facts
        let open = try event { try $0.set(.signupChannel, word: "self_serve") }
        let sso = try event { try $0.set(.signupChannel, word: "sso") }
        #expect(try value("signup.email_mask_lift", open, links) == 400 / (1 + 450 / 30))
        #expect(try value("signup.email_mask_lift", sso, links) == 0)
    }

    @Test func banRecencyFades() throws {
        let event = try event { _ in }
        var values: [Double] = []
        for days in [0.0, 3, 30, 300] {
            var facts = LinkFacts()
            (facts.accounts, facts.labelledBad) = (3, 1)
            facts.lastBanMs = event.timeMs - Int64(days * 86_400_000)
            var links = LinkSnapshot()
            links[.device] = facts
            values.append(try value("link.ban_recency", event, links))
        }
        #expect(values[0] == 1 && values[1] == 0.5)
        #expect(values == values.sorted(by: >))
    }

    @Test func customTextsAreIndicesAndUnknownIsAValue() throws {
        let extractor = FeatureExtractor(inputs: [
            .customText("source", categories: ["ads", "seo"]), .customNumber("age"),
        ])
        var vector: [Double] = []
        let known = try event { try $0.add(CustomValue(name: "source", value: .text("seo"))) }
        extractor.extract(Observation(event: known, links: LinkSnapshot()), into: &vector)
        #expect(vector[0] == 1 && vector[1].isNaN)
        let unseen = try event { try $0.add(CustomValue(name: "source", value: .text("word of mouth"))) }
        extractor.extract(Observation(event: unseen, links: LinkSnapshot()), into: &vector)
        #expect(vector[0] == 2)
    }
}
