internal import CProtobufC
internal import CStillwatchProtos
internal import RiskModels

extension MessageArena {
    /// A tree model. A feature or code below 0 or above 32 bits is a programming error.
    func trees(_ model: TreeModel) -> UnsafeMutablePointer<Stillwatch__V1__TreeModel> {
        let message = make(stillwatch__v1__tree_model__init)
        message.pointee.linear_base = logistic(model.base)
        message.pointee.n_trees = model.trees.count
        message.pointee.trees = list(model.trees) { tree($0) }
        message.pointee.n_leaf_wise_trees = model.leafWiseTrees.count
        message.pointee.leaf_wise_trees = list(model.leafWiseTrees) { tree($0) }
        message.pointee.floor = model.floor.map { logistic($0) }
        return message
    }

    private func tree(_ tree: LeafWiseTree) -> UnsafeMutablePointer<Stillwatch__V1__LeafWiseTree>? {
        let message = make(stillwatch__v1__leaf_wise_tree__init)
        message.pointee.n_nodes = tree.nodes.count
        message.pointee.nodes = list(tree.nodes) { node($0) }
        message.pointee.n_leaves = tree.leaves.count
        message.pointee.leaves = list(tree.leaves) { $0 }
        message.pointee.n_covers = tree.covers.count
        message.pointee.covers = list(tree.covers) { $0 }
        return message
    }

    private func node(_ node: LeafWiseTree.Node) -> UnsafeMutablePointer<Stillwatch__V1__TreeNode>? {
        let message = make(stillwatch__v1__tree_node__init)
        message.pointee.split = split(node.split)
        set(&message.pointee.has_left, &message.pointee.left, number(node.left))
        set(&message.pointee.has_right, &message.pointee.right, number(node.right))
        return message
    }

    private func number(_ child: LeafWiseTree.Child) -> UInt32 {
        switch child {
        case .node(let node): UInt32(2 * node)
        case .leaf(let leaf): UInt32(2 * leaf + 1)
        }
    }

    private func tree(_ tree: SymmetricTree) -> UnsafeMutablePointer<Stillwatch__V1__SymmetricTree>? {
        let message = make(stillwatch__v1__symmetric_tree__init)
        message.pointee.n_splits = tree.splits.count
        message.pointee.splits = list(tree.splits) { split($0) }
        message.pointee.n_leaves = tree.leaves.count
        message.pointee.leaves = list(tree.leaves) { $0 }
        message.pointee.n_covers = tree.covers.count
        message.pointee.covers = list(tree.covers) { $0 }
        return message
    }

    private func split(_ split: TreeSplit) -> UnsafeMutablePointer<Stillwatch__V1__TreeSplit>? {
        let message = make(stillwatch__v1__tree_split__init)
        set(&message.pointee.has_feature, &message.pointee.feature, UInt32(split.feature))
        set(
            &message.pointee.has_missing_goes_right, &message.pointee.missing_goes_right, split.missingGoesRight ? 1 : 0
        )
        switch split.condition {
        case .atLeast(let threshold):
            message.pointee.condition_case = STILLWATCH__V1__TREE_SPLIT__CONDITION_AT_LEAST
            message.pointee.at_least = threshold
        case .among(let codes):
            let set = make(stillwatch__v1__category_set__init)
            set.pointee.n_codes = codes.count
            set.pointee.codes = list(codes) { UInt32($0) }
            message.pointee.condition_case = STILLWATCH__V1__TREE_SPLIT__CONDITION_AMONG
            message.pointee.among = set
        }
        return message
    }
}

