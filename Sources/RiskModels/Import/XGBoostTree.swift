/// One tree of a JSON model of XGBoost, in columns with one number for each node.
///
/// Node 0 is the root; nodes that pruning has taken out stay in the columns and are never reached.
struct XGBoostTree {
    /// A tree, or the one leaf that is left of it.
    enum Converted {
        case tree(LeafWiseTree)
        case leaf(Double)
    }

    /// -1 at a leaf.
    let left: [Int]
    let right: [Int]
    /// The threshold; at a leaf, its value.
    let conditions: [Float]
    /// The training weight.
    let covers: [Double]
    let place: JSONPlace
    private let features: [Int]
    private let defaultsLeft: [Int]
    private let kinds: [Int]
    private let sets: XGBoostSets

    init(_ object: JSONObject) throws(ImportError) {
        place = object.place
        let parameters = try object.object("tree_param")
        let width = try parameters.whole("size_leaf_vector")
        guard (0...1).contains(width) else {
            throw parameters.refusal("size_leaf_vector", expected: "1, one value a leaf", found: "\(width)")
        }
        left = try object.wholes("left_children")
        let count = left.count
        guard count > 0 else { throw object.refusal("left_children", expected: "a node", found: "none") }
        right = try object.wholes("right_children", count: count)
        conditions = try object.numbers("split_conditions", count: count).map { Float($0) }
        covers = try object.numbers("sum_hessian", count: count)
        features = try object.wholes("split_indices", count: count)
        defaultsLeft = try object.wholes("default_left", count: count)
        kinds = try object.wholes("split_type", count: count)
        sets = try XGBoostSets(object, nodeCount: count)
    }

    /// Raises each feature's number of categories to what the splits ask for; nil is that of a numeric feature.
    ///
    /// - Parameter words: The categories' words where they are known; then there are no others.
    func raise(_ counts: inout [Int?], words: [[String]?]) throws(ImportError) {
        for node in left.indices where left[node] != -1 && kinds[node] == 1 {
            let feature = features[node]
            guard counts.indices.contains(feature) else { continue }  // Refused if the node is reached.
            let known = words[feature]?.count ?? 0
            let limit = known > 0 ? known : LoadedModel.Limits.categoryCount
            for place in try sets.places(node) {
                let code = sets.codes[place]
                guard (0..<limit).contains(code) else {
                    throw self.place.refusal(
                        "categories", index: place, expected: "0 to \(limit - 1)", found: "\(code)")
                }
                counts[feature] = max(counts[feature] ?? 0, code + 1)
            }
        }
    }

    /// The tree with its nodes in the order of levels.
    func converted(isCategorical: [Bool]) throws(ImportError) -> Converted {
        var walk = XGBoostWalk(self)
        var nodes: [LeafWiseTree.Node] = []
        guard case .node = try walk.child(0, "left_children", 0) else { return .leaf(walk.leaves[0]) }
        while nodes.count < walk.order.count {
            let node = walk.order[nodes.count]
            let left = try walk.child(left[node], "left_children", node)
            let right = try walk.child(right[node], "right_children", node)
            nodes.append(LeafWiseTree.Node(try split(node, isCategorical), left: left, right: right))
        }
        return .tree(LeafWiseTree(nodes: nodes, leaves: walk.leaves, covers: walk.covers))
    }

    private func split(_ node: Int, _ isCategorical: [Bool]) throws(ImportError) -> TreeSplit {
        guard isCategorical.indices.contains(features[node]) else {
            throw place.refusal(
                "split_indices", index: node, expected: "0 to \(isCategorical.count - 1)", found: "\(features[node])")
        }
        let kind = isCategorical[features[node]] ? 1 : 0
        guard kinds[node] == kind else {
            throw place.refusal(
                "split_type", index: node,
                expected: kind == 1 ? "1, since the feature has categories" : "0, since the feature is numeric",
                found: "\(kinds[node])")
        }
        guard (0...1).contains(defaultsLeft[node]) else {
            throw place.refusal("default_left", index: node, expected: "0 or 1", found: "\(defaultsLeft[node])")
        }
        let condition: TreeSplit.Condition
        if kind == 1 {
            // What is in the set goes right there, too.
            condition = .among(Set(try sets.places(node).map { sets.codes[$0] }).sorted())
        } else {
            guard conditions[node].isFinite else {
                throw place.refusal(
                    "split_conditions", index: node, expected: "a finite threshold", found: "\(conditions[node])")
            }
            condition = .atLeast(Self.lowest(roundingTo: conditions[node]))
        }
        return TreeSplit(feature: features[node], condition: condition, missingGoesRight: defaultsLeft[node] == 0)
    }

    /// The lowest Float64 whose nearest Float32 is at least a finite one; of two that are as near, the even one counts.
    static func lowest(roundingTo threshold: Float) -> Double {
        let below = threshold.nextDown
        // Below the lowest finite number the steps go on as before.
        let step = below.isFinite ? Double(threshold) - Double(below) : Double(threshold.ulp)
        let middle = Double(threshold) - step / 2
        return threshold.bitPattern & 1 == 0 ? middle : middle.nextUp
    }
}
