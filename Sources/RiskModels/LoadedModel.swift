internal import Glibc
public import RiskCore

/// A model that passed every check, ready to score. Immutable: share it between threads, replace it as a whole.
public final class LoadedModel: Sendable {
    /// What a model may have at most.
    public enum Limits {
        /// Features.
        public static let featureCount = 4096
        /// Categories of one feature.
        public static let categoryCount = 4096
        /// Golden inputs.
        public static let goldenInputCount = 1024
    }

    /// The document it was made of.
    public let document: ModelDocument
    /// SHA-256 of the model file; 32 bytes.
    public let digest: [UInt8]

    private let scorer: LogisticScorer
    private let calibrations: [Calibration]

    /// Checks a document from the outside in: limits, structure, directions, then the golden inputs to the bit.
    ///
    /// - Throws: ``ModelFileError`` that names the part at fault.
    public init(_ document: ModelDocument, digest: [UInt8]) throws(ModelFileError) {
        try Self.checkStructure(document)
        let logistic = document.kind.logistic
        self.scorer = try LogisticScorer(logistic, features: document.features)
        try LogisticScorer.proveMonotone(logistic, features: document.features)
        self.document = document
        self.digest = digest
        self.calibrations = EventType.allCases.map { type in
            document.calibrations.first { $0.eventType == type } ?? document.calibrations.first { $0.eventType == nil }
                ?? Calibration(eventType: nil, slope: 1, offset: 0, rowCount: 0, positiveCount: 0)
        }
        try checkGoldenInputs()
    }

    /// How many values a vector has.
    public var featureCount: Int { scorer.featureCount }

    /// The margin of an account before any feature; bias + Σ contributions = margin within 1e-9.
    public var bias: Double { scorer.intercept }

    /// Scores one vector.
    ///
    /// - Parameters:
    ///   - values: ``featureCount`` values in the order of the document's features; missing is NaN, a categorical value
    ///     is its index among the feature's categories or their count.
    ///   - contributions: Overwritten with ``featureCount`` contributions in log-odds.
    /// - Returns: The margin: bias and contributions added in order.
    /// - Complexity: O(terms); no allocation if `contributions` has the right count already.
    public func score(_ values: [Double], contributions: inout [Double]) -> Double {
        precondition(values.count == featureCount, "the model takes \(featureCount) values, found \(values.count)")
        if contributions.count != featureCount { contributions = Array(repeating: 0, count: featureCount) }
        var margin = bias
        for feature in 0..<featureCount {
            let contribution = scorer.contribution(of: feature, value: values[feature])
            contributions[feature] = contribution
            margin += contribution
        }
        return margin
    }

    /// The calibrated probability of a margin at a decision point; the C library's exponential decides the last bits.
    public func probability(margin: Double, at eventType: EventType) -> Double {
        let calibration = calibrations[eventType.rawValue]
        return 1 / (1 + exp(-(calibration.slope * margin + calibration.offset)))
    }

    /// The margin at which the calibrated probability at a decision point is a given one, above 0 and below 1.
    public func margin(probability: Double, at eventType: EventType) -> Double {
        let calibration = calibrations[eventType.rawValue]
        return (log(probability) - log1p(-probability) - calibration.offset) / calibration.slope
    }

    /// A copy of the document with golden inputs: the vectors with the bits this code gives them.
    ///
    /// - Throws: ``ModelFileError`` if the document itself does not pass.
    public static func addingGoldenInputs(
        _ vectors: [[Double]], to document: ModelDocument
    ) throws(ModelFileError) -> ModelDocument {
        var result = document
        result.goldenInputs = []
        let model = try LoadedModel(result, digest: [])
        var contributions: [Double] = []
        result.goldenInputs = vectors.map { values in
            let margin = model.score(values, contributions: &contributions)
            return GoldenInput(values: values, margin: margin, contributions: contributions)
        }
        return result
    }

    private func checkGoldenInputs() throws(ModelFileError) {
        var contributions: [Double] = []
        for (index, golden) in document.goldenInputs.enumerated() {
            let path = "golden_inputs[\(index)]"
            guard golden.values.count == featureCount, golden.contributions.count == featureCount else {
                throw ModelFileError(
                    .invalid,
                    "\(path): expected \(featureCount) values and contributions, found \(golden.values.count) and "
                        + "\(golden.contributions.count)")
            }
            let margin = score(golden.values, contributions: &contributions)
            if let wrong = (0..<featureCount).first(where: {
                contributions[$0].bitPattern != golden.contributions[$0].bitPattern
            }) {
                throw ModelFileError(
                    .goldenMismatch,
                    "\(path): \(document.features[wrong].name) must add \(golden.contributions[wrong]), this program "
                        + "gives \(contributions[wrong])")
            }
            guard margin.bitPattern == golden.margin.bitPattern else {
                throw ModelFileError(
                    .goldenMismatch, "\(path): the margin must be \(golden.margin), this program gives \(margin)")
            }
        }
    }
}
