internal import Glibc
public import RiskCore
public import RiskModels

/// What a learner sees: columns of numbers and a label for each row, wherever they come from.
public struct TrainingData: Sendable {
    /// The features, in the order of the columns.
    public private(set) var features: [ModelFeature]
    /// One array for each feature with one value for each row. Missing is NaN; a category is its index among the
    /// feature's categories, or their count for any other word.
    public private(set) var columns: [[Double]]
    /// The truth of each row.
    public let labels: [Bool]
    /// How much each row counts, finite and at least 0; nil if each counts 1. Weight 2 is the same as the row twice.
    public var weights: [Double]?
    /// How much each row counts while fitting, where that is not what it stands for; nil: as ``weights``. Calibration,
    /// thresholds and metrics go by ``weights``.
    public var fitWeights: [Double]?
    /// The same for every other forest of a model of trees; nil: as in the first. Neither class may count for nothing.
    public var otherFitWeights: [Double]?
    /// Whether a row is a copy that was altered to be learnt from: no calibration, threshold or metric looks at it.
    /// nil: none is.
    public var isAltered: [Bool]?
    /// The transformations of each numeric feature that get a term of their own; ignored for categorical features.
    public var transforms: [[NumericTransform]]
    /// The decision point of each row; nil if the rows have none.
    public var eventTypes: [EventType]?
    /// Rows of one group, such as an account, are never on both sides of a split; nil if each row is its own.
    public var groups: [Int]?
    /// By row the group that part of it was borrowed from, nil where none was: such a row is on a side of a split only
    /// if both are. nil: no row has borrowed anything.
    public var lenders: [Int?]?
    /// SHA-256 of each file the rows came from.
    public var digests: [[UInt8]] = []

    /// Data whose shapes fit together; numeric features get both transformations.
    public init(features: [ModelFeature], columns: [[Double]], labels: [Bool]) {
        precondition(
            features.count == columns.count, "\(features.count) features with \(columns.count) columns of values")
        for (feature, column) in zip(features, columns) {
            precondition(
                column.count == labels.count, "\(feature.name): \(column.count) values for \(labels.count) labels")
        }
        self.features = features
        self.columns = columns
        self.labels = labels
        self.transforms = Array(repeating: NumericTransform.allCases, count: features.count)
    }

    /// Rows.
    public var rowCount: Int { labels.count }

    /// Positives among the rows.
    public var positiveCount: Int { labels.count { $0 } }

    /// The same as it is fitted to.
    var toFit: TrainingData {
        var data = self
        data.weights = fitWeights ?? weights
        return data
    }

    /// The same as every other forest is fitted to, of data that is as the first is.
    var toFitOtherwise: TrainingData? {
        guard let otherFitWeights else { return nil }
        var data = self
        (data.weights, data.otherFitWeights) = (otherFitWeights, nil)
        return data
    }

    /// The same rows with some of the features only, by index.
    func reading(_ kept: [Int]) -> TrainingData {
        var data = self
        data.features = kept.map { features[$0] }
        data.columns = kept.map { columns[$0] }
        data.transforms = kept.map { transforms[$0] }
        return data
    }

    /// Those of some rows that are as they came.
    func unaltered(_ rows: [Int]) -> [Int] {
        guard let isAltered else { return rows }
        return rows.filter { !isAltered[$0] }
    }

    /// Those of some rows that count for more than nothing.
    func counted(_ rows: [Int]) -> [Int] {
        guard let weights else { return rows }
        return rows.filter { weights[$0] > 0 }
    }

    /// The log-odds of a label among some rows, by their weights; nil if they are of one class.
    func logOdds(of rows: [Int]) -> Double? {
        let total = rows.reduce(0.0) { $0 + (weights?[$1] ?? 1) }
        let positive = rows.reduce(0.0) { labels[$1] ? $0 + (weights?[$1] ?? 1) : $0 }
        return positive > 0 && positive < total ? log(positive / (total - positive)) : nil
    }

    /// The log-odds of a label among some rows.
    ///
    /// - Throws: ``TrainingError`` with code `oneClass`.
    func knownLogOdds(of rows: [Int]) throws(TrainingError) -> Double {
        guard let logOdds = logOdds(of: rows) else {
            throw TrainingError(
                .oneClass, "expected rows with label 0 and with label 1, found \(rows.count) rows of one label")
        }
        return logOdds
    }

    /// One row as a model takes it.
    public func vector(_ row: Int) -> [Double] { columns.map { $0[row] } }

    /// Fails on a broken invariant of the parts that can be set one by one.
    func checkShapes() {
        precondition(
            transforms.count == features.count, "\(transforms.count) transforms for \(features.count) features")
        for (name, count) in [
            ("weights", weights?.count), ("weights to fit", fitWeights?.count),
            ("other weights to fit", otherFitWeights?.count), ("marks", isAltered?.count),
            ("event types", eventTypes?.count), ("groups", groups?.count),
            ("lenders", lenders?.count),
        ] {
            precondition(count ?? rowCount == rowCount, "\(count ?? 0) \(name) for \(rowCount) rows")
        }
        for weights in [weights, fitWeights, otherFitWeights] {
            precondition(
                weights?.allSatisfy { $0.isFinite && $0 >= 0 } ?? true, "a weight is negative or not a finite number")
        }
    }
}
