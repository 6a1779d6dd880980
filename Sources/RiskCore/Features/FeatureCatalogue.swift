/// Every feature there is. Training and serving both read this list; there is no other.
public enum FeatureCatalogue {
    /// All features, in the order of the catalogue's vector.
    public static let features: [Feature] = context + signup + payment + links

    /// The index of a feature by name and definition version; nil if this program does not have that definition.
    public static func index(name: String, definitionVersion: Int) -> Int? {
        guard let index = indices[name], features[index].definitionVersion == definitionVersion else { return nil }
        return index
    }

    /// The feature of a name, whatever its version; nil if there is none.
    public static func feature(named name: String) -> Feature? { indices[name].map { features[$0] } }

    private static let indices: [String: Int] = Dictionary(
        uniqueKeysWithValues: features.enumerated().map { ($1.name, $0) })

    /// What kind of event this is, and what the provider has agreed with the customer.
    private static let context: [Feature] = [
        Feature("context.is_payment", .free, .decisionPoint, "1 at a payment event, else 0") {
            $0.event.type == .payment ? 1 : 0
        },
        Feature("context.is_usage", .free, .decisionPoint, "1 at a usage event, else 0") {
            $0.event.type == .usage ? 1 : 0
        },
        Feature("context.contract", .lowers, .trustContract, "1 under an enterprise, reseller or research contract") {
            $0.flag(
                .contractClass, isOneOf: ContractClass.enterprise, .authorisedReseller, .researchPermit)
        },
    ]
}

/// Sum of the flags that are present; NaN if all are missing.
func countOfPresent(_ flags: Double...) -> Double {
    let present = flags.filter { !$0.isNaN }
    return present.isEmpty ? .nan : present.reduce(0, +)
}

/// 1 if both are 1, 0 if either is 0, NaN if that cannot be told.
func both(_ left: Double, _ right: Double) -> Double {
    if left == 0 || right == 0 { return 0 }
    return left.isNaN || right.isNaN ? .nan : 1
}
