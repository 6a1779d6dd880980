internal import RiskCore

/// Counting on identifiers: one by one while there are few, by sketches when there are many.
extension LinkState {
    /// An account came that is not known to be counted; how many accounts there are with it.
    ///
    /// - Parameter hash: Its ``StableHash``, once it was needed.
    mutating func countWith(
        _ account: Reference, _ hash: inout UInt64?, on key: UInt64, _ links: IdentifierLinks
    ) -> Int {
        let current = links.accountCount
        guard current >= Crowd.accountStart else { return current + 1 }
        let own = Self.stableHash(account, &hash)
        return crowd(of: key, life: links.life) { $0.addAccount(own, current: current) }
    }

    /// An organisation came that is not known to be counted; how many of the so many there are with it.
    mutating func countWith(organisation hash: UInt64, on key: UInt64, life: Int64, _ current: Int) -> Int {
        guard current >= Crowd.organisationStart else { return current + 1 }
        return crowd(of: key, life: life) { $0.addOrganisation(hash, current: current) }
    }

    /// A reference's hash, worked out at most once; any number if it is not needed.
    static func stableHash(_ reference: Reference, _ known: inout UInt64?, isNeeded: Bool = true) -> UInt64 {
        if let known { return known }
        guard isNeeded else { return 0 }
        let hash = StableHash.hash(reference)
        known = hash
        return hash
    }

    /// Whether an organisation may be among those that were only sketched.
    func mayBeSketched(_ organisation: UInt64, on key: UInt64, _ links: IdentifierLinks) -> Bool {
        guard links.organisations > Crowd.organisationLimit else { return false }
        return crowds.read(key) { $0.life == links.life && $0.mayContainOrganisation(organisation) } ?? false
    }

    private mutating func crowd(of key: UInt64, life: Int64, _ body: (inout Crowd) -> Int) -> Int {
        crowds.touch(key, inserting: Crowd(life: life)) { crowd in
            if crowd.life != life { crowd = Crowd(life: life) }
            return body(&crowd)
        }
    }
}
