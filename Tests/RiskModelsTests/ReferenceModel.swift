import RiskCore
import RiskModels

/// A small model that uses every part of a document.
func referenceModel() throws -> ModelDocument {
    let document = ModelDocument(
        name: "référence", createdAtMs: 1_700_000_000_000, parentDigest: Array(repeating: 7, count: 32),
        features: [
            ModelFeature(name: "usage.requests_1h", definitionVersion: 1, direction: .raises),
            ModelFeature(name: "custom.tier", categories: ["a", "bé", ""]),
            ModelFeature(name: "x", direction: .free),
        ],
        kind: .logistic(
            LogisticModel(
                intercept: -2.5,
                terms: [
                    LogisticTerm(feature: 0, shape: .numeric(transform: .signedLog, center: 0, scale: 2, weight: 0.75)),
                    LogisticTerm(feature: 1, shape: .category(weights: [0.5, -0.25, 0, 1])),
                    LogisticTerm(feature: 1, shape: .missing(weight: 0.125)),
                    LogisticTerm(feature: 2, shape: .numeric(transform: .identity, center: 1, scale: 3, weight: -0.1)),
                ])),
        calibrations: [
            Calibration(eventType: .usage, slope: 0.9, offset: -0.1, rowCount: 100, positiveCount: 5),
            Calibration(eventType: nil, slope: 1.1, offset: 0.2, rowCount: 90, positiveCount: 4),
        ],
        policy: Policy(
            version: 3,
            rules: [
                Policy.Rule(eventType: .signup, decision: .stepUp, threshold: 1.5, falsePositiveShare: 0.001),
                Policy.Rule(eventType: nil, decision: .suspend, threshold: .infinity, falsePositiveShare: 0),
            ]),
        training: TrainingStatement(
            dataDigests: [Array(repeating: 1, count: 32), []], options: ["seed=1"], rowCount: 190, positiveCount: 9,
            campaigns: ["february"], metrics: [.init(name: "roc_auc", value: 0.97)], numericEnvironment: "Haswell",
            card: "For tests."))
    return try LoadedModel.addingGoldenInputs([[0, 1, 4], [.nan, .nan, .nan], [12.5, 3, -7]], to: document)
}
