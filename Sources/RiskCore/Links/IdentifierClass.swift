/// The classes of identifier that can link accounts. The raw value is the wire's number.
public enum IdentifierClass: Int, CaseIterable, Sendable {
    case device = 1
    case instrument, billingAddr, email, emailDomain, emailMx, emailMask, profileTemplate, ipPrefix, asn, tlsClient
    case referral, issuerProgramme, template, prefix, org, phone

    /// The word as the contract writes it, such as `ip_prefix`.
    public var word: String { Self.words[rawValue - 1] }

    private static let words = allCases.map { snakeCase("\($0)") }

    /// The class that a word names.
    public init?(word: String) {
        guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }

    /// How many accounts ordinarily share one identifier of this class; link counts are divided by it.
    public var expectedDegree: Double { character.expectedDegree }

    /// The count of accounts from which more no longer add anything.
    ///
    /// What is shared by so many is a hub. A hub's count says little more than how long the service has been running,
    /// and a weight learned on it would drift with time; it saturates, but never falls.
    public var saturationCount: Double { character.saturationCount }

    /// Whether strangers ordinarily share one. Only there can long-standing company be a reason for trust: on a network
    /// or a mail domain, not on a card or a device.
    public var isOrdinarilyShared: Bool { expectedDegree >= 4 }

    /// Whether company of verified accounts is hard to come by. A mail domain lets in whom its owner lets in; but an
    /// address can be rented next to anyone, a template or a billing address copied, and an account's card stolen.
    public var isCostlyToShareWithVerified: Bool { self == .emailDomain }

    /// A second class whose distinct values are counted on each identifier of this one.
    ///
    /// Many e-mail domains on one card, or on one mail exchanger, say more than many accounts do.
    public var companion: IdentifierClass? {
        switch self {
        case .instrument, .emailMx: .emailDomain
        default: nil
        }
    }

    /// The classes that the link state follows.
    ///
    /// `org` is the tenant that links are counted across, not a link. `prefix` is matched by similarity: its facts are
    /// of the accounts that agree in a part of the MinHash.
    public static let linked: [IdentifierClass] = allCases.filter { $0 != .org }

    /// Those of ``linked`` that are matched by equality.
    public static let equallyLinked: [IdentifierClass] = linked.filter { $0 != .prefix }

    /// Number of slots in a table indexed by ``RawRepresentable/rawValue``.
    public static let slotCount = IdentifierClass.phone.rawValue + 1
}
