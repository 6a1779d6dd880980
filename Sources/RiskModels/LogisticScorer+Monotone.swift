internal import RiskCore

extension LogisticScorer {
    /// Proves that every feature with a direction pushes the margin only that way.
    ///
    /// A sum of non-decreasing functions is non-decreasing, so it is enough that each numeric weight of a feature that
    /// raises the risk is at least 0. Catalogue features with a direction are never negative, so a present value adds
    /// at least what 0 adds; missing must not add more than that.
    ///
    /// - Parameter path: Where in the model it stands, for errors.
    static func proveMonotone(
        _ model: LogisticModel, features: [ModelFeature], path: String
    ) throws(ModelFileError) {
        for (index, feature) in features.enumerated() where feature.direction != .free {
            let sign = feature.direction == .raises ? 1.0 : -1.0
            let word = feature.direction == .raises ? "raises" : "lowers"
            var atZero = 0.0
            var atMissing = 0.0
            for term in model.terms where term.feature == index {
                switch term.shape {
                case .numeric(let transform, let center, let scale, let weight):
                    guard sign * weight >= 0 else {
                        throw ModelFileError(
                            .notMonotone, "\(feature.name) \(word) the risk, but \(path) gives it the weight \(weight)")
                    }
                    atZero += weight * ((transform(0) - center) / scale)
                case .missing(let weight):
                    atMissing += weight
                case .category:
                    throw ModelFileError(.notMonotone, "\(feature.name) is categorical and cannot have a direction")
                }
            }
            guard sign * atZero >= sign * atMissing else {
                throw ModelFileError(
                    .notMonotone,
                    "\(feature.name) \(word) the risk, but \(path) adds \(atMissing) when it is missing and "
                        + "\(atZero) when it is 0")
            }
        }
    }
}
