/// One tree of a LightGBM text model with more than one leaf.
struct LightGBMTree {
    let tree: LeafWiseTree

    /// - Throws: ``ImportError`` where the block is not sound or says what our trees cannot.
    init(_ section: Section, categoryCounts: [Int]) throws(ImportError) {
        let nodes = try Nodes(section, featureCount: categoryCounts.count)
        if section.values["is_linear"] != nil, try section.whole("is_linear") != 0 {
            throw ImportError("is_linear: expected 0, found a linear tree", line: section.line("is_linear"))
        }
        var list: [LeafWiseTree.Node] = []
        for index in nodes.features.indices { list.append(try nodes.node(index)) }
        tree = LeafWiseTree(
            nodes: list, leaves: try section.numbers("leaf_value", count: list.count + 1),
            covers: try section.numbers("leaf_count", count: list.count + 1))
    }

    /// The nodes' columns.
    struct Nodes {
        let features: [Int]
        private let section: Section
        private let thresholds: [Double]
        private let kinds: [Int]
        private let left: [Int]
        private let right: [Int]
        /// Of category set i, the words boundaries[i] ..< boundaries[i + 1].
        private let boundaries: [Int]
        private let words: [Int]

        init(_ section: Section, featureCount: Int) throws(ImportError) {
            self.section = section
            let count = try section.whole("num_leaves") - 1
            guard (1..<LoadedModel.Limits.leafWiseLeafCount).contains(count) else {
                throw ImportError(
                    "num_leaves: expected 1 to \(LoadedModel.Limits.leafWiseLeafCount), found \(count + 1)",
                    line: section.line("num_leaves"))
            }
            features = try section.wholes("split_feature", count: count)
            guard features.allSatisfy({ (0..<featureCount).contains($0) }) else {
                throw ImportError(
                    "split_feature: expected 0 to \(featureCount - 1), found another",
                    line: section.line("split_feature"))
            }
            thresholds = try section.numbers("threshold", count: count)
            kinds = try section.wholes("decision_type", count: count)
            left = try section.wholes("left_child", count: count)
            right = try section.wholes("right_child", count: count)
            let setCount = try section.whole("num_cat")
            boundaries = setCount > 0 ? try section.wholes("cat_boundaries", count: setCount + 1) : []
            words = setCount > 0 ? try section.wholes("cat_threshold", count: nil) : []
        }

        func isCategorical(_ node: Int) -> Bool { kinds[node] & 1 == 1 }

        /// The codes that LightGBM sends left at a categorical node, ascending.
        func codes(_ node: Int) throws(ImportError) -> [Int] {
            guard let set = Int(exactly: thresholds[node]), set >= 0, set + 1 < boundaries.count,
                boundaries[set] >= 0, boundaries[set] <= boundaries[set + 1], boundaries[set + 1] <= words.count
            else {
                throw ImportError(
                    "cat_boundaries: expected a set of categories for node \(node), found none",
                    line: section.line("cat_boundaries"))
            }
            var codes: [Int] = []
            for (place, word) in words[boundaries[set]..<boundaries[set + 1]].enumerated() {
                codes += (0..<32).filter { word >> $0 & 1 == 1 }.map { place * 32 + $0 }
            }
            return codes
        }

        func node(_ index: Int) throws(ImportError) -> LeafWiseTree.Node {
            let (left, right) = (child(left[index]), child(right[index]))
            if isCategorical(index) {
                // Its set goes left; here the set is what goes right. Missing and other words go the other way.
                let split = TreeSplit(
                    feature: features[index], condition: .among(try codes(index)), missingGoesRight: false)
                return LeafWiseTree.Node(split, left: right, right: left)
            }
            let threshold = thresholds[index]
            let goesRight: Bool
            switch kinds[index] >> 2 & 3 {
            case 0: goesRight = threshold < 0  // Without missing values in training one counts as 0.
            case 2: goesRight = kinds[index] & 2 == 0
            default:
                throw ImportError(
                    "decision_type: expected missing values as NaN or none, found zeros as missing values",
                    line: section.line("decision_type"))
            }
            // Values up to and including the threshold go left there, values from the threshold on go right here.
            let split = TreeSplit(
                feature: features[index], condition: .atLeast(threshold.nextUp), missingGoesRight: goesRight)
            return LeafWiseTree.Node(split, left: left, right: right)
        }

        private func child(_ number: Int) -> LeafWiseTree.Child { number >= 0 ? .node(number) : .leaf(-1 - number) }
    }
}
