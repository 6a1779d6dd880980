internal import Glibc
internal import RiskModels

/// Boosts symmetric trees on given margins, one after another, until the held-out loss no longer improves.
struct Boosting {
    /// What came of it.
    struct Result {
        var trees: [SymmetricTree]
        /// The margin of each row of the data with all of these trees.
        var margins: [Double]
        /// The mean held-out log loss before the first tree, after the first, and so on; empty without held-out rows.
        var losses: [Double]
    }

    let data: TrainingData
    let table: BinnedTable
    let options: TreeOptions
    let seed: UInt64
    let threads: Int
    /// The table's columns that trees may ask about, ascending; nil: all.
    var askable: [Int]?
    /// Whether no tree may take anything from a margin.
    var onlyAdds = false

    /// The smallest curvature of a row relative to its weight: keeps steps finite where a row is certain.
    private static let curvatureMinimum = 1e-9

    /// - Parameters:
    ///   - start: The margin of each row of the data before the first tree, fitted with ``TreeOptions/positiveWeight``.
    ///   - fitted: The rows to learn from.
    ///   - heldOut: The rows that say when to stop; may be empty.
    ///   - treeLimit: Trees at most. With held-out rows those up to the lowest loss are kept.
    func run(
        start: [Double], fitted: [Int], heldOut: [Int], treeLimit: Int, progress: (Double) -> Void
    ) -> Result {
        let scale = GradientScale(largestWeight: fitted.map(weight).max() ?? 1)
        let grower = TreeGrower(table, options: options, scale: scale, onlyAdds: onlyAdds, threads: threads)
        var margins = start
        var result = Result(trees: [], margins: start, losses: [])
        if !heldOut.isEmpty { result.losses = [loss(margins, heldOut)] }
        var best = (count: 0, loss: result.losses.first ?? 0, margins: start)
        for number in 0..<treeLimit {
            var generator = SplitMix64(seed: seed &+ UInt64(number + 1) &* 0xD134_2543_DE82_EF95)
            let rows = sample(fitted, using: &generator)
            let columns = sampleColumns(using: &generator)
            let pairs = gradients(rows, margins, scale)
            guard let grown = grower.grow(rows: rows, pairs: pairs, columns: columns) else { break }
            let leaves = leafIndices(grown)
            for row in margins.indices { margins[row] += grown.values[Int(leaves[row])] }
            result.trees.append(document(grown, covers: covers(grown, leaves, fitted)))
            progress(Double(number + 1) / Double(treeLimit))
            guard !heldOut.isEmpty else { continue }
            let loss = loss(margins, heldOut)
            result.losses.append(loss)
            if loss < best.loss { best = (number + 1, loss, margins) }
            if number + 1 - best.count >= options.patience { break }
        }
        if heldOut.isEmpty {
            result.margins = margins
        } else {
            result.trees.removeSubrange(best.count...)
            result.margins = best.margins
        }
        return result
    }

    private func weight(_ row: Int) -> Double {
        (data.weights?[row] ?? 1) * (data.labels[row] ? options.positiveWeight : 1)
    }

    // MARK: - Samples

    private func sample(_ rows: [Int], using generator: inout SplitMix64) -> [Int32] {
        guard options.rowSample < 1 else { return rows.map(Int32.init) }
        let limit = UInt64(options.rowSample * Double(UInt64(1) << 53))
        var result: [Int32] = []
        result.reserveCapacity(Int(Double(rows.count) * min(1, options.rowSample * 1.1)) + 16)
        for row in rows where generator.next() >> 11 < limit { result.append(Int32(truncatingIfNeeded: row)) }
        return result
    }

    private func sampleColumns(using generator: inout SplitMix64) -> [Int] {
        let all = askable ?? Array(table.columns.indices)
        guard options.columnSample < 1, all.count > 1 else { return all }
        let count = max(1, Int((Double(all.count) * options.columnSample).rounded()))
        return all.shuffled(using: &generator).prefix(count).sorted()
    }

    // MARK: - Passes over the rows

    private func gradients(_ rows: [Int32], _ margins: [Double], _ scale: GradientScale) -> [GradientPair] {
        let parts = parallelBlocks(of: rows.count, threads: threads) { block in
            rows[block].map { row -> GradientPair in
                let row = Int(row)
                let weight = weight(row)
                let probability = 1 / (1 + exp(-margins[row]))
                return scale.pair(
                    slope: weight * (data.labels[row] ? probability - 1 : probability),
                    curvature: weight * max(Self.curvatureMinimum, probability * (1 - probability)))
            }
        }
        return Array(parts.joined())
    }

    /// The leaf of each row of the data.
    private func leafIndices(_ tree: GrownTree) -> [UInt16] {
        let tables = tree.splits.enumerated().map { level, split in
            split.goesRight.map { $0 ? UInt16(1) << UInt16(level) : 0 }
        }
        let parts = parallelBlocks(of: table.rowCount, threads: threads) { rows -> [UInt16] in
            var leaves = Array(repeating: UInt16(0), count: rows.count)
            for (split, bits) in zip(tree.splits, tables) {
                let codes = table.columns[split.column].codes
                for index in 0..<rows.count { leaves[index] |= bits[Int(codes[rows.lowerBound + index])] }
            }
            return leaves
        }
        return Array(parts.joined())
    }

    private func loss(_ margins: [Double], _ rows: [Int]) -> Double {
        let shift = log(options.positiveWeight)
        let parts = parallelBlocks(of: rows.count, threads: threads) { block -> SIMD2<Double> in
            rows[block].reduce(into: SIMD2<Double>.zero) { sum, row in
                let weight = data.weights?[row] ?? 1
                sum += weight * SIMD2(logLoss(margin: margins[row] - shift, isPositive: data.labels[row]), 1)
            }
        }
        let sum = parts.reduce(SIMD2.zero, +)
        return sum.y > 0 ? sum.x / sum.y : 0
    }

    private func covers(_ tree: GrownTree, _ leaves: [UInt16], _ rows: [Int]) -> [Double] {
        var covers = Array(repeating: 0.0, count: tree.values.count)
        for row in rows { covers[Int(leaves[row])] += data.weights?[row] ?? 1 }
        return covers
    }

    private func document(_ tree: GrownTree, covers: [Double]) -> SymmetricTree {
        let splits = tree.splits.map { split in
            let column = table.columns[split.column]
            return TreeSplit(
                feature: column.feature, condition: column.bins.condition(split.goesRight),
                missingGoesRight: split.goesRight[0])
        }
        return SymmetricTree(splits: splits, leaves: tree.values, covers: covers)
    }
}

/// −ln(probability of what happened), exact for margins of any size.
func logLoss(margin: Double, isPositive: Bool) -> Double {
    let wrong = isPositive ? -margin : margin
    return max(wrong, 0) + log1p(exp(-abs(wrong)))
}
