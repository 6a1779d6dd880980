/// Turns one observation into the feature vector a model reads. Training and serving share this type.
///
///     let extractor = FeatureExtractor(inputs: inputs)
///     extractor.extract(observation, into: &vector)
///
/// The same observation gives the same bits. Missing is NaN, never 0. A value type without shared state.
public struct FeatureExtractor: Sendable {
    /// Where one value of the vector comes from.
    public enum Input: Sendable, Equatable {
        /// A feature of the catalogue, by index.
        case catalogue(Int)
        /// A custom number of this name.
        case customNumber(String)
        /// A custom text of this name, as its index among the categories or their count.
        case customText(String, categories: [String])
    }

    /// The inputs, in the order of the vector.
    public let inputs: [Input]

    /// An extractor for these inputs; catalogue indices must be valid.
    public init(inputs: [Input]) {
        self.inputs = inputs
    }

    /// An extractor for the whole catalogue.
    public static let wholeCatalogue = FeatureExtractor(inputs: FeatureCatalogue.features.indices.map(Input.catalogue))

    /// Writes one value for each input.
    ///
    /// - Complexity: O(inputs); no allocation if `vector` has the right count already.
    public func extract(_ observation: Observation, into vector: inout [Double]) {
        if vector.count != inputs.count { vector = Array(repeating: .nan, count: inputs.count) }
        for (index, input) in inputs.enumerated() {
            switch input {
            case .catalogue(let feature):
                vector[index] = FeatureCatalogue.features[feature].value(observation)
            case .customNumber(let name):
                if case .number(let number)? = custom(name, in: observation.event) {
                    vector[index] = number
                } else {
                    vector[index] = .nan
                }
            case .customText(let name, let categories):
                if case .text(let text)? = custom(name, in: observation.event) {
                    vector[index] = Double(categories.firstIndex(of: text) ?? categories.count)
                } else {
                    vector[index] = .nan
                }
            }
        }
    }

    private func custom(_ name: String, in event: AccountEvent) -> CustomValue.Value? {
        event.custom.first { $0.name == name }?.value
    }
}
