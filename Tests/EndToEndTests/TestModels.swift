import RiskCore
import RiskModels
import RiskWire
import TestSupport

/// Small models over the catalogue, each with its own weights.
enum TestModels {
    /// A model's file; other seeds give other weights.
    static func file(seed: UInt64) throws -> [UInt8] {
        ModelFile.encode(try document(seed: seed))
    }

    static func document(seed: UInt64) throws -> ModelDocument {
        var generator = SeededGenerator(seed: seed)
        var features: [ModelFeature] = []
        var terms: [LogisticTerm] = []
        for (index, feature) in FeatureCatalogue.features.enumerated() {
            features.append(
                ModelFeature(
                    name: feature.name, definitionVersion: feature.definitionVersion, direction: feature.direction))
            let size = Double.random(in: 0.01...1, using: &generator)
            let weight =
                switch feature.direction {
                case .raises: size
                case .lowers: -size
                case .free: Bool.random(using: &generator) ? size : -size
                }
            terms.append(
                LogisticTerm(
                    feature: index,
                    shape: .numeric(
                        transform: feature.isSkewed ? .signedLog : .identity, center: 0, scale: 1.5, weight: weight)))
            terms.append(LogisticTerm(feature: index, shape: .missing(weight: -weight / 100)))
        }
        let rules = [
            Policy.Rule(eventType: nil, decision: .stepUp, threshold: 2, falsePositiveShare: 0.01),
            Policy.Rule(eventType: nil, decision: .review, threshold: 6, falsePositiveShare: 0.001),
        ]
        let document = ModelDocument(
            name: "test \(seed)", features: features,
            kind: .logistic(LogisticModel(intercept: -3 - Double(seed % 7) / 10, terms: terms)),
            calibrations: [Calibration(eventType: nil, slope: 0.9, offset: -0.1, rowCount: 100, positiveCount: 10)],
            policy: Policy(version: 1, rules: rules))
        var vector = Array(repeating: Double.nan, count: features.count)
        let missing = vector
        for index in vector.indices { vector[index] = Double.random(in: 0...3, using: &generator) }
        return try LoadedModel.addingGoldenInputs([missing, vector], to: document)
    }
}

/// Events as a busy provider sends them.
struct EventStream {
    private var generator: SeededGenerator
    private(set) var timeMs: Int64

    init(seed: UInt64, fromMs: Int64 = 1_762_000_000_000) {
        generator = SeededGenerator(seed: seed)
        timeMs = fromMs
    }

    /// The next event: a mix of all kinds, raw and hashed identifiers, of a few hundred accounts that share some.
    mutating func next() throws -> IncomingEvent {
        timeMs += Int64.random(in: 0...3_600_000, using: &generator)
        let account = Int.random(in: 0..<300, using: &generator)
        var builder = EventBuilder()
        try builder.set(.eventType, wordIndex: Int.random(in: 0..<3, using: &generator))
        try builder.set(.eventTimeMs, whole: UInt64(timeMs))
        try builder.set(.accountRef, reference: Reference("account-\(account)"))
        if account % 3 == 0 { try builder.set(.orgRef, reference: Reference("org-\(account % 17)")) }
        try setSome(&builder)
        var raw = RawIdentifiers()
        if account % 2 == 0 {
            try raw.set(.email, "user\(account % 40)@example\(account % 5).com")
            try raw.set(.ip, "10.\(account % 4).\(account % 7).\(account % 250)")
            if account % 4 == 0 { try raw.set(.phone, "+49 30 \(100_000 + account % 50)") }
        } else {
            try builder.set(.emailMaskRef, reference: Reference("mask-\(account % 11)"))
            try builder.set(.ipPrefixRef, reference: Reference("prefix-\(account % 13)"))
        }
        return IncomingEvent(builder: builder, raw: raw)
    }

    private mutating func setSome(_ builder: inout EventBuilder) throws {
        for field in EventField.allCases where Int.random(in: 0..<4, using: &generator) == 0 {
            switch (field, field.spec.kind) {
            case (.eventType, _), (.eventTimeMs, _), (.accountRef, _), (.orgRef, _), (.emailDomainRef, _),
                (.emailMaskRef, _), (.ipPrefixRef, _), (.emailLocalpartEntropy, _):
                break
            case (_, .whole(let maximum)):
                try builder.set(field, whole: UInt64.random(in: 0...min(maximum, 5000), using: &generator))
            case (_, .number(let range)):
                try builder.set(field, number: Double.random(in: 0...min(range.upperBound, 500), using: &generator))
            case (_, .flag):
                try builder.set(field, flag: Bool.random(using: &generator))
            case (_, .word(let words)):
                try builder.set(field, wordIndex: Int.random(in: words.indices, using: &generator))
            case (_, .reference):
                try builder.set(field, reference: Reference("\(field)-\(Int.random(in: 0..<20, using: &generator))"))
            case (_, .histogram(let count)):
                try builder.set(field, histogram: Array(repeating: 1 / Double(count), count: count))
            case (_, .references):
                try builder.add(field, reference: Reference("m\(Int.random(in: 0..<9, using: &generator))"))
            }
        }
    }
}

extension ScoreCall {
    /// A call for every detail.
    static func detailed(_ event: IncomingEvent) -> ScoreCall { ScoreCall(event: event, wantsFeatures: true) }
}

extension WireReply {
    /// The answer of a score call.
    func answer() throws -> ScoreAnswer {
        guard case .score(let answer) = try outcome.get() else {
            throw StatusError(.internal, reason: "TEST", message: "expected a score, found \(outcome)")
        }
        return answer
    }
}
