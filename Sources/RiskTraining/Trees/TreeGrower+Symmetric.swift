internal import RiskCore

extension TreeGrower {
    /// Grows a tree level by level: each takes the one split that gains most over all leaves.
    func growSymmetric(
        _ root: GrowingLeaf, root slot: Int, _ pairs: UnsafeBufferPointer<GradientPair>, _ chunks: [ColumnChunk]
    ) -> GrownTree? {
        var leaves = [root]
        var slots = [slot]
        var splits: [BinSplit] = []
        var split = bestSplit(chunks, rowCount: 0, leaves, slots) { _ in }
        while let found = split {
            leaves = children(leaves, slots, found)
            splits.append(found)
            divide(0..<slots.count, found)
            guard splits.count < options.depth else { break }
            let parentCount = slots.count
            let smallers = (0..<parentCount).map { smaller($0, $0 + parentCount) }
            let parentSlots = slots
            let newSlots = smallers.map { _ in pool.take() }
            slots = slots + slots
            for (parent, leaf) in smallers.enumerated() { slots[leaf] = newSlots[parent] }
            partition.gather(smallers, from: pairs, team: team)
            let rowCount = smallers.reduce(0) { $0 + partition.ranges[$1].count }
            split = bestSplit(chunks, rowCount: rowCount, leaves, slots) { chunk in
                for (parent, leaf) in smallers.enumerated() {
                    self.sumUp(leaf, into: newSlots[parent], chunk)
                    for column in chunk.columns {
                        self.pool.subtract(newSlots[parent], from: parentSlots[parent], column: column)
                    }
                }
            }
        }
        guard !splits.isEmpty else { return nil }
        return GrownTree(
            splits: splits, divided: nil, values: ordered(leaves, splits).map { $0 * options.learningRate })
    }

    /// Brings the sums of a level up to date and finds its best split.
    private func bestSplit(
        _ chunks: [ColumnChunk], rowCount: Int, _ leaves: [GrowingLeaf], _ slots: [Int],
        _ update: @Sendable (ColumnChunk) -> Void
    ) -> BinSplit? {
        forEach(chunks, rowCount: rowCount, leafCount: leaves.count) { chunk in
            update(chunk)
            return self.best(leaves, slots, chunk)
        }.reduce(nil, Self.better)
    }

    private func children(_ leaves: [GrowingLeaf], _ slots: [Int], _ split: BinSplit) -> [GrowingLeaf] {
        let rights = slots.map { rightSum(split, slot: $0) }
        let lefts = zip(leaves, rights).map { leaf, right in
            search.leaf(leaf.sum &- right, parentValue: leaf.value)
        }
        return lefts + zip(leaves, rights).map { search.leaf($1, parentValue: $0.value) }
    }

    /// The leaves' values in the order that directed features demand.
    private func ordered(_ leaves: [GrowingLeaf], _ splits: [BinSplit]) -> [Double] {
        let signs = splits.map { split in
            switch table.columns[split.column].direction {
            case .free: 0
            case .raises: 1
            case .lowers: -1
            }
        }
        return MonotoneLeaves.project(
            leaves.map(\.value), weights: leaves.map { $0.gradient.y > 0 ? $0.gradient.y + options.l2 : 0 },
            signs: signs)
    }
}
