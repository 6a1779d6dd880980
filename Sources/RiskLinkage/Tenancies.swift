/// Which organisation each tenant is: one of its own, or the one that its seats were before anybody named a tenant.
///
/// The first who names a tenant decides: if it is a seat of a mail domain that no tenant has taken, the tenant takes
/// it, and all that was counted of the domain's seats is counted of the tenant. A domain is taken once and a tenant
/// takes one, so that no seat, whomever it names, makes two tenants one; and who names somebody else's tenant brings
/// nobody there but itself.
///
/// Bounded: the tenants that nobody has named for the first time for longest are forgotten, before their domains are.
struct Tenancies: Sendable {
    /// By tenant its organisation, and by the organisation of a domain who has taken it.
    private var known: RecencyTable<UInt64>

    init(capacity: Int) {
        known = RecencyTable(capacity: capacity)
    }

    /// The organisation of a tenant.
    ///
    /// - Parameter domain: The organisation by its mail domain of the account that names the tenant; nil: it has none.
    func organisation(of tenant: UInt64, namedFrom domain: UInt64?) -> UInt64 {
        if let organisation = known[tenant] { return organisation }
        guard let domain, !known.contains(domain) else { return tenant }
        return domain
    }

    /// An account has named a tenant for the first time, and ``organisation(of:namedFrom:)`` was this.
    mutating func note(_ tenant: UInt64, is organisation: UInt64) {
        known.touch(tenant, inserting: organisation) { _ in }
        // A domain outlasts its tenant here, and is not given away while anybody may still be counted as the tenant's.
        if organisation != tenant { known.touch(organisation, inserting: tenant) { _ in } }
    }
}
