internal import RiskCore

/// What importers make of another library's boosted trees.
struct ImportedModel {
    var features: [ModelFeature]
    /// The margin before any tree.
    private(set) var intercept: Double
    private(set) var trees: [LeafWiseTree] = []

    init(features: [ModelFeature], intercept: Double) {
        self.features = features
        self.intercept = intercept
    }

    /// A tree of a single leaf adds the same to every margin.
    mutating func add(leaf: Double) { intercept += leaf }

    mutating func add(_ tree: LeafWiseTree) { trees.append(tree) }

    /// A document without golden inputs, calibration, policy or directions.
    ///
    /// - Throws: ``ImportError`` if no tree asks anything.
    func document(
        name: String, training: TrainingStatement = TrainingStatement()
    ) throws(ImportError) -> ModelDocument {
        guard !trees.isEmpty else {
            throw ImportError("expected a tree with a split, found none: every row would have the same margin")
        }
        let base = LogisticModel(intercept: intercept, terms: [])
        return ModelDocument(
            name: name, features: features, kind: .trees(TreeModel(base: base, trees: [], leafWiseTrees: trees)),
            training: training)
    }

    /// A feature that the catalogue knows by name gets its definition version.
    static func feature(_ name: String, categories: [String]?) -> ModelFeature {
        ModelFeature(
            name: name, definitionVersion: FeatureCatalogue.feature(named: name)?.definitionVersion ?? 0,
            categories: categories)
    }

    /// The words of categories that another library knows by number only.
    static func words(_ count: Int) -> [String] { (0..<count).map { String($0) } }
}
