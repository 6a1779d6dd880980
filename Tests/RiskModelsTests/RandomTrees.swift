import RiskModels
import TestSupport

/// Random tree models and rows for them: the same for the same seed.
struct RandomTrees {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// A few features, some categorical; trees of 1 to 6 levels that ask about some features more than once; leaves
    /// that no training row reached; usually a linear base. Not monotone, so no feature has a direction.
    mutating func document(depths: ClosedRange<Int> = 1...6) -> ModelDocument {
        let features = (0..<int(1...6)).map { index in
            let words = (0..<int(0...70)).map { "word\($0)" }
            return ModelFeature(name: "f\(index)", categories: int(0...2) == 0 ? words : nil)
        }
        let trees = (0..<int(1...5)).map { _ in tree(features, depth: int(depths)) }
        return ModelDocument(
            name: "random", features: features, kind: .trees(TreeModel(base: line(features), trees: trees)))
    }

    /// A tree about these features.
    mutating func tree(_ features: [ModelFeature], depth: Int) -> SymmetricTree {
        let splits = (0..<depth).map { _ in split(features) }
        let isSparse = int(0...2) == 0
        return SymmetricTree(
            splits: splits, leaves: (0..<1 << depth).map { _ in Double.random(in: -2...2, using: &generator) },
            covers: (0..<1 << depth).map { _ in isSparse && int(0...2) > 0 ? 0 : Double(int(0...50)) })
    }

    /// One value for each feature; missing, other and impossible values are among them.
    mutating func row(_ features: [ModelFeature]) -> [Double] {
        features.map { feature in
            if int(0...5) == 0 { return .nan }
            guard let categories = feature.categories else { return Double(int(-12...12)) / 4 }
            switch int(0...9) {
            case 0: return [-1, 0.5, 1e300, -.infinity, .infinity, Double(categories.count + 3)][int(0...5)]
            default: return Double(int(0...categories.count))
            }
        }
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func split(_ features: [ModelFeature]) -> TreeSplit {
        let feature = int(0...features.count - 1)
        let condition: TreeSplit.Condition
        if let categories = features[feature].categories {
            condition = .among((0...categories.count).filter { _ in int(0...1) == 0 })
        } else {
            condition = .atLeast(Double(int(-10...10)) / 4)
        }
        return TreeSplit(feature: feature, condition: condition, missingGoesRight: int(0...1) == 0)
    }

    /// An intercept, usually with terms.
    mutating func line(_ features: [ModelFeature]) -> LogisticModel {
        var terms: [LogisticTerm] = []
        func weight() -> Double { Double.random(in: -1...1, using: &generator) }
        if int(0...3) > 0 {
            for (index, feature) in features.enumerated() where int(0...1) == 0 {
                if let categories = feature.categories {
                    terms.append(
                        LogisticTerm(
                            feature: index, shape: .category(weights: (0...categories.count).map { _ in weight() })))
                } else {
                    terms.append(
                        LogisticTerm(
                            feature: index,
                            shape: .numeric(transform: .signedLog, center: weight(), scale: 1.5, weight: weight())))
                }
                terms.append(LogisticTerm(feature: index, shape: .missing(weight: weight())))
            }
        }
        return LogisticModel(intercept: weight(), terms: terms)
    }
}

extension ModelDocument {
    /// The same trees above a floor.
    func withFloor(_ floor: LogisticModel) -> ModelDocument {
        guard case .trees(var model) = kind else { return self }
        var document = self
        model.floor = floor
        document.kind = .trees(model)
        return document
    }

    /// The same model with the leaves of its symmetric trees as training rounds them.
    func withShortLeaves() -> ModelDocument {
        guard case .trees(var model) = kind else { return self }
        var document = self
        for index in model.trees.indices {
            model.trees[index].leaves = SymmetricTree.shortened(model.trees[index].leaves)
        }
        document.kind = .trees(model)
        return document
    }
}

/// What a model means, by its definition: slow, and written without a look at how it is scored.
struct NaiveTrees {
    let document: ModelDocument

    /// Whether a row goes right at a split.
    func goesRight(_ split: TreeSplit, _ row: [Double]) -> Bool {
        let value = row[split.feature]
        if value.isNaN { return split.missingGoesRight }
        switch split.condition {
        case .atLeast(let threshold): return value >= threshold
        case .among(let codes):
            let count = document.features[split.feature].categories?.count ?? 0
            let code = (0..<count).first { Double($0) == value } ?? count
            return codes.contains(code)
        }
    }

    /// The leaf of a row.
    func leaf(_ tree: SymmetricTree, _ row: [Double]) -> Int {
        tree.splits.indices.reduce(0) { $0 + (goesRight(tree.splits[$1], row) ? 1 << $1 : 0) }
    }

