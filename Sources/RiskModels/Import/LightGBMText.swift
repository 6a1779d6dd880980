/// Reads LightGBM's text models (`Booster.save_model`, version 4 and its forerunners with the same fields).
///
/// The margin is LightGBM's raw score and the reasons are its `pred_contrib`. What our trees cannot say is refused:
/// several classes, random forests, linear trees, zeros as missing values, another objective than binary
/// classification.
public enum LightGBMText {
    /// The model as a document without golden inputs, calibration, policy or directions.
    ///
    /// A feature that the catalogue knows by name gets its definition version. A categorical feature's words are the
    /// numbers that LightGBM was given for it.
    /// - Complexity: O(bytes).
    /// - Throws: ``ImportError`` with the line.
    public static func document(_ text: String, name: String) throws(ImportError) -> ModelDocument {
        let sections = try Section.split(text)
        guard let head = sections.first, head.first.text == "tree" else {
            throw ImportError("expected a model of LightGBM, which begins with the line 'tree'", line: 1)
        }
        try checkHead(head)
        let names = try head.words("feature_names")
        let infos = try head.words("feature_infos")
        guard names.count == infos.count, !names.isEmpty else {
            throw ImportError(
                "expected as many feature_infos as feature_names, found \(infos.count) and \(names.count)")
        }
        let trees = sections.dropFirst().filter { $0.first.text.hasPrefix("Tree=") }
        var counts = infos.map(categoryCount)
        for tree in trees { try raise(&counts, by: tree) }
        let features = zip(names, counts).map { name, count in
            ImportedModel.feature(name, categories: count > 0 ? ImportedModel.words(count) : nil)
        }
        var model = ImportedModel(features: features, intercept: 0)
        for tree in trees {
            if try tree.whole("num_leaves") == 1 {
                model.add(leaf: try tree.numbers("leaf_value", count: 1)[0])
            } else {
                model.add(try LightGBMTree(tree, categoryCounts: counts).tree)
            }
        }
        return try model.document(name: name)
    }

    private static func checkHead(_ head: Section) throws(ImportError) {
        for key in ["num_class", "num_tree_per_iteration"] {
            let value = try head.whole(key)
            guard value == 1 else { throw ImportError("\(key): expected 1, found \(value)", line: head.line(key)) }
        }
        let objective = try head.words("objective")
        guard objective.first == "binary", objective.dropFirst().allSatisfy({ $0 == "sigmoid:1" }) else {
            throw ImportError(
                "objective: expected binary sigmoid:1, found \(objective.joined(separator: " "))",
                line: head.line("objective"))
        }
        guard head.values["average_output"] == nil else {
            throw ImportError("expected boosted trees, found a random forest", line: head.line("average_output"))
        }
    }

    /// Of a list of category codes such as `0:2:5`, one more than the largest; of a range of numbers, 0.
    private static func categoryCount(_ info: String) -> Int {
        guard !info.hasPrefix("["), info != "none" else { return 0 }
        return (info.split(separator: ":").compactMap { Int($0) }.max() ?? -1) + 1
    }

    /// Categories that only a split names count too.
    private static func raise(_ counts: inout [Int], by tree: Section) throws(ImportError) {
        guard try tree.whole("num_leaves") > 1, try tree.whole("num_cat") > 0 else { return }
        let nodes = try LightGBMTree.Nodes(tree, featureCount: counts.count)
        for node in nodes.features.indices where nodes.isCategorical(node) {
            let feature = nodes.features[node]
            guard counts[feature] > 0 else {
                throw ImportError(
                    "\(tree.first.text): expected numbers for feature \(feature), found categories",
                    line: tree.first.line)
            }
            counts[feature] = max(counts[feature], (try nodes.codes(node).last ?? -1) + 1)
            guard counts[feature] <= LoadedModel.Limits.categoryCount else {
                throw ImportError(
                    "\(tree.first.text): expected at most \(LoadedModel.Limits.categoryCount) categories, found code "
                        + "\(counts[feature] - 1)", line: tree.first.line)
            }
        }
    }
}

/// A block of `key=value` lines up to an empty one.
struct Section {
    /// The block's first line.
    var first: (text: String, line: Int)
    private(set) var values: [String: (text: String, line: Int)] = [:]

    /// The blocks up to the line that ends the trees.
    static func split(_ text: String) throws(ImportError) -> [Section] {
        var sections: [Section] = []
        var isOpen = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            if line == "end of trees" { return sections }
            if line.isEmpty {
                isOpen = false
                continue
            }
            if !isOpen {
                sections.append(Section(first: (String(line), index + 1)))
                isOpen = true
            }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : ""
            sections[sections.count - 1].values[String(parts[0])] = (value, index + 1)
        }
        throw ImportError("expected the line 'end of trees', found the end of the file: it is cut off")
    }

    func line(_ key: String) -> Int? { values[key]?.line }

    func words(_ key: String) throws(ImportError) -> [String] {
        guard let value = values[key] else {
            throw ImportError("\(first.text): expected \(key), found none", line: first.line)
        }
        return value.text.split(separator: " ").map(String.init)
    }

    func whole(_ key: String) throws(ImportError) -> Int {
        let words = try words(key)
        guard words.count == 1, let value = Int(words[0]) else {
            throw ImportError("\(key): expected a whole number, found \(words.joined(separator: " "))", line: line(key))
        }
        return value
    }

    func numbers(_ key: String, count: Int) throws(ImportError) -> [Double] {
        let words = try words(key)
        let values = words.compactMap { Double($0) }
        guard values.count == count, words.count == count else {
            throw ImportError("\(key): expected \(count) numbers, found \(words.count) words", line: line(key))
        }
        return values
    }

    func wholes(_ key: String, count: Int?) throws(ImportError) -> [Int] {
        let words = try words(key)
        let values = words.compactMap { Int($0) }
        guard values.count == words.count, count == nil || count == values.count else {
            let wanted = count.map { "\($0) whole numbers" } ?? "whole numbers"
            throw ImportError("\(key): expected \(wanted), found \(words.count) words", line: line(key))
        }
        return values
    }
}
