/// What of an account's links a feature looks at: classes of identifier, and the cluster with the rhythm.
///
/// Whatever is taken away from the links of an observation changes no other feature, so that the effect of taking it
/// away costs little. A test over random observations holds every feature to what it declares.
public struct LinkDependencies: OptionSet, Sendable {
    /// Bit 0 is the cluster, the others are classes by their raw value.
    public let rawValue: UInt32

    /// A set of bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The cluster and the rhythm. What an account shares decides whether it belongs to its cluster, so a feature that
    /// looks at the cluster depends on every class as well.
    public static let cluster = LinkDependencies(rawValue: 1)
    /// The facts of every class.
    public static let everyClass = LinkDependencies(IdentifierClass.linked.map(facts))

    /// The facts of one class, or what the population has under the account's identifier of it.
    public static func facts(_ identifierClass: IdentifierClass) -> LinkDependencies {
        LinkDependencies(rawValue: 1 << UInt32(identifierClass.rawValue))
    }
}
