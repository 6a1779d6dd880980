internal import Crypto
public import RiskCore

/// Turns raw identifiers into server-keyed references, so that nothing raw goes further than the request.
///
/// Each value is normalised, so that two spellings of one identifier give one reference, and hashed with HMAC-SHA256
/// under the service's ``IdentifierKey``, cut to 16 bytes. The hash covers the identifier's class, so that equal texts
/// of two classes do not match. A value without shared state: use it from anywhere. About a microsecond a value.
public struct IdentityKeyer: Sendable {
    /// Bytes of a reference: enough that two identifiers never collide by chance.
    public static let referenceByteCount = 16

    /// Names the key in logs.
    public let keyID: String

    /// Has taken the key in already; copied for each value, which saves half the hashing.
    private let seeded: HMAC<SHA256>

    /// A keyer for one key.
    public init(_ key: IdentifierKey) {
        keyID = key.id
        seeded = HMAC<SHA256>(key: key.secret)
    }

    /// Sets the references of all raw values on an event, and what can be derived from an e-mail address and an IP
    /// address: domain, mask and entropy of the local part, network prefix.
    ///
    /// Throws ``FieldError/Code/malformed`` for a value that is not what it should be, and ``FieldError/Code/conflict``
    /// if the caller sent one of the references as well. An entropy that the caller sent is kept: it names nobody. No
    /// error repeats a value. A builder for which this threw is to be thrown away.
    public func apply(_ raw: RawIdentifiers, to builder: inout EventBuilder) throws(FieldError) {
        if let text = raw[.email] { try apply(email: text, to: &builder) }
        if let text = raw[.ip] {
            let prefix = try NetworkPrefix.normalise(text)
            try builder.set(.ipPrefixRef, reference: reference(.ipPrefix, prefix))
        }
        if let text = raw[.phone] {
            builder.setPhone(reference(.phone, try PlainIdentifier.phone(text)))
        }
        if let text = raw[.device] {
            try builder.set(.deviceRef, reference: reference(.device, try PlainIdentifier.device(text)))
        }
        if let text = raw[.userAgent] {
            try builder.set(.clientClaimedRef, reference: reference(.userAgent, try PlainIdentifier.userAgent(text)))
        }
        if let text = raw[.billingAddress] {
            let address = try PlainIdentifier.billingAddress(text)
            try builder.set(.billingAddrRef, reference: reference(.billingAddress, address))
        }
    }

    private func apply(email text: String, to builder: inout EventBuilder) throws(FieldError) {
        let email = try EmailAddress(text)
        builder.setEmail(reference(.email, email.normalised))
        try builder.set(.emailDomainRef, reference: reference(.emailDomain, email.registrableDomain))
        try builder.set(.emailMaskRef, reference: reference(.emailMask, email.mask))
        if !builder.isSet(.emailLocalpartEntropy) {
            try builder.set(.emailLocalpartEntropy, number: email.localPartEntropy)
        }
    }

    /// What a hash is about. The raw values are hashed: changing one is a rotation of that class.
    private enum Domain: String {
        case email, emailDomain = "email_domain", emailMask = "email_mask", ipPrefix = "ip_prefix", phone, device
        case userAgent = "user_agent", billingAddress = "billing_address"
    }

    private func reference(_ domain: Domain, _ text: String) -> Reference {
        reference(domain, Array(text.utf8))
    }

    private func reference(_ domain: Domain, _ value: [UInt8]) -> Reference {
        var hash = seeded
        // No domain's name has a NUL in it, so name and value cannot run into each other.
        hash.update(data: Array(domain.rawValue.utf8) + [0] + value)
        return Reference(Array(hash.finalize().prefix(Self.referenceByteCount)), namespace: .serverKeyed)
    }
}
