/// What is assumed of a class of identifier: the one table of it.
///
/// Rough on purpose: a campus address or a public agent's TLS fingerprint is shared by many honest accounts, a device
/// or a card by very few. What is left over is for the model to weigh.
public struct ClassCharacter: Sendable, Equatable {
    /// How many accounts ordinarily share one identifier.
    public let expectedDegree: Double
    /// The count of accounts from which more add nothing.
    public let saturationCount: Double
    /// The most that sharing one may say for belonging together, in nats: how far the class is to be relied on. 0 for
    /// those that so many strangers share that they join nobody.
    public let reliability: Double
    /// The count of accounts from which one joins nobody to anybody any more. Clusters that stand, stay.
    public let joinCap: Double
    /// Days after which an identifier that nobody came with is forgotten. A year for most: on a year of registrations
    /// long company of an address told honest people from others, and with 60 days it was lost. Client versions pass.
    public let lifetimeDays: Int64
    /// Classes of one kind say the same thing twice (an address and its network): only the strongest of a kind counts.
    public let kind: Kind

    /// Whether one is ordinarily nobody's but one person's: a device, a card, a mailbox, a number.
    public var isPersonal: Bool { expectedDegree <= 1 }

    /// What classes depend on each other.
    public enum Kind: Int, CaseIterable, Sendable {
        case device, payment, mailbox, mailPattern, profile, network, client, referral, prompt, phone, tenant
    }
}

extension IdentifierClass {
    /// What is assumed of the class.
    public var character: ClassCharacter { Self.characters[rawValue - 1] }

    private static let characters = allCases.map(\.assumed)

    private var assumed: ClassCharacter {
        switch self {
        //                         expected, saturates, nats, cap, days
        case .device: row(1, 400, 12, 400, 365, .device)
        case .instrument: row(1, 400, 12, 400, 365, .payment)
        case .email: row(1, 400, 14, 400, 365, .mailbox)
        case .phone: row(1, 400, 12, 400, 365, .phone)
        case .billingAddr: row(2, 400, 8, 400, 365, .payment)
        case .profileTemplate: row(2, 400, 7, 400, 365, .profile)
        case .ipPrefix: row(4, 400, 4, 200, 365, .network)
        case .referral: row(10, 400, 4, 200, 365, .referral)
        case .template: row(20, 500, 10.5, 100_000, 365, .prompt)
        case .prefix: row(20, 500, 10.5, 100_000, 365, .prompt)
        case .emailDomain: row(50, 500, 7, 500, 365, .mailbox)
        case .emailMask: row(200, 1000, 3, 1000, 365, .mailPattern)
        case .emailMx: row(500, 5000, 0, 2000, 365, .mailbox)
        case .issuerProgramme: row(500, 5000, 0, 2000, 365, .payment)
        case .asn: row(2000, 5000, 0, 2000, 365, .network)
        case .tlsClient: row(5000, 5000, 0, 2000, 180, .client)
        case .org: row(2000, 5000, 0, 0, 365, .tenant)
        }
    }

    private func row(
        _ expected: Double, _ saturation: Double, _ reliability: Double, _ cap: Double, _ days: Int64,
        _ kind: ClassCharacter.Kind
    ) -> ClassCharacter {
        ClassCharacter(
            expectedDegree: expected, saturationCount: saturation, reliability: reliability, joinCap: cap,
            lifetimeDays: days, kind: kind)
    }
}
