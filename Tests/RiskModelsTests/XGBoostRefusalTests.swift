import Foundation
import RiskModels
import Testing

/// What cannot be taken over from XGBoost is refused by path, with what was expected and found.
@Suite struct XGBoostRefusalTests {
    /// Refuses a fixture with each of some faults, which replace a part of its text.
    private func expectRefusals(_ faults: [(old: String, new: String, message: String)], of text: String) throws {
        for (old, new, message) in faults {
            let changed = try text.changed(old, to: new)
            expectImportRefusal(message, of: new) { () throws(ImportError) in try XGBoostFixtures.document(changed) }
        }
    }

    @Test func whatOurTreesCannotSayIsRefused() throws {
        let text = try XGBoostFixtures.text("words.json")
        let parameters = "learner.learner_model_param"
        let faults: [(String, String, String)] = [
            (
                "binary:logistic", "reg:squarederror",
                "learner.objective.name: expected binary:logistic or binary:logitraw, found reg:squarederror"
            ),
            ("\"gbtree\"", "\"dart\"", "learner.gradient_booster.name: expected gbtree, found dart"),
            ("\"gbtree\"", "\"gblinear\"", "learner.gradient_booster.name: expected gbtree, found gblinear"),
            ("\"num_class\":\"0\"", "\"num_class\":\"3\"", "\(parameters).num_class: expected at most 1, found 3"),
            ("\"num_target\":\"1\"", "\"num_target\":\"2\"", "\(parameters).num_target: expected at most 1, found 2"),
            ("[5.15E-1]", "[1E-1,2E-1]", "\(parameters).base_score: expected one number between 0 and 1"),
            ("[5.15E-1]", "1E0", "\(parameters).base_score: expected one number between 0 and 1"),
            ("[5.15E-1]", "nan", "\(parameters).base_score: expected one number between 0 and 1"),
            ("[5.15E-1]", "[", "\(parameters).base_score: expected one number between 0 and 1"),
            (
                "\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"2\"",
                "trees[0].tree_param.size_leaf_vector: expected 1, one value a leaf, found 2"
            ),
            ("\"tree_info\":[0,0", "\"tree_info\":[0,1", "model.tree_info[1]: expected 0, one group of trees, found 1"),
            ("\"version\":[3,2,0]", "\"version\":[1,7,6]", "version: expected 2 or 3 of XGBoost, found 1.7.6"),
            (
                "\"num_feature\":\"3\",\"num_target\"", "\"num_feature\":\"999999999\",\"num_target\"",
                "\(parameters).num_feature: expected 1 to 4096, found 999999999"
            ),
        ]
        try expectRefusals(faults, of: text)
    }

    @Test func damagedTreesAreRefusedByPath() throws {
        let text = try XGBoostFixtures.text("words.json")
        let tree = "learner.gradient_booster.model.trees[0]"
        let faults: [(String, String, String)] = [
            ("left_children\":[1,", "left_children\":[99,", "\(tree).left_children[0]: expected a node from 0 to 18"),
            ("left_children\":[1,", "left_children\":[0,", "\(tree).left_children[0]: expected a node from 0 to 18"),
            ("left_children\":[1,3", "left_children\":[1,2", "\(tree).left_children[1]: expected a node from 0 to 18"),
            ("left_children\":[1,3", "left_children\":[1,-7", "\(tree).left_children[1]: expected a node from 0 to 18"),
            (
                "left_children\":[1,", "left_children\":[\"1\",",
                "left_children[0]: expected a whole number, found \"1\""
            ),
            ("left_children\":[1,3", "left_children\":[1,3.5", "left_children[1]: expected a whole number, found 3.5"),
            (
                "left_children\":[1,3", "left_children\":[1,null",
                "left_children[1]: expected a whole number, found null"
            ),
            ("left_children\":[1,", "left_children\":[", "\(tree).right_children: expected 18 of them, found 19"),
            ("\"left_children\":[", "\"left\":[", "\(tree).left_children: expected a list, found nothing"),
            ("\"left_children\":[", "\"left_children\":1,\"x\":[", "\(tree).left_children: expected a list, found 1.0"),
            (
                "right_children\":[2,4,6,-1", "right_children\":[2,4,6,5",
                "right_children[3]: expected -1 as on the left"
            ),
            ("split_indices\":[0", "split_indices\":[3", "\(tree).split_indices[0]: expected 0 to 2, found 3"),
            ("split_indices\":[0", "split_indices\":[2147483647", "\(tree).split_indices[0]: expected 0 to 2"),
            ("split_type\":[0", "split_type\":[2", "\(tree).split_type[0]: expected 0, since the feature is numeric"),
            ("split_type\":[0,1", "split_type\":[0,0", "\(tree).split_type[1]: expected 1, since the feature has"),
            (
                "default_left\":[1", "default_left\":[true",
                "\(tree).default_left[0]: expected a whole number, found true"
            ),
            ("default_left\":[1", "default_left\":[2", "\(tree).default_left[0]: expected 0 or 1, found 2"),
            ("2.8743742E-2,1E-45", "NaN,1E-45", "\(tree).split_conditions[3]: expected a leaf from"),
            ("2.8743742E-2,1E-45", "Infinity,1E-45", "\(tree).split_conditions[3]: expected a leaf from"),
            ("2.8743742E-2,1E-45", "-3e6,1E-45", "\(tree).split_conditions[3]: expected a leaf from"),
            ("2.8743742E-2,1E-45", "1e999,1E-45", "split_conditions[3]: expected a number, found a number that does"),
            ("[-2.25E0,", "[-Infinity,", "\(tree).split_conditions[0]: expected a finite threshold, found -inf"),
            ("[-2.25E0,", "[-4e38,", "\(tree).split_conditions[0]: expected a finite threshold, found -inf"),
            ("[-2.25E0,", "[{},", "\(tree).split_conditions[0]: expected a number, found an object"),
            ("categories\":[0,1,2,3,5", "categories\":[0,1,7,3,5", "\(tree).categories[2]: expected 0 to 6, found 7"),
            ("categories\":[0,1,2,3,5", "categories\":[0,-1,2,3,5", "\(tree).categories[1]: expected 0 to 6, found -1"),
            ("categories_nodes\":[1,", "categories_nodes\":[3,", "categories_nodes: expected node 1 among them"),
            ("categories_nodes\":[1,", "categories_nodes\":[19,", "categories_nodes[0]: expected nodes from 0 to 18"),
            ("categories_segments\":[0,5", "categories_segments\":[0,-5", "categories_segments[1]: expected 0 to 22"),
            ("categories_sizes\":[5", "categories_sizes\":[23", "categories_sizes[0]: expected 0 to 22, found 23"),
            ("\"trees\":[{", "\"trees\":[7,{", "model.trees[0]: expected an object, found 7.0"),
            ("\"trees\":[{", "\"trees\":{\"x\":[{", "expected JSON, found text that is not"),
            ("\"iteration_indptr\":[0,2", "\"iteration_indptr\":[1,2", "iteration_indptr: expected ascending numbers"),
            ("\"iteration_indptr\":[0,2,4,6", "\"iteration_indptr\":[0,2,4,9", "ascending numbers from 0 to 6"),
            ("[\"amount\",", "[", "learner.feature_names: expected 3 or none, found 2"),
            ("[\"amount\",", "[3,", "learner.feature_names[0]: expected text, found 3.0"),
            ("[\"float\",", "[", "learner.feature_types: expected 3 or none, found 2"),
            (
                "\"offsets\":[0,2,4", "\"offsets\":[0,99,4",
                "cats.enc[1].offsets[0]: expected ascending numbers up to 19"
            ),
            ("\"values\":[117,115", "\"values\":[117,-61", "cats.enc[1].values[1]: expected words in ASCII"),
            ("\"learner\":", "\"lerner\":", "learner: expected an object, found nothing"),
            ("\"attributes\":{}", "\"attributes\":[]", "learner.attributes: expected an object, found a list"),
            (
                "\"attributes\":{}", "\"attributes\":{\"best_iteration\":\"3\"}",
                "best_iteration: expected 0 to 2, found 3"
            ),
        ]
        try expectRefusals(faults, of: text)
    }

