internal import RiskCore

/// Counting on identifiers: one by one while there are few, by sketches when there are many.
extension LinkState {
    /// An account came that is not known to be counted; how many accounts there are with it.
    mutating func countWith(_ account: Reference, on key: UInt64, _ links: IdentifierLinks) -> Int {
        let current = links.accountCount
        guard current >= Crowd.accountStart else { return current + 1 }
        return crowd(of: key, links) { $0.addAccount(StableHash.hash(account), current: current) }
    }

    /// An organisation came that is not known to be counted.
    mutating func countOrganisation(_ hash: UInt64, on key: UInt64) {
        guard let links = identifiers[key] else { return }
        var count = links.organisations + 1
        if links.organisations >= Crowd.organisationStart {
            count = crowd(of: key, links) { $0.addOrganisation(hash, current: links.organisations) }
        }
        identifiers.modify(key) { $0.organisations = count }
    }

    /// Whether an organisation may be among those that were only sketched.
    func mayBeSketched(_ organisation: UInt64, on key: UInt64, _ links: IdentifierLinks) -> Bool {
        guard links.organisations > Crowd.organisationLimit, let crowd = crowds[key] else { return false }
        return crowd.life == links.life && crowd.mayContainOrganisation(organisation)
    }

    private mutating func crowd(of key: UInt64, _ links: IdentifierLinks, _ body: (inout Crowd) -> Int) -> Int {
        crowds.touch(key, inserting: Crowd(life: links.life)) { crowd in
            if crowd.life != links.life { crowd = Crowd(life: links.life) }
            return body(&crowd)
        }
    }
}