extension TreeModel {
    /// Every count is checked before a list is made of it; ``LoadedModel`` checks the rest.
    init(_ message: UnsafePointer<Stillwatch__V1__TreeModel>) throws(ModelFileError) {
        let model = message.pointee
        guard let base = model.linear_base else {
            throw ModelFileError(.invalid, "linear_base: expected one, found none")
        }
        try checkCount(model.n_trees, atMost: LoadedModel.Limits.treeCount, "trees")
        try checkCount(model.n_leaf_wise_trees, atMost: LoadedModel.Limits.treeCount, "leaf_wise_trees")
        let leafWise = elements(model.leaf_wise_trees, model.n_leaf_wise_trees)
        let nodeCount = leafWise.reduce(0) { $0 + $1.pointee.n_nodes }
        try checkCount(nodeCount, atMost: LoadedModel.Limits.leafWiseNodeCount, "leaf_wise_trees: nodes in all")
        var codeCount = elements(model.trees, model.n_trees).reduce(0) { sum, tree in
            elements(tree.pointee.splits, tree.pointee.n_splits).reduce(sum) { $0 + codes(of: $1) }
        }
        for tree in leafWise {
            for node in elements(tree.pointee.nodes, tree.pointee.n_nodes) {
                codeCount += node.pointee.split.map { codes(of: $0) } ?? 0
            }
        }
        try checkCount(codeCount, atMost: LoadedModel.Limits.treeCategoryCount, "trees: codes of all splits")
        self.init(
            base: try LogisticModel(base, "linear_base"),
            trees: try each(model.trees, model.n_trees, "trees", SymmetricTree.init),
            leafWiseTrees: try each(
                model.leaf_wise_trees, model.n_leaf_wise_trees, "leaf_wise_trees", LeafWiseTree.init),
            floor: try model.floor.map { floor throws(ModelFileError) in try LogisticModel(floor, "floor") })
    }
}

/// How many category codes a split has.
private func codes(of split: UnsafePointer<Stillwatch__V1__TreeSplit>) -> Int {
    split.pointee.condition_case == STILLWATCH__V1__TREE_SPLIT__CONDITION_AMONG
        ? split.pointee.among.pointee.n_codes : 0
}

extension LeafWiseTree {
    fileprivate init(_ tree: Stillwatch__V1__LeafWiseTree, _ path: String) throws(ModelFileError) {
        let leafLimit = LoadedModel.Limits.leafWiseLeafCount
        try checkCount(tree.n_nodes, atMost: leafLimit - 1, "\(path).nodes")
        try checkCount(tree.n_leaves, atMost: leafLimit, "\(path).leaves")
        try checkCount(tree.n_covers, atMost: leafLimit, "\(path).covers")
        self.init(
            nodes: try each(tree.nodes, tree.n_nodes, "\(path).nodes", Node.init),
            leaves: numbers(tree.leaves, tree.n_leaves), covers: numbers(tree.covers, tree.n_covers))
    }
}

extension LeafWiseTree.Node {
    fileprivate init(_ node: Stillwatch__V1__TreeNode, _ path: String) throws(ModelFileError) {
        guard let split = node.split else {
            throw ModelFileError(.invalid, "\(path).split: expected one, found none")
        }
        func child(_ number: UInt32) -> LeafWiseTree.Child {
            number.isMultiple(of: 2) ? .node(Int(number / 2)) : .leaf(Int(number / 2))
        }
        self.init(
            try TreeSplit(split.pointee, "\(path).split"), left: child(node.left), right: child(node.right))
    }
}

private func checkCount(_ count: Int, atMost limit: Int, _ path: String) throws(ModelFileError) {
    guard count <= limit else {
        throw ModelFileError(.invalid, "\(path): expected at most \(limit), found \(count)")
    }
}

extension SymmetricTree {
    fileprivate init(_ tree: Stillwatch__V1__SymmetricTree, _ path: String) throws(ModelFileError) {
        let leafLimit = 1 << LoadedModel.Limits.treeDepth
        try checkCount(tree.n_splits, atMost: LoadedModel.Limits.treeDepth, "\(path).splits")
        try checkCount(tree.n_leaves, atMost: leafLimit, "\(path).leaves")
        try checkCount(tree.n_covers, atMost: leafLimit, "\(path).covers")
        self.init(
            splits: try each(tree.splits, tree.n_splits, "\(path).splits", TreeSplit.init),
            leaves: numbers(tree.leaves, tree.n_leaves), covers: numbers(tree.covers, tree.n_covers))
    }
}

extension TreeSplit {
    fileprivate init(_ split: Stillwatch__V1__TreeSplit, _ path: String) throws(ModelFileError) {
        let condition: Condition
        switch split.condition_case {
        case STILLWATCH__V1__TREE_SPLIT__CONDITION_AT_LEAST: condition = .atLeast(split.at_least)
        case STILLWATCH__V1__TREE_SPLIT__CONDITION_AMONG:
            let set = split.among.pointee
            try checkCount(set.n_codes, atMost: LoadedModel.Limits.categoryCount + 1, "\(path).codes")
            condition = .among(UnsafeBufferPointer(start: set.codes, count: set.n_codes).map { Int($0) })
        default: throw ModelFileError(.invalid, "\(path).condition: expected one, found none")
        }
        self.init(
            feature: Int(split.feature), condition: condition, missingGoesRight: split.missing_goes_right != 0)
    }
}
