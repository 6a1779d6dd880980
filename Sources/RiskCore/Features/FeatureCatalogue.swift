/// Every feature there is. Training and serving both read this list; there is no other.
public enum FeatureCatalogue {
    /// All features by their latest definition, in the order of the catalogue's vector.
    public static let features: [Feature] =
        context + signup + payment + account + usage + intel + links + clusters + jointRhythm

    /// ``features`` and behind them the definitions they superseded, which models may name for one more release.
    public static let definitions: [Feature] = features + superseded

    /// The index in ``definitions`` of a feature by name and definition version; nil if this program does not have
    /// that definition.
    public static func index(name: String, definitionVersion: Int) -> Int? {
        guard let index = indices[name] else { return nil }
        if features[index].definitionVersion == definitionVersion { return index }
        guard let old = supersededIndices[name], definitions[old].definitionVersion == definitionVersion
        else { return nil }
        return old
    }

    /// The latest definition of a feature; nil if there is none of the name.
    public static func feature(named name: String) -> Feature? { indices[name].map { features[$0] } }

    private static let indices: [String: Int] = Dictionary(
        uniqueKeysWithValues: features.enumerated().map { ($1.name, $0) })

    /// Before accounts had a memory, a feature saw the fields of the event alone.
    private static let superseded: [Feature] =
        (context + signup + payment).filter { $0.definitionVersion == 2 }.map(\.fromEventAlone) + supersededClusters

    private static let supersededIndices: [String: Int] = Dictionary(
        uniqueKeysWithValues: superseded.enumerated().map { ($1.name, features.count + $0) })

    /// What kind of event this is, and what the provider has agreed with the customer.
    private static let context: [Feature] = [
        Feature("context.is_payment", .free, .decisionPoint, "1 at a payment event, else 0") {
            $0.event.type == .payment ? 1 : 0
        },
        Feature("context.is_usage", .free, .decisionPoint, "1 at a usage event, else 0") {
            $0.event.type == .usage ? 1 : 0
        },
        Feature(
            "context.contract", version: 2, .lowers, .trustContract,
            "1 under an enterprise, reseller or research contract"
        ) {
            $0.flag(
                .contractClass, isOneOf: ContractClass.enterprise, .authorisedReseller, .researchPermit)
        },
    ]
}

extension FeatureCatalogue {
    /// The account family: how long it has been known here. What it said earlier goes into the other families.
    private static let account: [Feature] = [
        Feature(
            "account.seen_days", .lowers, .trustTenure, skewed: true,
            "days since its first event here; missing at its first"
        ) { observation in
            observation.account.firstSeenMs.map {
                Double(max(0, observation.timeMs - $0)) / 86_400_000
            } ?? .nan
        }
    ]
}

/// Sum of the flags that are present; NaN if all are missing.
func countOfPresent(_ flags: Double...) -> Double {
    var count = Double.nan
    for flag in flags where !flag.isNaN { count = count.isNaN ? flag : count + flag }
    return count
}

/// 1 if both are 1, 0 if either is 0, NaN if that cannot be told.
func both(_ left: Double, _ right: Double) -> Double {
    if left == 0 || right == 0 { return 0 }
    return left.isNaN || right.isNaN ? .nan : 1
}
