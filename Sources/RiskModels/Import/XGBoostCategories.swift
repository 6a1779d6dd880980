/// The categories that a model of XGBoost knows.
enum XGBoostCategories {
    /// Of each feature, its categories' words; empty if they have only numbers; nil if it is numeric as far as the file
    /// says so outside its trees.
    static func words(
        _ learner: JSONObject, _ model: JSONObject, featureCount: Int
    ) throws(ImportError) -> [[String]?] {
        let types = learner.contains("feature_types") ? try learner.texts("feature_types") : []
        guard types.isEmpty || types.count == featureCount else {
            throw learner.refusal("feature_types", expected: "\(featureCount) or none", found: "\(types.count)")
        }
        var words: [[String]?] = (0..<featureCount).map { types.isEmpty || types[$0] != "c" ? nil : [] }
        // Since version 3.1, of data frames.
        guard model.contains("cats") else { return words }
        let cats = try model.object("cats")
        let lists = try cats.objects("enc") { list throws(ImportError) in try Self.words(list) }
        guard lists.isEmpty || lists.count == featureCount else {
            throw cats.refusal("enc", expected: "\(featureCount) or none", found: "\(lists.count)")
        }
        for (feature, list) in lists.enumerated() where !list.isEmpty {
            guard list.count <= LoadedModel.Limits.categoryCount else {
                throw cats.refusal(
                    "enc", index: feature, expected: "at most \(LoadedModel.Limits.categoryCount) categories",
                    found: "\(list.count)")
            }
            guard words[feature] != nil else {
                throw cats.refusal(
                    "enc", index: feature, expected: "no categories of a numeric feature", found: "\(list.count)")
            }
            words[feature] = list
        }
        return words
    }

    /// Whole numbers, or texts laid end to end as bytes with the places where they begin and end.
    ///
    /// XGBoost 3.2 takes a word's characters for its bytes, so that other words than ASCII are cut off and run into the
    /// next ones: what the file says of them is wrong.
    private static func words(_ list: JSONObject) throws(ImportError) -> [String] {
        let values = try list.wholes("values")
        guard list.contains("offsets") else { return values.map { String($0) } }
        if let index = values.firstIndex(where: { !(0..<128).contains($0) }) {
            throw list.refusal(
                "values", index: index,
                expected: "words in ASCII, since XGBoost writes others wrongly (number the categories instead)",
                found: "byte \(values[index])")
        }
        let offsets = try list.wholes("offsets")
        var words: [String] = []
        for (index, (start, end)) in zip(offsets, offsets.dropFirst()).enumerated() {
            guard 0 <= start, start <= end, end <= values.count else {
                throw list.refusal(
                    "offsets", index: index, expected: "ascending numbers up to \(values.count)",
                    found: "\(start) and \(end)")
            }
            words.append(String(decoding: values[start..<end].map { UInt8($0) }, as: UTF8.self))
        }
        return words
    }
}
