/// Turns one observation into the feature vector a model reads. Training and serving share this type.
///
///     let extractor = FeatureExtractor(inputs: inputs)
///     extractor.extract(observation, into: &vector)
///
/// The same observation gives the same bits. Missing is NaN, never 0. A value type without shared state.
public struct FeatureExtractor: Sendable {
    /// Where one value of the vector comes from.
    public enum Input: Sendable, Equatable {
        /// A feature's definition, by its index in ``FeatureCatalogue/definitions``.
        case catalogue(Int)
        /// A custom number of this name.
        case customNumber(String)
        /// A custom text of this name, as its index among the categories or their count.
        case customText(String, categories: [String])
    }

    /// A function in a structure: an array of bare functions holds each behind another that passes everything through
    /// memory, which took a seventh of the time of extracting.
    private struct Computation: Sendable {
        let value: @Sendable (Observation) -> Double
    }

    /// The computations, in the order of the vector.
    private let computations: [Computation]

    /// An extractor for these inputs, in the order of the vector; catalogue indices must be valid.
    public init(inputs: [Input]) {
        computations = inputs.map { Computation(value: Self.computation(of: $0)) }
    }

    /// An extractor for the whole catalogue.
    public static let wholeCatalogue = FeatureExtractor(inputs: FeatureCatalogue.features.indices.map(Input.catalogue))

    /// Writes one value for each input.
    ///
    /// - Complexity: O(inputs); no allocation if `vector` has the right count already.
    public func extract(_ observation: Observation, into vector: inout [Double]) {
        if vector.count != computations.count { vector = Array(repeating: .nan, count: computations.count) }
        for index in computations.indices { vector[index] = computations[index].value(observation) }
    }

    /// Writes the values of some inputs only, by their indices; the others are left as they are.
    ///
    /// - Complexity: O(indices), without allocation; `vector` must have one value for each input.
    public func extract(_ indices: [Int], of observation: Observation, into vector: inout [Double]) {
        precondition(
            vector.count == computations.count, "a vector of \(vector.count) values for \(computations.count) inputs")
        for index in indices { vector[index] = computations[index].value(observation) }
    }

    private static func computation(of input: Input) -> @Sendable (Observation) -> Double {
        switch input {
        case .catalogue(let feature):
            return FeatureCatalogue.definitions[feature].value
        case .customNumber(let name):
            return { observation in
                if case .number(let number)? = custom(name, in: observation.event) { number } else { .nan }
            }
        case .customText(let name, let categories):
            let indices = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, Double($0)) })
            return { observation in
                guard case .text(let text)? = custom(name, in: observation.event) else { return .nan }
                return indices[text] ?? Double(categories.count)
            }
        }
    }

    private static func custom(_ name: String, in event: AccountEvent) -> CustomValue.Value? {
        event.custom.first { $0.name == name }?.value
    }
}
