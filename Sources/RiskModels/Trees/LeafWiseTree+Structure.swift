extension LeafWiseTree {
    /// Checks one tree: counts, then children, then questions and numbers.
    ///
    /// - Throws: ``ModelFileError`` with code `invalid` and a path such as `leaf_wise_trees[3].nodes[1].left`.
    func checkStructure(features: [ModelFeature], path: String) throws(ModelFileError) {
        func require(
            _ condition: Bool, _ part: String, _ message: @autoclosure () -> String
        ) throws(ModelFileError) {
            guard condition else { throw ModelFileError(.invalid, "\(path).\(part): expected \(message())") }
        }
        let limit = LoadedModel.Limits.leafWiseLeafCount
        try require((2...limit).contains(leaves.count), "leaves", "2 to \(limit), found \(leaves.count)")
        try require(nodes.count == leaves.count - 1, "nodes", "\(leaves.count - 1), found \(nodes.count)")
        try require(covers.count == leaves.count, "covers", "\(leaves.count), found \(covers.count)")
        try checkChildren(path: path)
        for (index, node) in nodes.enumerated() {
            let part = "nodes[\(index)].split"
            try require(
                features.indices.contains(node.split.feature), "\(part).feature",
                "0 to \(features.count - 1), found \(node.split.feature)")
            try node.split.check(features[node.split.feature], path: "\(path).\(part)")
        }
        let magnitude = LoadedModel.Limits.leafMagnitude
        for (leaf, value) in leaves.enumerated() {
            try require(
                abs(value) <= magnitude, "leaves[\(leaf)]",
                "a number from -\(magnitude) to \(magnitude), found \(value)")
        }
        for (leaf, cover) in covers.enumerated() {
            try require(
                cover >= 0 && cover <= LoadedModel.Limits.cover, "covers[\(leaf)]",
                "0 to \(LoadedModel.Limits.cover), found \(cover)")
        }
    }

    /// Every node but the root and every leaf has one parent, before it, within the limit of depth.
    ///
    /// With one node less than there are leaves, and no child named twice, there is no room for one that is not
    /// reached; with children behind their parents there is no way in a circle.
    private func checkChildren(path: String) throws(ModelFileError) {
        var depths = Array(repeating: 0, count: nodes.count)
        var hasLeaf = Array(repeating: false, count: leaves.count)
        for (index, node) in nodes.enumerated() {
            for (part, child) in [("left", node.left), ("right", node.right)] {
                let place = "\(path).nodes[\(index)].\(part): expected"
                switch child {
                case .node(let next):
                    guard next > index, next < nodes.count, depths[next] == 0 else {
                        throw ModelFileError(
                            .invalid, "\(place) a node after this one, named by no other, found node \(next)")
                    }
                    depths[next] = depths[index] + 1
                    guard depths[next] < LoadedModel.Limits.leafWiseDepth else {
                        throw ModelFileError(
                            .invalid, "\(place) at most \(LoadedModel.Limits.leafWiseDepth) levels, found more")
                    }
                case .leaf(let leaf):
                    guard leaf >= 0, leaf < leaves.count, !hasLeaf[leaf] else {
                        throw ModelFileError(
                            .invalid, "\(place) one of \(leaves.count) leaves, named by no other, found leaf \(leaf)")
                    }
                    hasLeaf[leaf] = true
                }
            }
        }
    }

    /// How much of a node's cover goes right, for every node; ½ where no training row came.
    var rightShares: [Double] {
        var covers = Array(repeating: 0.0, count: nodes.count)
        var shares = Array(repeating: 0.5, count: nodes.count)
        for index in nodes.indices.reversed() {
            func cover(_ child: Child) -> Double {
                switch child {
                case .node(let next): covers[next]
                case .leaf(let leaf): self.covers[leaf]
                }
            }
            let (left, right) = (cover(nodes[index].left), cover(nodes[index].right))
            covers[index] = left + right
            if covers[index] > 0 { shares[index] = right / covers[index] }
        }
        return shares
    }

    /// The value of the tree before anything is known: every node averages its children by their covers.
    func expectedValue(rightShares: [Double]) -> Double {
        var values = Array(repeating: 0.0, count: nodes.count)
        for index in nodes.indices.reversed() {
            func value(_ child: Child) -> Double {
                switch child {
                case .node(let next): values[next]
                case .leaf(let leaf): leaves[leaf]
                }
            }
            let (left, right) = (value(nodes[index].left), value(nodes[index].right))
            let share = rightShares[index]
            values[index] = left == right ? left : left * (1 - share) + right * share
        }
        return values.first ?? 0
    }
}
