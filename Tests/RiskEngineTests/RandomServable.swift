import RiskCore
import RiskEngine
import RiskModels
import TestSupport

/// Models over the whole catalogue with random weights that keep each feature's direction.
enum RandomServable {
    static func model(seed: UInt64) throws -> ServableModel {
        var generator = SeededGenerator(seed: seed)
        var terms: [LogisticTerm] = []
        let features = FeatureCatalogue.features.enumerated().map { index, feature in
            let size = Double.random(in: 0...1, using: &generator)
            let weight =
                switch feature.direction {
                case .raises: size
                case .lowers: -size
                case .free: size - 0.5
                }
            terms.append(
                LogisticTerm(
                    feature: index,
                    shape: .numeric(
                        transform: feature.isSkewed ? .signedLog : .identity, center: 0, scale: 2, weight: weight)))
            return ModelFeature(
                name: feature.name, definitionVersion: feature.definitionVersion, direction: feature.direction)
        }
        let document = ModelDocument(
            name: "test", features: features, kind: .logistic(LogisticModel(intercept: -2, terms: terms)))
        return try ServableModel(try LoadedModel(document, digest: Array(repeating: 7, count: 32)))
    }
}
