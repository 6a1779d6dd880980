internal import CTreeTraining

/// The margins of all rows while trees are added, and the slopes and curvatures of the loss there.
///
/// Used by one thread at a time, which divides passes over rows among a team.
final class MarginTable: @unchecked Sendable {
    private let margins: UnsafeMutableBufferPointer<Double>
    private let pairStorage: UnsafeMutableBufferPointer<GradientPair>
    private let labels: [UInt8]
    private let weights: [Double]?
    private let positiveWeight: Double
    private let scale: GradientScale

    /// The smallest curvature of a row relative to its weight: keeps steps finite where a row is certain.
    private static let curvatureMinimum = 1e-9

    /// - Parameters:
    ///   - start: The margin of each row of the data before the first tree.
    ///   - positiveWeight: How much a positive row counts beside a negative one.
    init(_ data: TrainingData, start: [Double], positiveWeight: Double, scale: GradientScale) {
        precondition(start.count == data.rowCount, "\(start.count) margins for \(data.rowCount) rows")
        margins = .allocate(capacity: start.count)
        _ = margins.initialize(from: start)
        pairStorage = .allocate(capacity: start.count)
        pairStorage.initialize(repeating: .zero)
        labels = data.labels.map { $0 ? 1 : 0 }
        weights = data.weights
        self.positiveWeight = positiveWeight
        self.scale = scale
    }

    deinit {
        margins.deallocate()
        pairStorage.deallocate()
    }

    /// The slope and curvature of each row whose gradients were taken last.
    var pairs: UnsafeBufferPointer<GradientPair> { UnsafeBufferPointer(pairStorage) }

    /// The margins of some rows, in their order.
    func values(_ rows: [Int]) -> [Double] { rows.map { margins[$0] } }

    /// The margins of all rows.
    var values: [Double] { Array(margins) }

    /// Takes slope and curvature of the log loss at the rows of a partition that stands at the root.
    func takeGradients(_ partition: RowPartition, team: WorkerTeam) {
        _ = team.blocks(of: partition.ranges[0].count) { block in
            let rows = UnsafeBufferPointer(rebasing: partition.rows(0)[block])
            let gathered = UnsafeMutableBufferPointer(rebasing: partition.pairs(0)[block])
            self.labels.withUnsafeBufferPointer { labels in
                self.withWeights { weights in
                    var loss = tt_loss(
                        margins: self.margins.baseAddress, labels: labels.baseAddress, weights: weights,
                        positive_weight: self.positiveWeight, curvature_minimum: Self.curvatureMinimum,
                        one: self.scale.one)
                    tt_gradients(
                        &loss, rows.baseAddress, rows.count, self.pairStorage.baseAddress, gathered.baseAddress)
                }
            }
        }
    }

    private func withWeights(_ body: (UnsafePointer<Double>?) -> Void) {
        guard let weights else { return body(nil) }
        weights.withUnsafeBufferPointer { body($0.baseAddress) }
    }

    /// Adds to each row of a partition the value of its leaf.
    func add(_ values: [Double], _ partition: RowPartition, team: WorkerTeam) {
        precondition(
            values.count == partition.ranges.count, "\(values.count) values, \(partition.ranges.count) leaves")
        let rowCount = partition.ranges.reduce(0) { $0 + $1.count }
        team.run(values.count, isWorthwhile: rowCount >= RowPartition.worthwhileCount) { leaf in
            let rows = partition.rows(leaf)
            tt_add(self.margins.baseAddress, rows.baseAddress, rows.count, values[leaf])
        }
    }

    /// The weight of the rows in each leaf of a partition.
    func covers(_ partition: RowPartition, team: WorkerTeam) -> [Double] {
        guard let weights else { return partition.ranges.map { Double($0.count) } }
        let rowCount = partition.ranges.reduce(0) { $0 + $1.count }
        return team.map(partition.ranges.count, isWorthwhile: rowCount >= RowPartition.worthwhileCount) { leaf in
            partition.rows(leaf).reduce(0.0) { $0 + weights[Int($1)] }
        }
    }
}
