extension TreeLayout {
    /// The sum of the leaves that a row falls into. O(columns + splits).
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        withColumns(values) { columns in
            var sum = 0.0
            for tree in trees { sum += leaves[tree.firstLeaf + leafIndex(tree, columns)] }
            return sum
        }
    }

    /// The same sum, and each feature's part in it. O(columns + splits + features).
    func sum(
        _ values: UnsafeBufferPointer<Double>, attributions: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        attributions.update(repeating: 0)
        withColumns(values) { columns in
            for tree in trees {
                let row = tree.firstRow + leafIndex(tree, columns) * tree.playerCount
                for player in 0..<tree.playerCount {
                    attributions[Int(players[tree.firstPlayer + player])] += rows[row + player]
                }
            }
        }
        // Exact, so it equals the sum of the leaves.
        return attributions.reduce(expected, +)
    }

    private func leafIndex(_ tree: Tree, _ columns: UnsafeMutableBufferPointer<Double>) -> Int {
        var index = 0
        for level in 0..<tree.depth {
            let split = splits[tree.firstSplit + level]
            index |= (columns[split.column] >= split.threshold ? 1 : 0) << level
        }
        return index
    }

    private func withColumns<Result>(
        _ values: UnsafeBufferPointer<Double>, _ body: (UnsafeMutableBufferPointer<Double>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: columnCount) { columns in
            for (index, column) in numericColumns.enumerated() {
                let value = values[column.feature]
                columns.initializeElement(at: index, to: value.isNaN ? column.missing : value)
            }
            for (index, column) in categoryColumns.enumerated() {
                let value = values[column.feature]
                let code = categoryCode(value, count: column.categoryCount)
                let bit = categoryWords[column.firstWord + code / 64] >> UInt64(code % 64) & 1
                columns.initializeElement(
                    at: numericColumns.count + index, to: value.isNaN ? column.missing : Double(bit))
            }
            return body(columns)
        }
    }
}
