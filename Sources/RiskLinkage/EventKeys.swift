internal import RiskCore

/// The table keys of all that one event names, hashed once.
struct EventKeys {
    let timeMs: Int64
    let account: UInt64
    /// The tenant: the event's own, or else the one the account last named; nil if it is its own organisation.
    let organisation: UInt64?
    /// Whether the event names the tenant.
    let namesOrganisation: Bool
    /// The account's identifier of each class: the event's own, or else the last one the account came with.
    private(set) var identifiers: [(identifierClass: IdentifierClass, key: UInt64, isInEvent: Bool)] = []

    init(_ event: AccountEvent, account links: AccountLinks?) {
        timeMs = event.timeMs
        account = LinkKey.account(event.account)
        namesOrganisation = event.reference(.orgRef) != nil
        organisation = event.reference(.orgRef).map(LinkKey.organisation) ?? links?.organisation
        identifiers.reserveCapacity(IdentifierClass.linked.count)
        for identifierClass in IdentifierClass.linked {
            if let reference = event.identifier(identifierClass) {
                identifiers.append((identifierClass, LinkKey.identifier(identifierClass, reference), true))
            } else if let attachment = links?.latest(identifierClass) {
                identifiers.append((identifierClass, attachment.key, false))
            }
        }
    }

    /// The account's identifier of a class; nil if it has none.
    func key(of identifierClass: IdentifierClass) -> UInt64? {
        identifiers.first { $0.identifierClass == identifierClass }?.key
    }
}
