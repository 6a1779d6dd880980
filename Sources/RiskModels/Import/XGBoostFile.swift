internal import Glibc

/// A JSON model of XGBoost as far as it can be taken over, for ``XGBoostJSON``.
public struct XGBoostFile: Decodable, Sendable {
    private let version: String
    private let objective: String
    /// The margin before any tree.
    private let intercept: Double
    private let featureNames: [String]
    /// Of each feature, its categories' words; empty if they have only numbers; nil if it is numeric.
    private let categories: [[String]?]
    private let trees: [XGBoostTree]
    private let roundCount: Int
    /// Rounds up to and including the best iteration; nil if the model names none.
    private let bestRoundCount: Int?
    /// The trees of as many rounds.
    private let treeCounts: [Int]

    /// Decodes the parts that matter and checks them.
    ///
    /// - Throws: ``ImportError`` with the path.
    public init(from decoder: any Decoder) throws {
        let root = try JSONObject(decoder)
        version = try Self.version(root)
        let learner = try root.object("learner")
        objective = try Self.objective(learner)
        let booster = try Self.booster(learner)
        let parameters = try learner.object("learner_model_param")
        intercept = try Self.intercept(parameters, objective: objective)
        let featureCount = try Self.featureCount(parameters)
        featureNames = try Self.names(learner, count: featureCount)
        let model = try booster.object("model")
        categories = try XGBoostCategories.words(learner, model, featureCount: featureCount)
        trees = try model.objects("trees") { tree throws(ImportError) in try XGBoostTree(tree) }
        let groups = try model.wholes("tree_info", count: trees.count)
        if let index = groups.firstIndex(where: { $0 != 0 }) {
            throw model.refusal(
                "tree_info", index: index, expected: "0, one group of trees", found: "\(groups[index])")
        }
        treeCounts = try Self.treeCounts(model, treeCount: trees.count)
        roundCount = treeCounts.count - 1
        bestRoundCount = try Self.bestRoundCount(learner, roundCount: roundCount)
    }

    func document(name: String, rounds: XGBoostJSON.Rounds) throws(ImportError) -> ModelDocument {
        let taken = rounds == .untilBest ? bestRoundCount ?? roundCount : roundCount
        let trees = trees[..<treeCounts[taken]]
        var counts = categories.map { $0?.count }
        for tree in trees { try tree.raise(&counts, words: categories) }
        let features = featureNames.indices.map { index in
            let words = categories[index] ?? []
            return ImportedModel.feature(
                featureNames[index],
                categories: counts[index].map { words.isEmpty ? ImportedModel.words(max($0, 1)) : words })
        }
        var model = ImportedModel(features: features, intercept: intercept)
        for tree in trees {
            switch try tree.converted(isCategorical: counts.map { $0 != nil }) {
            case .leaf(let value): model.add(leaf: value)
            case .tree(let tree): model.add(tree)
            }
        }
        let share = taken < roundCount ? "the \(taken) rounds up to its best of \(roundCount)" : "\(taken) rounds"
        let card = "Taken over from XGBoost \(version), \(objective), \(share)."
        return try model.document(name: name, training: TrainingStatement(card: card))
    }

    private static func version(_ root: JSONObject) throws(ImportError) -> String {
        let parts = try root.wholes("version")
        let text = parts.map { String($0) }.joined(separator: ".")
        guard let major = parts.first, (2...3).contains(major) else {
            throw root.refusal("version", expected: "2 or 3 of XGBoost", found: text.isEmpty ? "none" : text)
        }
        return text
    }

    private static func objective(_ learner: JSONObject) throws(ImportError) -> String {
        let object = try learner.object("objective")
        let objective = try object.text("name")
        guard ["binary:logistic", "binary:logitraw"].contains(objective) else {
            throw object.refusal(
                "name", expected: "binary:logistic or binary:logitraw", found: String(objective.prefix(64)))
        }
        return objective
    }

    private static func booster(_ learner: JSONObject) throws(ImportError) -> JSONObject {
        let booster = try learner.object("gradient_booster")
        let name = try booster.text("name")
        guard name == "gbtree" else {
            throw booster.refusal("name", expected: "gbtree", found: String(name.prefix(64)))
        }
        return booster
    }

    /// The margin that XGBoost starts from, in its Float32: of `binary:logistic` the file has the probability.
    private static func intercept(_ parameters: JSONObject, objective: String) throws(ImportError) -> Double {
        for name in ["num_class", "num_target"] where parameters.contains(name) {
            let count = try parameters.whole(name)
            guard (0...1).contains(count) else {
                throw parameters.refusal(name, expected: "at most 1", found: "\(count)")
            }
        }
        // A list since version 3.1.
        let text = try parameters.text("base_score")
        let isList = text.hasPrefix("[") && text.hasSuffix("]") && text.count > 2
        let isLogistic = objective == "binary:logistic"
        guard let score = Float(isList ? text.dropFirst().dropLast() : text[...]), score.isFinite,
            !isLogistic || (score > 0 && score < 1)
        else {
            throw parameters.refusal(
                "base_score", expected: isLogistic ? "one number between 0 and 1 in quotes" : "one number in quotes",
                found: "\"\(text.prefix(64))\"")
        }
        return Double(isLogistic ? -logf(1 / score - 1) : score)
    }

    private static func featureCount(_ parameters: JSONObject) throws(ImportError) -> Int {
        let count = try parameters.whole("num_feature")
        guard (1...LoadedModel.Limits.featureCount).contains(count) else {
            throw parameters.refusal(
                "num_feature", expected: "1 to \(LoadedModel.Limits.featureCount)", found: "\(count)")
        }
        return count
    }

    private static func names(_ learner: JSONObject, count: Int) throws(ImportError) -> [String] {
        let names = learner.contains("feature_names") ? try learner.texts("feature_names") : []
        guard names.isEmpty || names.count == count else {
            throw learner.refusal("feature_names", expected: "\(count) or none", found: "\(names.count)")
        }
        return names.isEmpty ? (0..<count).map { "f\($0)" } : names
    }

    /// Of 0, 1, 2 ... rounds, the number of trees.
    private static func treeCounts(_ model: JSONObject, treeCount: Int) throws(ImportError) -> [Int] {
        guard model.contains("iteration_indptr") else {
            let width = try model.object("gbtree_model_param").whole("num_parallel_tree")
            guard width > 0, treeCount.isMultiple(of: width) else {
                throw model.refusal("trees", expected: "a multiple of \(width)", found: "\(treeCount)")
            }
            return Array(stride(from: 0, through: treeCount, by: width))
        }
        let counts = try model.wholes("iteration_indptr")
        let isAscending = zip(counts, counts.dropFirst()).allSatisfy { $0 <= $1 }
        guard counts.first == 0, counts.last == treeCount, isAscending else {
            throw model.refusal(
                "iteration_indptr", expected: "ascending numbers from 0 to \(treeCount)", found: "others")
        }
        return counts
    }

    private static func bestRoundCount(_ learner: JSONObject, roundCount: Int) throws(ImportError) -> Int? {
        guard learner.contains("attributes") else { return nil }
        let attributes = try learner.object("attributes")
        guard attributes.contains("best_iteration") else { return nil }
        let best = try attributes.whole("best_iteration")
        guard (0..<roundCount).contains(best) else {
            throw attributes.refusal("best_iteration", expected: "0 to \(roundCount - 1)", found: "\(best)")
        }
        return best + 1
    }
}
