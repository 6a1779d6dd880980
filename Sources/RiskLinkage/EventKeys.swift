internal import RiskCore

/// The table keys of all that one event names, hashed once.
struct EventKeys {
    let timeMs: Int64
    let account: UInt64
    /// Whom the account belongs to: the tenant that the event names, or else the one it last named, or else by its mail
    /// domain; nil if it is its own organisation.
    let organisation: UInt64?
    /// The tenant that the event names or the account last named; 0: none so far.
    let tenant: UInt64
    /// Whether the event says who the account belongs to, and nothing said so before.
    let joinsOrganisation: Bool
    /// The organisation that the account leaves for a tenant, by its mail domain or named before; nil: none.
    let leftOrganisation: UInt64?
    /// The account's identifier of each class: the event's own, or else the last one the account came with. Of
    /// ``IdentifierClass/prefix`` there can be ``bandCount``, and what is one person's is followed by up to
    /// ``earlierCount`` that the account came with before: who buys a new card has paid with the old one all the same.
    private(set) var identifiers: [(identifierClass: IdentifierClass, key: UInt64, isInEvent: Bool)] = []

    /// Two prompts are near-equal if they agree in a band of two neighbouring values of their MinHash.
    ///
    /// After Broder (1997) and Indyk and Motwani (1998): prompts that agree in 80 % of their values agree in at least
    /// one of four bands with a probability of 98 %, those that agree in 10 % with one of 4 %.
    static let bandCount = 4
    /// So many earlier devices, cards, mailboxes and numbers of an account are looked at, each.
    static let earlierCount = 2

    init(_ event: AccountEvent, account links: AccountLinks?, _ tenancies: Tenancies) {
        timeMs = event.timeMs
        account = LinkKey.account(event.account)
        let (known, last) = (links?.organisation, links?.tenant ?? 0)
        // The seats of a company come before the caller knows that they belong together: until somebody names a tenant,
        // the mail domain is one.
        func byDomain() -> UInt64? { event.organisationByDomain.map { LinkKey.organisation(ofDomain: $0) } }
        tenant = event.reference(.orgRef).map { LinkKey.organisation($0) } ?? last
        if tenant != last {
            let domain = last == 0 ? known ?? byDomain() : nil
            organisation = tenancies.organisation(of: tenant, namedFrom: domain)
        } else {
            organisation = known ?? byDomain()
        }
        joinsOrganisation = tenant != last || organisation != known
        leftOrganisation = organisation != known ? known : nil
        identifiers.reserveCapacity(IdentifierClass.linked.count + Self.bandCount)
        for identifierClass in IdentifierClass.linked where identifierClass != .prefix {
            let own = event.identifier(identifierClass).map { LinkKey.identifier(identifierClass, $0) }
            if let own { identifiers.append((identifierClass, own, true)) }
            let count = (own == nil ? 1 : 0) + (identifierClass.character.isPersonal ? Self.earlierCount : 0)
            if count > 0, let links { addLatest(identifierClass, count: count, besides: own, of: links) }
        }
        addBands(event.prefixMinhash, links)
    }

    /// The latest identifiers of a class that the account came with, the latest first.
    private mutating func addLatest(
        _ identifierClass: IdentifierClass, count: Int, besides own: UInt64?, of links: AccountLinks
    ) {
        var left = count
        for attachment in links.attachments.reversed() where left > 0 {
            guard attachment.identifierClass == UInt8(identifierClass.rawValue), attachment.key != own else { continue }
            identifiers.append((identifierClass, attachment.key, false))
            left -= 1
        }
    }

    /// The account's identifier of a class, of several the latest; nil if it has none.
    func key(of identifierClass: IdentifierClass) -> UInt64? {
        identifiers.first { $0.identifierClass == identifierClass }?.key
    }

    private mutating func addBands(_ minhash: [Reference], _ links: AccountLinks?) {
        if minhash.count >= 2 {
            for band in 0..<min(Self.bandCount, minhash.count / 2) {
                let key = LinkKey.band(band, minhash[2 * band], minhash[2 * band + 1])
                identifiers.append((.prefix, key, true))
            }
        } else if let links {
            for attachment in links.latest(.prefix, count: Self.bandCount) {
                identifiers.append((.prefix, attachment.key, false))
            }
        }
    }
}
