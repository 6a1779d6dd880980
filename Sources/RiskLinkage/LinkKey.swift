internal import RiskCore

/// 64-bit table keys of identifiers, accounts and pairs.
///
/// Swift's hasher is SipHash-1-3 with a seed of this process: nobody outside can aim for a collision, and two of fifty
/// million identifiers collide with a probability of 1 in 15,000. Features depend only on which keys are equal, so a
/// replay with another seed gives the same bits.
enum LinkKey {
    static func identifier(_ identifierClass: IdentifierClass, _ reference: Reference) -> UInt64 {
        hash(UInt8(identifierClass.rawValue), reference)
    }

    static func account(_ reference: Reference) -> UInt64 { hash(.max, reference) }

    /// The same in every process, since organisations are sketched. Never a table's key by itself.
    static func organisation(_ reference: Reference) -> UInt64 { StableHash.hash(reference) }

    /// The organisation that has a mail domain for itself; another one than a tenant of the same name.
    static func organisation(ofDomain domain: Reference) -> UInt64 { StableHash.hash(domain) ^ 0x6D61_696C_2D6F_7267 }

    static func claimedClient(_ reference: Reference) -> UInt64 { hash(.max - 2, reference) }

    /// Two neighbouring values of a MinHash, at their place in it.
    static func band(_ band: Int, _ first: Reference, _ second: Reference) -> UInt64 {
        pair(hash(UInt8(IdentifierClass.prefix.rawValue), first), life: Int64(band), with: hash(.max - 3, second))
    }

    /// The pair of an identifier in one of its lives (it may have been forgotten before) and something seen on it.
    static func pair(_ identifier: UInt64, life: Int64, with other: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(identifier)
        hasher.combine(life)
        hasher.combine(other)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func hash(_ domain: UInt8, _ reference: Reference) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(domain)
        hasher.combine(reference.namespace.rawValue)
        reference.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
