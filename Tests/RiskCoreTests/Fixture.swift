import RiskCore
import Testing

/// Events and feature values in few words.
enum Fixture {
    static let timeMs: Int64 = 1_762_000_000_000

    static func event(
        _ type: String = "payment", atMs: Int64 = timeMs, _ change: (inout EventBuilder) throws -> Void = { _ in }
    ) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: type)
        try builder.set(.eventTimeMs, whole: UInt64(atMs))
        try builder.set(.accountRef, reference: Reference("a"))
        try change(&builder)
        return try builder.build()
    }

    /// A usage event with these numbers.
    static func usage(_ numbers: [EventField: Double]) throws -> AccountEvent {
        try event("usage") { builder in
            for (field, value) in numbers { try builder.set(field, number: value) }
        }
    }

    /// The value by the latest definition.
    static func value(
        _ name: String, _ event: AccountEvent, _ links: LinkSnapshot = LinkSnapshot()
    ) throws -> Double {
        value(try #require(FeatureCatalogue.feature(named: name), "\(name)"), event, links)
    }

    /// The value by one definition.
    static func value(_ feature: Feature, _ event: AccountEvent, _ links: LinkSnapshot = LinkSnapshot()) -> Double {
        guard
            let index = FeatureCatalogue.index(name: feature.name, definitionVersion: feature.definitionVersion)
        else { return -.infinity }
        var vector: [Double] = []
        FeatureExtractor(inputs: [.catalogue(index)]).extract(Observation(event: event, links: links), into: &vector)
        return vector[0]
    }

    /// The facts of one identifier.
    static func links(_ identifierClass: IdentifierClass, _ change: (inout LinkFacts) -> Void) -> LinkSnapshot {
        var facts = LinkFacts()
        change(&facts)
        var links = LinkSnapshot()
        links[identifierClass] = facts
        return links
    }

    static func account(_ change: (inout AccountFacts) -> Void) -> LinkSnapshot {
        var links = LinkSnapshot()
        change(&links.account)
        return links
    }

    static func population(_ change: (inout PopulationFacts) -> Void) -> LinkSnapshot {
        var links = LinkSnapshot()
        change(&links.population)
        return links
    }

    /// All in one, or all alike.
    static func oneOf(_ count: Int) -> [Double] { [1] + Array(repeating: 0, count: count - 1) }
    static func even(_ count: Int) -> [Double] { Array(repeating: 1 / Double(count), count: count) }
}
