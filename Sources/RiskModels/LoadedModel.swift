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
        /// Rules of the policy.
        public static let ruleCount = 64
        /// Golden inputs.
        public static let goldenInputCount = 1024
        /// Trees.
        public static let treeCount = 1 << 14
        /// Levels of one symmetric tree.
        public static let treeDepth = 8
        /// Leaves of one leaf-wise tree.
        public static let leafWiseLeafCount = 1024
        /// Levels of one leaf-wise tree.
        public static let leafWiseDepth = 64
        /// Nodes of all leaf-wise trees.
        public static let leafWiseNodeCount = 1 << 18
        /// Pairs of leaves that the proof of directions looks at, over all leaf-wise trees.
        public static let leafPairCount = 1 << 24
        /// Numbers in the tables of all trees, and so the memory and the work that a file can ask for:
        /// a tree takes 2^levels × (levels + 1).
        public static let treeTableCount = 1 << 22
        /// Category codes, over all splits: a split takes as many as the feature has categories, and one.
        public static let treeCategoryCount = 1 << 24
        /// Magnitude of a leaf, in log-odds.
        public static let leafMagnitude = 1e6
        /// Cover of a leaf.
        public static let cover = 1e300
    }

    /// The document it was made of.
    public let document: ModelDocument
    /// SHA-256 of the model file; 32 bytes.
    public let digest: [UInt8]

    private let scorer: ModelScorer
    private let calibrations: [Calibration]

    /// Checks a document from the outside in: limits, structure, directions, then the golden inputs to the bit.
    ///
    /// - Parameter kernel: What scores trees, if this processor has it and it can hold the model; else plain Swift
    ///   does, and where few features are asked.
    /// - Throws: ``ModelFileError`` that names the part at fault.
    public convenience init(
        _ document: ModelDocument, digest: [UInt8], kernel: TreeKernel = .best
    ) throws(ModelFileError) {
        try self.init(document, digest: digest, kernel: kernel, looksUp: true)
    }

    /// The same, for tests, where `looksUp` is false without looking answers up where that would pay.
    package init(
        _ document: ModelDocument, digest: [UInt8], kernel: TreeKernel, looksUp: Bool
    ) throws(ModelFileError) {
        try Self.checkStructure(document)
        self.scorer = try ModelScorer(document.kind, features: document.features, kernel: kernel, looksUp: looksUp)
        self.document = document
        self.digest = digest
        self.calibrations = EventType.allCases.map { type in
            document.calibrations.first { $0.eventType == type } ?? document.calibrations.first { $0.eventType == nil }
                ?? Calibration(eventType: nil, slope: 1, offset: 0, rowCount: 0, positiveCount: 0)
        }
        try checkGoldenInputs()
    }

    /// How many values a vector has.
    public var featureCount: Int { document.features.count }

    /// The margin of an account before any feature; bias + Σ contributions = margin within 1e-9, but for leaf-wise
    /// trees within 1e-5 (``residual(margin:contributions:)``) unless ``explain(_:contributions:)`` made them.
    public var bias: Double { scorer.bias }

    /// Scores one vector.
    ///
    /// - Parameters:
    ///   - values: ``featureCount`` values in the order of the document's features; missing is NaN, a categorical value
    ///     is its index among the feature's categories or their count.
    ///   - contributions: Overwritten with ``featureCount`` contributions in log-odds.
    /// - Returns: The margin. Of a logistic model it is bias and contributions added in order; of trees, the base's
    ///   sum in order plus the leaves' exact sum, or what their floor gives if that is higher.
    /// - Complexity: O(terms + splits); no allocation if `contributions` has the right count already.
    public func score(_ values: [Double], contributions: inout [Double]) -> Double {
        precondition(values.count == featureCount, "the model takes \(featureCount) values, found \(values.count)")
        if contributions.count != featureCount { contributions = Array(repeating: 0, count: featureCount) }
        return values.withUnsafeBufferPointer { values in
            contributions.withUnsafeMutableBufferPointer { scorer.score(values, contributions: $0) }
        }
    }

    /// Scores one vector with contributions that are exact in Float64 for every kind of model.
    ///
    /// The same bits as ``score(_:contributions:)`` gives but for leaf-wise trees, which that one attributes in
    /// Float32: there bias + Σ contributions is the margin within 1e-9 of the leaves' magnitude here, and within 1e-5
    /// there.
    /// - Returns: The margin: the same bits as ``margin(_:)`` gives.
    /// - Complexity: O(terms + nodes × points), and leaf-wise trees allocate.
    public func explain(_ values: [Double], contributions: inout [Double]) -> Double {
        precondition(values.count == featureCount, "the model takes \(featureCount) values, found \(values.count)")
        if contributions.count != featureCount { contributions = Array(repeating: 0, count: featureCount) }
        return values.withUnsafeBufferPointer { values in
            contributions.withUnsafeMutableBufferPointer {
                scorer.score(values, contributions: $0, isExact: true)
            }
        }
    }

    /// What contributions leave over of a margin; they are never changed to hide it.
    public func residual(margin: Double, contributions: [Double]) -> Double {
        margin - contributions.reduce(bias, +)
    }

    /// The margin of one vector without its reasons: the same bits as ``score(_:contributions:)`` gives.
    ///
    /// - Complexity: O(terms + splits).
    public func margin(_ values: [Double]) -> Double {
        precondition(values.count == featureCount, "the model takes \(featureCount) values, found \(values.count)")
        return values.withUnsafeBufferPointer { scorer.margin($0) }
    }

    /// The margins of many vectors: for each the same bits as ``score(_:contributions:)`` gives.
    ///
    /// - Parameters:
    ///   - rows: Whole vectors of ``featureCount`` values, one after another.
    ///   - margins: Overwritten with one margin for each; not allocated anew if it has the right count already.
    /// - Complexity: O(rows × (terms + splits)).
    public func margins(of rows: [Double], into margins: inout [Double]) {
        let count = rowCount(of: rows)
        if margins.count != count { margins = Array(repeating: 0, count: count) }
        rows.withUnsafeBufferPointer { rows in
            margins.withUnsafeMutableBufferPointer { scorer.margins(of: rows, into: $0, featureCount: featureCount) }
        }
    }

    /// The margins and contributions of many vectors: for each the same bits as ``score(_:contributions:)`` gives.
    ///
    /// - Parameters:
    ///   - rows: Whole vectors of ``featureCount`` values, one after another.
    ///   - margins: Overwritten with one margin for each.
    ///   - contributions: Overwritten with ``featureCount`` contributions for each, in the order of `rows`.
    /// - Complexity: O(rows × (terms + splits)); no allocation if both have the right counts already.
    public func scores(of rows: [Double], into margins: inout [Double], contributions: inout [Double]) {
        let count = rowCount(of: rows)
        if margins.count != count { margins = Array(repeating: 0, count: count) }
        if contributions.count != rows.count { contributions = Array(repeating: 0, count: rows.count) }
        rows.withUnsafeBufferPointer { rows in
            contributions.withUnsafeMutableBufferPointer { contributions in
                for row in 0..<count {
                    margins[row] = scorer.score(
                        rows.row(row, of: featureCount), contributions: contributions.row(row, of: featureCount))
                }
            }
        }
    }

    private func rowCount(of rows: [Double]) -> Int {
        precondition(
            rows.count.isMultiple(of: featureCount), "the model takes \(featureCount) values a row, found \(rows.count)"
        )
        return rows.count / featureCount
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
            let margin = model.explain(values, contributions: &contributions)
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
            let margin = explain(golden.values, contributions: &contributions)
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
