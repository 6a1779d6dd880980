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
        return message
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
        let codeCount = elements(model.trees, model.n_trees).reduce(0) { sum, tree in
            elements(tree.pointee.splits, tree.pointee.n_splits).reduce(sum) { sum, split in
                let isSet = split.pointee.condition_case == STILLWATCH__V1__TREE_SPLIT__CONDITION_AMONG
                return sum + (isSet ? split.pointee.among.pointee.n_codes : 0)
            }
        }
        try checkCount(codeCount, atMost: LoadedModel.Limits.treeCategoryCount, "trees: codes of all splits")
        self.init(
            base: try LogisticModel(base, "linear_base"),
            trees: try each(model.trees, model.n_trees, "trees", SymmetricTree.init))
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
