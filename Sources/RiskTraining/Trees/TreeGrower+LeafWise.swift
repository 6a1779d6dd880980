internal import RiskCore
internal import RiskModels

/// A leaf that may be divided.
private struct OpenLeaf {
    var leaf: GrowingLeaf
    var depth: Int
    /// Its sums; nil once they are not needed any more.
    var slot: Int?
    /// Its best split; nil if none gains or none is allowed.
    var split: BinSplit?
}

extension TreeGrower {
    /// Grows a tree leaf by leaf: the one whose best split gains most is divided next (as in LightGBM).
    ///
    /// Directions are kept by bounds: the leaves on the two sides of a split of a directed feature stay on their sides
    /// of the middle between the values that the split gave them (LightGBM's "basic" method).
    func growLeafWise(
        _ root: GrowingLeaf, root slot: Int, _ pairs: UnsafeBufferPointer<GradientPair>, _ chunks: [ColumnChunk]
    ) -> GrownTree? {
        var leaves = [OpenLeaf(leaf: root, depth: 0, slot: slot, split: nil)]
        if mayBeDivided(leaves[0], 0) {
            leaves[0].split = forEach(chunks, rowCount: 0, leafCount: 1) {
                self.best([root], [slot], $0)
            }.reduce(nil, Self.better)
        }
        var tree = GrownTree(splits: [], divided: [], values: [])
        while leaves.count < options.leaves, let next = Self.next(leaves), let split = leaves[next].split,
            let slot = leaves[next].slot
        {
            let sides = children(leaves[next], split, slot)
            leaves[next] = sides.left
            leaves.append(sides.right)
            tree.splits.append(split)
            tree.divided?.append(next)
            divide(next..<next + 1, split)
            if leaves.count < options.leaves { open(&leaves, next, parentSlot: slot, pairs, chunks) }
        }
        guard !tree.splits.isEmpty else { return nil }
        tree.values = leaves.map { $0.leaf.value * options.learningRate }
        return tree
    }

    /// The leaf that gains most; the first if some gain the same.
    private static func next(_ leaves: [OpenLeaf]) -> Int? {
        var best: Int?
        for (index, leaf) in leaves.enumerated() {
            guard let gain = leaf.split?.gain else { continue }
            if gain > best.flatMap({ leaves[$0].split?.gain }) ?? 0 { best = index }
        }
        return best
    }

    private func mayBeDivided(_ leaf: OpenLeaf, _ number: Int) -> Bool {
        leaf.leaf.gradient.y >= 2 * search.curvatureNeeded && leaf.depth < LoadedModel.Limits.leafWiseDepth
            && partition.ranges[number].count > 1
    }

    private func children(_ parent: OpenLeaf, _ split: BinSplit, _ slot: Int) -> (left: OpenLeaf, right: OpenLeaf) {
        let right = rightSum(split, slot: slot)
        let (lower, upper) = (parent.leaf.lower, parent.leaf.upper)
        func leaf(_ sum: GradientSum, _ lower: Double, _ upper: Double) -> GrowingLeaf {
            search.leaf(sum, parentValue: parent.leaf.value, lower: lower, upper: upper)
        }
        var sides = [leaf(parent.leaf.sum &- right, lower, upper), leaf(right, lower, upper)]
        let middle = sides[0].value / 2 + sides[1].value / 2
        switch table.columns[split.column].direction {
        case .free: break
        case .raises:
            sides[0].upper = middle
            sides[1].lower = middle
        case .lowers:
            sides[0].lower = middle
            sides[1].upper = middle
        }
        let open = sides.map { OpenLeaf(leaf: $0, depth: parent.depth + 1, slot: nil, split: nil) }
        return (open[0], open[1])
    }

    /// Sums up the smaller of the two last children, takes it from the parent for the larger, and finds the best splits
    /// of those that may be divided further.
    private func open(
        _ leaves: inout [OpenLeaf], _ left: Int, parentSlot: Int, _ pairs: UnsafeBufferPointer<GradientPair>,
        _ chunks: [ColumnChunk]
    ) {
        let right = leaves.count - 1
        let small = smaller(left, right)
        let large = small == left ? right : left
        let (opensSmall, opensLarge) = (mayBeDivided(leaves[small], small), mayBeDivided(leaves[large], large))
        guard opensSmall || opensLarge else { return pool.giveBack(parentSlot) }
        partition.gather([small], from: pairs, team: team)
        let smallSlot = pool.take()
        let (smallLeaf, largeLeaf) = (leaves[small].leaf, leaves[large].leaf)
        let leafCount = (opensSmall ? 1 : 0) + (opensLarge ? 1 : 0)
        let found = forEach(chunks, rowCount: partition.ranges[small].count, leafCount: leafCount) { chunk in
            self.sumUp(small, into: smallSlot, chunk)
            if opensLarge {
                for column in chunk.columns { self.pool.subtract(smallSlot, from: parentSlot, column: column) }
            }
            return [
                opensSmall ? self.best([smallLeaf], [smallSlot], chunk) : nil,
                opensLarge ? self.best([largeLeaf], [parentSlot], chunk) : nil,
            ]
        }
        close(&leaves[small], smallSlot, found.reduce(nil) { Self.better($0, $1[0]) })
        close(&leaves[large], parentSlot, found.reduce(nil) { Self.better($0, $1[1]) })
    }

    /// Keeps what was found of a leaf; without a split its sums are not needed any more.
    private func close(_ leaf: inout OpenLeaf, _ slot: Int, _ split: BinSplit?) {
        leaf.split = split
        leaf.slot = split == nil ? nil : slot
        if split == nil { pool.giveBack(slot) }
    }
}
