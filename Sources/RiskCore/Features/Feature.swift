/// One number that models read, with all that has to be known of it in one place.
public struct Feature: Sendable {
    /// A stable name, `family.what`.
    public let name: String
    /// Grows when the computation changes; a model file names the version it was trained on.
    public let definitionVersion: Int
    /// Which way it may push the margin. A feature with a direction is never negative.
    public let direction: FeatureDirection
    /// The code its contribution is reported under.
    public let reason: ReasonCode
    /// Whether its numbers are skewed and a model should read their logarithm.
    public let isSkewed: Bool
    /// The class of identifier it speaks of; nil if none.
    public let linkClass: IdentifierClass?
    /// Whether it speaks of the account's cluster or of its rhythm among others'.
    public let isCluster: Bool
    /// What of the account's links it looks at.
    public let dependencies: LinkDependencies
    /// What it measures, with the unit.
    public let summary: String
    /// Its value; NaN if missing.
    let value: @Sendable (Observation) -> Double

    init(
        _ name: String, version: Int = 1, _ direction: FeatureDirection, _ reason: ReasonCode, skewed: Bool = false,
        link: IdentifierClass? = nil, isCluster: Bool = false, reading others: LinkDependencies = [], _ summary: String,
        value: @escaping @Sendable (Observation) -> Double
    ) {
        self.name = name
        self.definitionVersion = version
        self.direction = direction
        self.reason = reason
        self.isSkewed = skewed
        self.linkClass = link
        self.isCluster = isCluster
        self.dependencies = others.union(link.map(LinkDependencies.facts) ?? []).union(isCluster ? .cluster : [])
        self.summary = summary
        self.value = value
    }

    /// Definition 1 of a feature that at definition 2 also reads what the account's earlier events said.
    var fromEventAlone: Feature {
        Feature(
            name, version: 1, direction, reason, skewed: isSkewed, link: linkClass, isCluster: isCluster,
            reading: dependencies, summary
        ) { [value] in value($0.withoutAccountFacts) }
    }
}
