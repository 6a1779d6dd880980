import RiskCore
import RiskEngine
import RiskLinkage
import RiskModels
import TestSupport
import Testing

@Suite struct ServableModelTests {
    private func event(
        _ account: String, atMs: Int64, identifiers: [EventField: String]
    ) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "signup")
        try builder.set(.eventTimeMs, whole: UInt64(atMs))
        try builder.set(.accountRef, reference: Reference(account))
        for (field, value) in identifiers { try builder.set(field, reference: Reference(value)) }
        return try builder.build()
    }

    private static let identifierFields: [EventField] = [
        .deviceRef, .instrumentRef, .ipPrefixRef, .emailDomainRef, .emailMaskRef, .asnRef, .billingAddrRef,
        .tlsClientRef,
    ]

    /// The eighth of eight siblings that arrive together never scores below the seventh, whatever they share.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func oneMoreSiblingNeverLowersTheMargin(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let model = try RandomServable.model(seed: seed)
        let shared = Self.identifierFields.filter { _ in Bool.random(using: &generator) }
        var links = LinkState()
        var scratch = ServableModel.Scratch()
        // Company that has been there for long, so that trust is in play as well.
        for index in 0..<Int.random(in: 0...20, using: &generator) {
            let identifiers = Dictionary(uniqueKeysWithValues: shared.map { ($0, "shared") })
            _ = links.apply(try event("old-\(index)", atMs: 1_600_000_000_000, identifiers: identifiers))
        }
        var previous = -Double.infinity
        for index in 0..<8 {
            let sibling = try event(
                "sibling-\(index)", atMs: 1_700_000_000_000 + Int64(index),
                identifiers: Dictionary(uniqueKeysWithValues: shared.map { ($0, "shared") }))
            let answer = model.answer(
                Observation(event: sibling, links: links.apply(sibling)), alias: "", scratch: &scratch)
            // The earlier siblings have aged by a few milliseconds meanwhile.
            #expect(answer.margin >= previous - 1e-6, "seed \(seed) sibling \(index) sharing \(shared)")
            previous = answer.margin
        }
    }

    @Test func reasonsAndFeaturesAddUpToTheMargin() throws {
        for seed in 1...50 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let model = try RandomServable.model(seed: seed)
            var links = LinkState()
            var scratch = ServableModel.Scratch()
            for index in 0..<20 {
                let fields = Self.identifierFields.filter { _ in Bool.random(using: &generator) }
                let event = try event(
                    "a\(index)", atMs: 1_700_000_000_000 + Int64(index) * 1000,
                    identifiers: Dictionary(uniqueKeysWithValues: fields.map { ($0, "v\(index % 3)") }))
                let answer = model.answer(
                    Observation(event: event, links: links.apply(event)), alias: "", wantsFeatures: true,
                    scratch: &scratch)
                let byReason = answer.reasons.reduce(answer.bias) { $0 + $1.contribution }
                let byFeature = answer.features.reduce(answer.bias) { $0 + $1.contribution }
                #expect(abs(byReason - answer.margin) < 1e-9, "seed \(seed)")
                #expect(abs(byFeature - answer.margin) < 1e-9, "seed \(seed)")
                #expect(answer.residual == answer.margin - byFeature, "seed \(seed)")
                #expect(answer.missingFeatureCount == answer.features.count { $0.value == nil })
                #expect(answer.links.allSatisfy { $0.accounts > 0 })
            }
        }
    }

    @Test func aModelOfAnotherDefinitionIsRefusedByName() throws {
        for (name, version, code) in [
            ("signup.no_such_feature", 1, ModelFileError.Code.unknownFeature), ("signup.is_sso", 3, .unknownFeature),
        ] {
            let document = ModelDocument(
                name: "test", features: [ModelFeature(name: name, definitionVersion: version)],
                kind: .logistic(LogisticModel(intercept: 0, terms: [])))
            let loaded = try LoadedModel(document, digest: [])
            let error = #expect(throws: ModelFileError.self) { try ServableModel(loaded) }
            #expect(error?.code == code && error?.message.contains(name) == true)
        }
    }

    /// A model that calls a directed feature free could push it the wrong way without a proof.
    @Test func aModelMustKeepTheCataloguesDirections() throws {
        let document = ModelDocument(
            name: "test",
            features: [ModelFeature(name: "link.device.accounts", definitionVersion: 1, direction: .free)],
            kind: .logistic(LogisticModel(intercept: 0, terms: [])))
        let loaded = try LoadedModel(document, digest: [])
        let error = #expect(throws: ModelFileError.self) { try ServableModel(loaded) }
        #expect(error?.code == .notMonotone)
    }

    @Test func customValuesMustBeDeclaredAndOfTheirKind() throws {
        let document = ModelDocument(
            name: "test",
            features: [
                ModelFeature(name: "custom.age"), ModelFeature(name: "custom.source", categories: ["ads", "seo"]),
            ],
            kind: .logistic(LogisticModel(intercept: 0, terms: [])))
        let model = try ServableModel(try LoadedModel(document, digest: []))
        func check(_ name: String, _ value: CustomValue.Value) throws {
            var builder = EventBuilder()
            try builder.set(.eventType, word: "signup")
            try builder.set(.eventTimeMs, whole: 1)
            try builder.set(.accountRef, reference: Reference("a"))
            try builder.add(CustomValue(name: name, value: value))
            try model.checkCustom(try builder.build(), accepted: ["extra"])
        }
        try check("age", .number(3))
        try check("source", .text("unheard of"))
        try check("extra", .text("whatever"))
        for (name, value) in [
            ("age", CustomValue.Value.text("3")), ("source", .number(3)), ("undeclared", .number(3)),
        ] {
            let error = #expect(throws: FieldError.self) { try check(name, value) }
            #expect(error?.path == "custom.\(name)")
        }
    }
}
