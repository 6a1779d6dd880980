import RiskCore
import RiskEngine
import RiskModels
import Testing

/// An operator's policy on a model: which models it goes with, and what its probabilities mean there.
@Suite struct OperatorPolicyBindingTests {
    /// A model of one custom value, which is its margin.
    private func model(_ calibrations: [Calibration] = [], digest: UInt8 = 1) throws -> LoadedModel {
        let document = ModelDocument(
            name: "test", features: [ModelFeature(name: "custom.margin")],
            kind: .logistic(
                LogisticModel(
                    intercept: 0,
                    terms: [
                        LogisticTerm(
                            feature: 0, shape: .numeric(transform: .identity, center: 0, scale: 1, weight: 1))
                    ])),
            calibrations: calibrations,
            policy: Policy(
                version: 2,
                rules: [.init(eventType: nil, decision: .suspend, threshold: -100, falsePositiveShare: 1)]))
        return try LoadedModel(document, digest: Array(repeating: digest, count: 32))
    }

    private func answer(_ model: ServableModel, margin: Double, at type: EventType) throws -> ScoreAnswer {
        var builder = EventBuilder()
        try builder.set(.eventType, word: type.word)
        try builder.set(.eventTimeMs, whole: 1)
        try builder.set(.accountRef, reference: Reference("a"))
        try builder.add(CustomValue(name: "margin", value: .number(margin)))
        var scratch = ServableModel.Scratch()
        return model.answer(
            Observation(event: try builder.build(), links: LinkSnapshot()), alias: "", scratch: &scratch)
    }

    private static let lines = [
        Calibration(eventType: nil, slope: 1, offset: -1, rowCount: 1, positiveCount: 1),
        Calibration(eventType: .usage, slope: 0.5, offset: -4, rowCount: 1, positiveCount: 1),
    ]

    /// The same file on two models whose margins mean different things: the decision follows the probability.
    @Test(arguments: [lines, [], Array(lines.dropFirst())])
    func aProbabilityKeepsItsMeaningOnEveryModel(calibrations: [Calibration]) throws {
        let policy = try OperatorPolicy(
            version: 4,
            rules: [
                .init(decision: .stepUp, threshold: .probability(0.2)),
                .init(decision: .review, threshold: .probability(0.9)),
            ])
        let model = try ServableModel(try model(calibrations), policy: policy)
        for type in EventType.allCases {
            for step in -150...150 {
                let answer = try answer(model, margin: Double(step) / 10 + 0.013, at: type)
                let expected: Decision =
                    answer.probability >= 0.9 ? .review : answer.probability >= 0.2 ? .stepUp : .allow
                #expect(answer.decision == expected, "\(type) \(answer.margin)")
                #expect(answer.decisionRule.hasPrefix("operator.") && answer.decisionRule.hasSuffix("@4"))
            }
        }
    }

    @Test func withoutAnOperatorsPolicyTheModelsDecides() throws {
        let answer = try answer(try ServableModel(try model()), margin: 0, at: .usage)
        #expect(answer.decision == .suspend && answer.decisionRule == "any.suspend@2")
    }

    @Test func aPolicyForOneModelGoesWithNoOther() throws {
        let policy = try OperatorPolicy(
            version: 4, modelDigest: Array(repeating: 1, count: 32),
            rules: [.init(decision: .cap, threshold: .margin(0))])
        let bound = try ServableModel(try model(digest: 1), policy: policy)
        #expect(bound.operatorPolicy == policy)
        let error = #expect(throws: ModelFileError.self) {
            try ServableModel(try model(digest: 2), policy: policy)
        }
        #expect(error?.code == .policyMismatch)
        #expect(error?.message.contains("0101") == true && error?.message.contains("0202") == true)
    }

    @Test func aLadderThatThisCalibrationTurnsRoundIsRefused() throws {
        let policy = try OperatorPolicy(
            version: 4,
            rules: [
                .init(decision: .stepUp, threshold: .margin(5)), .init(decision: .review, threshold: .probability(0.9)),
            ])
        let error = #expect(throws: ModelFileError.self) { try ServableModel(try model(), policy: policy) }
        #expect(error?.code == .policyMismatch && error?.message.contains("rules[0].margin") == true)
        let rare = Calibration(eventType: nil, slope: 1, offset: -4, rowCount: 1, positiveCount: 1)
        _ = try ServableModel(try model([rare]), policy: policy)
    }
}
