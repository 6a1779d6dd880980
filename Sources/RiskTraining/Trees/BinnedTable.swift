internal import CTreeTraining
internal import RiskCore
internal import RiskModels

/// All columns of the data as bins: what trees are grown on.
struct BinnedTable: Sendable {
    /// One feature that trees can ask about.
    struct Column: Sendable {
        /// Index into the data's features.
        let feature: Int
        let direction: FeatureDirection
        let bins: FeatureBins
        /// The bin of each row.
        let codes: [UInt8]
        /// The rows' weight in each bin.
        let binWeights: [Double]

        var isCategorical: Bool {
            if case .categorical = bins.kind { return true }
            return false
        }

        var hasMissing: Bool { binWeights[0] > 0 }
    }

    /// Features with values in two bins at least, in the data's order.
    let columns: [Column]
    /// The same codes again, those of eight neighbouring columns side by side for each row: a pass over rows that stand
    /// apart then meets one line of memory for eight columns.
    let groups: [[UInt8]]
    let rowCount: Int

    /// Bins all rows. The labels are not looked at, so that rows to be held out may be among them.
    ///
    /// - Complexity: O(rows × features), and sorting at most 200,000 values a feature; two bytes a value.
    init(_ data: TrainingData, threads: Int) {
        let drafts = parallelMap(data.features.count, threads: threads) { index -> Column? in
            let feature = data.features[index]
            let column = data.columns[index]
            let bins = FeatureBins(feature, column, weights: data.weights)
            let codes = bins.bins(of: column)
            let binWeights = Self.binWeights(codes, binCount: bins.binCount, weights: data.weights)
            guard binWeights.count(where: { $0 > 0 }) > 1 else { return nil }
            return Column(
                feature: index, direction: feature.direction, bins: bins, codes: codes, binWeights: binWeights)
        }
        let columns = drafts.compactMap { $0 }
        let rowCount = data.rowCount
        self.columns = columns
        self.rowCount = rowCount
        groups = parallelMap((columns.count + Self.groupWidth - 1) / Self.groupWidth, threads: threads) { group in
            let first = group * Self.groupWidth
            let codes = columns[first..<min(columns.count, first + Self.groupWidth)].map(\.codes)
            return GradientLoops.sideBySide(codes, rowCount: rowCount)
        }
    }

    /// Columns of a group: column i is at place i % 8 of group i ÷ 8.
    static let groupWidth = TT_GROUP

    private static func binWeights(_ codes: [UInt8], binCount: Int, weights: [Double]?) -> [Double] {
        guard let weights else {
            var counts = Array(repeating: 0, count: 256)
            for code in codes { counts[Int(code)] += 1 }
            return counts[..<binCount].map(Double.init)
        }
        var result = Array(repeating: 0.0, count: binCount)
        for (row, code) in codes.enumerated() { result[Int(code)] += weights[row] }
        return result
    }
}
