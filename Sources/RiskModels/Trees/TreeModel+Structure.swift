extension TreeModel {
    /// Checks limits first, then every tree, so that nothing is laid out for a model that asks for too much.
    ///
    /// - Throws: ``ModelFileError`` with code `invalid` and a path such as `trees[3].splits[1].threshold`.
    func checkStructure(features: [ModelFeature]) throws(ModelFileError) {
        typealias Limits = LoadedModel.Limits
        guard (1...Limits.treeCount).contains(trees.count + leafWiseTrees.count) else {
            throw ModelFileError(
                .invalid,
                "trees: expected 1 to \(Limits.treeCount), found \(trees.count + leafWiseTrees.count)")
        }
        let nodeCount = leafWiseTrees.reduce(0) { $0 + $1.nodes.count }
        guard nodeCount <= Limits.leafWiseNodeCount else {
            throw ModelFileError(
                .invalid,
                "leaf_wise_trees: expected at most \(Limits.leafWiseNodeCount) nodes in all, found \(nodeCount)")
        }
        var rowCount = 0
        var tableCount = 0
        var categoryCount = 0
        for (index, tree) in leafWiseTrees.enumerated() {
            try tree.checkStructure(features: features, path: "leaf_wise_trees[\(index)]")
            // The tables for reasons have one row for each node and eight points.
            rowCount += tree.nodes.count * Quadrature(featureCount: tree.pathFeatureCount).parts.count
            for node in tree.nodes {
                categoryCount += features[node.split.feature].categories.map { $0.count + 1 } ?? 0
            }
        }
        for (index, tree) in trees.enumerated() {
            try tree.checkStructure(features: features, path: "trees[\(index)]")
            tableCount += tree.leaves.count * (tree.depth + 1)
            for split in tree.splits { categoryCount += features[split.feature].categories.map { $0.count + 1 } ?? 0 }
        }
        guard rowCount <= Limits.leafWiseNodeCount else {
            throw ModelFileError(
                .invalid,
                "leaf_wise_trees: expected at most \(Limits.leafWiseNodeCount) nodes in all, those of trees with more "
                    + "than 16 features on a path counted for each 16, found \(rowCount)")
        }
        guard tableCount <= Limits.treeTableCount else {
            throw ModelFileError(
                .invalid,
                "trees: expected at most \(Limits.treeTableCount) numbers in the tables of all trees, "
                    + "found \(tableCount)")
        }
        guard categoryCount <= Limits.treeCategoryCount else {
            throw ModelFileError(
                .invalid,
                "trees: expected at most \(Limits.treeCategoryCount) categories over all splits, found "
                    + "\(categoryCount)")
        }
    }
}

extension SymmetricTree {
    /// Number of levels.
    var depth: Int { splits.count }

    /// The distinct features, ascending: the players of the attribution.
    var players: [Int] { Set(splits.map(\.feature)).sorted() }

    /// A bit for each level at which the feature is asked about.
    func levels(of feature: Int) -> Int {
        splits.indices.reduce(0) { $0 | (splits[$1].feature == feature ? 1 << $1 : 0) }
    }

    fileprivate func checkStructure(features: [ModelFeature], path: String) throws(ModelFileError) {
        func require(
            _ condition: Bool, _ part: String, _ message: @autoclosure () -> String
        ) throws(ModelFileError) {
            guard condition else { throw ModelFileError(.invalid, "\(path).\(part): expected \(message())") }
        }
        let limit = LoadedModel.Limits.treeDepth
        try require((1...limit).contains(depth), "splits", "1 to \(limit), found \(depth)")
        try require(leaves.count == 1 << depth, "leaves", "\(1 << depth), found \(leaves.count)")
        try require(covers.count == 1 << depth, "covers", "\(1 << depth), found \(covers.count)")
        for (level, split) in splits.enumerated() {
            let part = "splits[\(level)]"
            try require(
                features.indices.contains(split.feature), "\(part).feature",
                "0 to \(features.count - 1), found \(split.feature)")
            try split.check(features[split.feature], path: "\(path).\(part)")
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
}

extension TreeSplit {
    func check(_ feature: ModelFeature, path: String) throws(ModelFileError) {
        switch (condition, feature.categories) {
        case (.atLeast(let threshold), nil):
            guard threshold.isFinite else {
                throw ModelFileError(.invalid, "\(path).threshold: expected a finite number, found \(threshold)")
            }
        case (.among(let codes), let categories?):
            var previous = -1
            for (index, code) in codes.enumerated() {
                guard code > previous, code <= categories.count else {
                    throw ModelFileError(
                        .invalid,
                        "\(path).codes[\(index)]: expected more than the one before and at most \(categories.count), "
                            + "found \(code)")
                }
                previous = code
            }
        case (.atLeast, _?):
            throw ModelFileError(
                .invalid, "\(path): expected categories for the categorical feature \(feature.name), found a threshold")
        case (.among, nil):
            throw ModelFileError(
                .invalid, "\(path): expected a threshold for the numeric feature \(feature.name), found categories")
        }
    }
}
