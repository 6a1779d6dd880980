public import RiskCore

/// The content of a model file as plain values, not yet checked. ``LoadedModel`` does the checking.
public struct ModelDocument: Sendable, Equatable {
    /// The model's name, for people.
    public var name: String
    /// When it was made, Unix milliseconds; 0 if left out to be reproducible.
    public var createdAtMs: Int64
    /// SHA-256 of the model file it replaces; empty if none.
    public var parentDigest: [UInt8]
    /// The features in the order of the input vector.
    public var features: [ModelFeature]
    /// The model itself.
    public var kind: ModelKind
    /// At most one for each decision point; the one without a decision point is for all others.
    public var calibrations: [Calibration]
    /// Thresholds on the margin.
    public var policy: Policy
    /// Inputs with the bits they must give; may be empty while a document is being made, never in a file.
    public var goldenInputs: [GoldenInput]
    /// What it was trained on and how it did.
    public var training: TrainingStatement

    /// A document.
    public init(
        name: String, createdAtMs: Int64 = 0, parentDigest: [UInt8] = [], features: [ModelFeature], kind: ModelKind,
        calibrations: [Calibration] = [], policy: Policy = Policy(version: 1, rules: []),
        goldenInputs: [GoldenInput] = [], training: TrainingStatement = TrainingStatement()
    ) {
        self.name = name
        self.createdAtMs = createdAtMs
        self.parentDigest = parentDigest
        self.features = features
        self.kind = kind
        self.calibrations = calibrations
        self.policy = policy
        self.goldenInputs = goldenInputs
        self.training = training
    }
}

/// The kinds of model.
public enum ModelKind: Sendable, Equatable {
    case logistic(LogisticModel)
    case trees(TreeModel)

    /// The word for people and flags.
    public var word: String {
        switch self {
        case .logistic: "logistic"
        case .trees: "trees"
        }
    }
}

/// One input of a model.
public struct ModelFeature: Sendable, Equatable {
    /// A name from the catalogue, `custom.` and a name, or a column of a table.
    public var name: String
    /// The version of its definition; 0 for custom values and columns.
    public var definitionVersion: Int
    /// Which way it may push the margin.
    public var direction: FeatureDirection
    /// The known words if categorical: a value is coded as its index here, any other word as their count; else nil.
    public var categories: [String]?

    /// A feature.
    public init(
        name: String, definitionVersion: Int = 0, direction: FeatureDirection = .free, categories: [String]? = nil
    ) {
        self.name = name
        self.definitionVersion = definitionVersion
        self.direction = direction
        self.categories = categories
    }
}

/// Logistic regression: margin = intercept + the terms' values, added in the order of the terms.
public struct LogisticModel: Sendable, Equatable {
    /// The margin before any term.
    public var intercept: Double
    /// Grouped by feature, in the order of the features.
    public var terms: [LogisticTerm]

    /// A model.
    public init(intercept: Double, terms: [LogisticTerm]) {
        self.intercept = intercept
        self.terms = terms
    }
}

/// One additive piece of a logistic model.
public struct LogisticTerm: Sendable, Equatable {
    /// What a term adds.
    public enum Shape: Sendable, Equatable {
        /// weight × (T(x) − center) ÷ scale for a present number.
        case numeric(transform: NumericTransform, center: Double, scale: Double, weight: Double)
        /// weight if the value is missing.
        case missing(weight: Double)
        /// One weight for each known category, then one for every other.
        case category(weights: [Double])
    }

    /// Index into the document's features.
    public var feature: Int
    /// What it adds.
    public var shape: Shape

    /// A term.
    public init(feature: Int, shape: Shape) {
        self.feature = feature
        self.shape = shape
    }
}

/// A transformation of a number. The raw value is the wire's number.
public enum NumericTransform: Int, Sendable, CaseIterable {
    /// The number itself.
    case identity = 1
    /// ``RiskCore/signedLog(_:)``.
    case signedLog

    /// The transformed number; missing (NaN) stays missing.
    public func callAsFunction(_ x: Double) -> Double {
        switch self {
        case .identity: x
        case .signedLog: RiskCore.signedLog(x)
        }
    }
}

/// probability = 1 / (1 + exp(−(slope × margin + offset)))
public struct Calibration: Sendable, Equatable {
    /// The decision point; nil for all others.
    public var eventType: EventType?
    /// Above 0.
    public var slope: Double
    /// The offset.
    public var offset: Double
    /// Held-out rows it was fitted on.
    public var rowCount: UInt64
    /// Positives among them.
    public var positiveCount: UInt64

    /// A calibration.
    public init(eventType: EventType?, slope: Double, offset: Double, rowCount: UInt64, positiveCount: UInt64) {
        self.eventType = eventType
        self.slope = slope
        self.offset = offset
        self.rowCount = rowCount
        self.positiveCount = positiveCount
    }
}

/// An input vector and what it must give, to the bit.
public struct GoldenInput: Sendable, Equatable {
    /// One value for each feature; missing values are NaN.
    public var values: [Double]
    /// The margin.
    public var margin: Double
    /// One contribution for each feature.
    public var contributions: [Double]

    /// A golden input.
    public init(values: [Double], margin: Double, contributions: [Double]) {
        self.values = values
        self.margin = margin
        self.contributions = contributions
    }

    /// Compares bits, so that NaN equals itself.
    public static func == (left: Self, right: Self) -> Bool {
        left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
            && left.margin.bitPattern == right.margin.bitPattern
            && left.contributions.map(\.bitPattern) == right.contributions.map(\.bitPattern)
    }
}

/// What a model was trained on and how it did.
public struct TrainingStatement: Sendable, Equatable {
    /// SHA-256 of each input file.
    public var dataDigests: [[UInt8]]
    /// The command's options, one `name=value` each.
    public var options: [String]
    /// Rows used.
    public var rowCount: UInt64
    /// Positives among them.
    public var positiveCount: UInt64
    /// Campaigns in the labels.
    public var campaigns: [String]
    /// Metrics on the held-out part.
    public var metrics: [Metric]
    /// The core type, library and C library that the bits of training depend on.
    public var numericEnvironment: String
    /// Where the data came from and what the model is good for.
    public var card: String

    /// A metric on the held-out part.
    public struct Metric: Sendable, Equatable {
        /// Its name, such as `roc_auc`.
        public var name: String
        /// Its value.
        public var value: Double

        /// A metric.
        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// A statement.
    public init(
        dataDigests: [[UInt8]] = [], options: [String] = [], rowCount: UInt64 = 0, positiveCount: UInt64 = 0,
        campaigns: [String] = [], metrics: [Metric] = [], numericEnvironment: String = "", card: String = ""
    ) {
        self.dataDigests = dataDigests
        self.options = options
        self.rowCount = rowCount
        self.positiveCount = positiveCount
        self.campaigns = campaigns
        self.metrics = metrics
        self.numericEnvironment = numericEnvironment
        self.card = card
    }
}