    @Test func otherFilesAreRefused() throws {
        let text = try XGBoostFixtures.text("stopped.json")
        let files: [([UInt8], String)] = [
            ([], "expected JSON, found nothing"),
            (Array("{L".utf8) + [0, 0, 0, 0, 0, 0, 0, 7] + Array("learner".utf8), "save the model as JSON"),
            (Array("binf".utf8), "save the model as JSON"),
            (Array("tree\nversion=v4\n".utf8), "expected JSON that begins with {"),
            (Array(text.utf8.prefix(5000)), "expected JSON, found text that is not: it is cut off"),
            (Array("{\"a\": b}".utf8), "expected JSON, found text that is not"),
            (Array("{\"a\": ".utf8) + Array(repeating: UInt8(ascii: "["), count: 100_000), "expected JSON, found text"),
            (
                Array(
                    XGBoostFixtures.stump(threshold: "0").replacing("[1, -1, -1]", with: "[-1, -1, -1]")
                        .replacing("[2, -1, -1]", with: "[-1, -1, -1]").utf8),
                "expected a tree with a split, found none"
            ),
            (Array("{}".utf8), "version: expected a list, found nothing"),
        ]
        for (file, message) in files {
            expectImportRefusal(message, of: "a file") { () throws(ImportError) in try XGBoostFixtures.document(file) }
        }
    }

    @Test(arguments: ["numeric", "codes", "words", "stopped"]) func hostileTextNeverCrashes(name: String) throws {
        let text = Array(try XGBoostFixtures.text("\(name).json").utf8)
        for seed in 0..<150 as Range<UInt64> {
            var random = RandomTrees(seed: seed)
            var hostile = text
            for _ in 0...random.int(0...3) {
                let index = random.int(0...hostile.count - 1)
                switch random.int(0...4) {
                case 0: hostile[index] = UInt8(random.int(0...255))
                case 1: hostile.removeSubrange(index..<min(hostile.count - 1, index + random.int(0...40)))
                case 2: hostile.removeSubrange(index...)
                case 3:
                    hostile.insert(
                        contentsOf: Array("[-1,NaN,{\"a\":1e400},".utf8.prefix(random.int(1...20))), at: index)
                default: hostile[index] = UInt8(ascii: "9")
                }
                if hostile.isEmpty { hostile = text }
            }
            if let document = try? XGBoostFixtures.document(hostile) {
                _ = try? LoadedModel(document, digest: [])
            }
        }
    }

    @Test func hostileNumbersNeverCrash() throws {
        // Only digits are changed, so that most of it is JSON still and reaches the checks of trees.
        let text = Array(try XGBoostFixtures.text("words.json").utf8)
        let places = text.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[$0]) }
        var takenOver = 0
        for seed in 0..<300 as Range<UInt64> {
            var random = RandomTrees(seed: seed)
            var hostile = text
            for _ in 0...random.int(0...2) {
                hostile[places[random.int(0...places.count - 1)]] = UInt8(ascii: "0") + UInt8(random.int(0...9))
            }
            guard let document = try? XGBoostFixtures.document(hostile) else { continue }
            takenOver += 1
            _ = try? LoadedModel(document, digest: [])
        }
        #expect(takenOver > 0)
    }
}
