internal import RiskCore

/// What an opaque reference stands for. Values of different spaces never meet.
enum IdentifierSpace: UInt64, Sendable {
    case account = 1
    case organisation, domain, mailExchanger, mask, profile, prefix, asn, device, tlsClient, claimedClient, referral
    case instrument, programme, billingAddress, template, minhash
}

/// Who an identifier belongs to; identifiers of one owner and index are equal, all others differ.
enum IdentifierOwner: UInt64, Sendable {
    /// One account's own.
    case account = 1
    /// An organisation's.
    case organisation
    /// Everybody's: free mail, public agents, card programmes, access networks.
    case world
    /// Everybody's hosting, VPN exits, throw-away mail.
    case hosting, vpn, disposable, alias, university, employer, corporate, mobile, campus
    /// Campaigns and abuse.
    case deepSeek, moonshot, miniMax, alibaba, relays, creditFarms, cardTesters, keyThieves, adversary
}

/// Keyed hashes in place of identifiers: the same length for all, and nothing to read in them.
struct Identifiers: Sendable {
    private let key: UInt64

    init(seed: UInt64) { key = mixed(seed, 0x1D) }

    /// Never 0, which stands for a missing identifier.
    func value(_ space: IdentifierSpace, _ owner: IdentifierOwner, _ index: UInt64, _ part: UInt64 = 0) -> UInt64 {
        let name = mixed(key ^ space.rawValue &* 0xA24B_AED4_963E_E407, owner.rawValue)
        return mixed(mixed(name, index), part) | 1 << 63
    }

    /// Sixteen lower-case letters: no digits, so that none passes for a card number.
    static func reference(_ value: UInt64) -> Reference {
        let bytes = [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<16 {
                buffer[index] = UInt8(ascii: "a") + UInt8(truncatingIfNeeded: value >> UInt64(4 * index) & 15)
            }
            count = 16
        }
        return Reference(bytes)
    }
}
