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
    }

    /// Features with values in two bins at least, in the data's order.
    let columns: [Column]
    let rowCount: Int

    /// Bins all rows. The labels are not looked at, so that rows to be held out may be among them.
    ///
    /// - Complexity: O(rows × features), and sorting at most 200,000 values a feature.
    init(_ data: TrainingData, threads: Int) {
        let drafts = parallelMap(data.features.count, threads: threads) { index -> Column? in
            let feature = data.features[index]
            let column = data.columns[index]
            let bins = FeatureBins(feature, column, weights: data.weights)
            let codes = column.map(bins.bin)
            var binWeights = Array(repeating: 0.0, count: bins.binCount)
            for (row, code) in codes.enumerated() { binWeights[Int(code)] += data.weights?[row] ?? 1 }
            guard binWeights.count(where: { $0 > 0 }) > 1 else { return nil }
            return Column(
                feature: index, direction: feature.direction, bins: bins, codes: codes, binWeights: binWeights)
        }
        columns = drafts.compactMap { $0 }
        rowCount = data.rowCount
    }
}
