import Foundation
import RiskModels
import TestSupport

/// `Tests/Fixtures/xgboost`: models of XGBoost and what it gives for some rows, missing values among them.
///
/// `numeric` (2.1.4, pruned trees, no names, values around thresholds) and `codes` (2.1.4, `binary:logitraw`,
/// categories by number, unseen ones too); `words` (3.2.0, categories in words, two trees a round) and `stopped`
/// (3.2.0, stopped early).
enum XGBoostFixtures {
    static func text(_ name: String) throws -> String { try Fixtures.text("xgboost/\(name)") }

    static func document(
        _ text: String, rounds: XGBoostJSON.Rounds = .untilBest
    ) throws(ImportError) -> ModelDocument {
        try document(Array(text.utf8), rounds: rounds)
    }

    static func document(
        _ bytes: [UInt8], rounds: XGBoostJSON.Rounds = .untilBest
    ) throws(ImportError) -> ModelDocument {
        try XGBoostJSON.document(bytes, name: "fixture", rounds: rounds) { type, bytes in
            try JSONDecoder().decode(type, from: Data(bytes))
        }
    }

    /// A row's vector, and the numbers behind it.
    static func rows(_ name: String, of document: ModelDocument) throws -> [(values: [Double], expected: [Double])] {
        let count = document.features.count
        return try text("\(name).csv").split(separator: "\n").dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let values = zip(document.features, cells).map { feature, cell in
                guard !cell.isEmpty else { return Double.nan }
                guard let categories = feature.categories else { return Double(cell) ?? .infinity }
                return Double(categories.firstIndex(of: cell) ?? categories.count)
            }
            return (values, cells.dropFirst(count).compactMap { Double($0) })
        }
    }

    /// A model with one question: a value below the threshold gives -1, any other 1.
    static func stump(threshold: String) -> String {
        """
        {"learner": {"attributes": {}, "feature_names": [], "feature_types": [], "gradient_booster": {"model": {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "1"}, "tree_info": [0], "trees": [{
        "categories": [], "categories_nodes": [], "categories_segments": [], "categories_sizes": [],
        "default_left": [1, 0, 0], "left_children": [1, -1, -1], "right_children": [2, -1, -1],
        "split_conditions": [\(threshold), -1, 1], "split_indices": [0, 0, 0], "split_type": [0, 0, 0],
        "sum_hessian": [2, 1, 1], "tree_param": {"size_leaf_vector": "1"}}]}, "name": "gbtree"},
        "learner_model_param": {"base_score": "0E0", "num_class": "0", "num_feature": "1"},
        "objective": {"name": "binary:logitraw"}}, "version": [2, 0, 0]}
        """
    }
}