    /// What a coalition of features (one bit each) is worth: splits on others average their children by cover.
    func value(_ tree: SymmetricTree, _ row: [Double], coalition: Int, level: Int = 0, prefix: Int = 0) -> Double {
        if level == tree.splits.count { return tree.leaves[prefix] }
        func below(_ bit: Int) -> Double {
            value(tree, row, coalition: coalition, level: level + 1, prefix: prefix | bit << level)
        }
        func cover(_ bit: Int) -> Double {
            let mask = (2 << level) - 1
            return tree.covers.indices.filter { $0 & mask == prefix | bit << level }.reduce(0) { $0 + tree.covers[$1] }
        }
        if coalition >> tree.splits[level].feature & 1 == 1 { return below(goesRight(tree.splits[level], row) ? 1 : 0) }
        let all = cover(0) + cover(1)
        return all > 0 ? (cover(0) * below(0) + cover(1) * below(1)) / all : (below(0) + below(1)) / 2
    }

    /// The Shapley value of each feature, over all coalitions of all features.
    func shapleyValues(_ tree: SymmetricTree, _ row: [Double]) -> [Double] {
        shapleyValues { value(tree, row, coalition: $0) }
    }

    /// The Shapley value of each feature in a game of all of them.
    func shapleyValues(_ worth: (_ coalition: Int) -> Double) -> [Double] {
        let count = document.features.count
        let factorials = (0...count).map { (1...max($0, 1)).reduce(1.0) { $0 * Double($1) } }
        let values = (0..<1 << count).map(worth)
        return (0..<count).map { player in
            (0..<1 << count).filter { $0 >> player & 1 == 0 }.reduce(0) { sum, coalition in
                let size = coalition.nonzeroBitCount
                let weight = factorials[size] * factorials[count - size - 1] / factorials[count]
                return sum + weight * (values[coalition | 1 << player] - values[coalition])
            }
        }
    }
}

// MARK: - Leaf-wise trees

extension RandomTrees {
    /// As ``document(depths:)``, with leaf-wise trees of 2 to `leafCount` leaves in place of symmetric ones, or
    /// besides.
    mutating func leafWiseDocument(leafCount: Int = 12, isMixed: Bool = false) -> ModelDocument {
        var document = document()
        guard case .trees(var model) = document.kind else { return document }
        if !isMixed { model.trees = [] }
        model.leafWiseTrees = (0..<int(1...5)).map { _ in
            leafWiseTree(document.features, leafCount: int(2...leafCount))
        }
        document.kind = .trees(model)
        return document
    }

    /// A tree of this many leaves, grown by splitting one at random again and again.
    mutating func leafWiseTree(_ features: [ModelFeature], leafCount: Int) -> LeafWiseTree {
        let isSparse = int(0...2) == 0
        var nodes: [LeafWiseTree.Node] = []
        var parents: [(node: Int, isRight: Bool)?] = [nil]
        while parents.count < leafCount {
            let leaf = int(0...parents.count - 1)
            let node = LeafWiseTree.Node(split(features), left: .leaf(leaf), right: .leaf(parents.count))
            if let parent = parents[leaf] {
                if parent.isRight {
                    nodes[parent.node].right = .node(nodes.count)
                } else {
                    nodes[parent.node].left = .node(nodes.count)
                }
            }
            parents[leaf] = (nodes.count, false)
            parents.append((nodes.count, true))
            nodes.append(node)
        }
        return LeafWiseTree(
            nodes: nodes, leaves: (0..<leafCount).map { _ in Double.random(in: -2...2, using: &generator) },
            covers: (0..<leafCount).map { _ in isSparse && int(0...2) > 0 ? 0 : Double(int(0...50)) })
    }
}

extension NaiveTrees {
    /// The leaf of a row.
    func leaf(_ tree: LeafWiseTree, _ row: [Double]) -> Int {
        var node = tree.nodes[0]
        while true {
            switch goesRight(node.split, row) ? node.right : node.left {
            case .leaf(let leaf): return leaf
            case .node(let next): node = tree.nodes[next]
            }
        }
    }

    private func cover(_ tree: LeafWiseTree, _ child: LeafWiseTree.Child) -> Double {
        switch child {
        case .leaf(let leaf): return tree.covers[leaf]
        case .node(let node): return cover(tree, tree.nodes[node].left) + cover(tree, tree.nodes[node].right)
        }
    }

    /// What a coalition of features is worth below a child.
    func value(_ tree: LeafWiseTree, _ row: [Double], coalition: Int, child: LeafWiseTree.Child = .node(0)) -> Double {
        guard case .node(let index) = child else {
            if case .leaf(let leaf) = child { return tree.leaves[leaf] }
            return 0
        }
        let node = tree.nodes[index]
        func below(_ child: LeafWiseTree.Child) -> Double { value(tree, row, coalition: coalition, child: child) }
        if coalition >> node.split.feature & 1 == 1 {
            return below(goesRight(node.split, row) ? node.right : node.left)
        }
        let (left, right) = (cover(tree, node.left), cover(tree, node.right))
        return left + right > 0
            ? (left * below(node.left) + right * below(node.right)) / (left + right)
            : (below(node.left) + below(node.right)) / 2
    }

    /// The Shapley value of each feature, over all coalitions of all features.
    func shapleyValues(_ tree: LeafWiseTree, _ row: [Double]) -> [Double] {
        shapleyValues { value(tree, row, coalition: $0) }
    }
}
