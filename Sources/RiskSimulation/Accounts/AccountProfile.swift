/// What an account is, drawn once: identifiers as keyed hashes (0 where it has none) and the rates it lives by.
///
/// A plain value without references to the heap: there are several hundred thousand at a time.
struct AccountProfile: Sendable {
    // Identifiers
    var account: UInt64 = 0
    var organisation: UInt64 = 0
    /// Before this instant the caller does not know of the organisation.
    var organisationFromMs: Int64 = 0
    var domain: UInt64 = 0
    var mailExchanger: UInt64 = 0
    var mask: UInt64 = 0
    var profileText: UInt64 = 0
    var device: UInt64 = 0
    var tlsClient: UInt64 = 0
    var claimedClient: UInt64 = 0
    var referral: UInt64 = 0
    var instrument: UInt64 = 0
    var programme: UInt64 = 0
    var billingAddress: UInt64 = 0
    var network = NetworkAccess()
    var template = TemplateUse()

    // Sign-up; words as their numbers, -1 where missing.
    var contract: Int8 = 0
    var channel: Int8 = 0
    var pathway: Int8 = 0
    var verification: Int8 = 0
    var verificationAttempts: UInt8 = 0
    var evidence: Float = .nan
    var emailClass: Int8 = 0
    var domainAgeDays: Int32 = -1
    var localPartEntropy: Float = .nan
    var phoneLine: Int8 = -1
    var geoMismatch: UInt8 = 0
    var deviceIntegrity: Int8 = -1
    var clientLagDays: Float = 0
    var formFillMs: Int32 = 0
    var captchaFails: UInt8 = 0
    var declaredUse: Int8 = 0
    var creditUsd: Float = 0

    // Payment
    var paymentDelayMs: Int64 = -1
    var instrumentKind: Int8 = 0
    var funding: Int8 = -1
    var isVirtualCard = false
    var issuerMatchesBilling = true
    var issuerMatchesNetwork = true
    var addressCheck: Int8 = -1
    var codeCheck: Int8 = -1
    var threeDs: Int8 = -1
    var declines: UInt8 = 0
    var instruments: UInt8 = 1
    var disputes: Float = 0
    var planUsd: Float = 0
    var topUpVariation: Float = 0

    // Activity
    var requestsPerDay: Float = 0
    var daySigma: Float = 0
    var weekdayActivity: Float = 0
    var weekendActivity: Float = 0
    var rhythm = Rhythm.person
    var startHour: Float = 9
    var dayLengthHours: Float = 3
    var group: UInt64 = 0
    var jitterHours: Int8 = 0

    // Rates of use
    var tokensIn: Float = 0
    var tokensOut: Float = 0
    var utilisation: Float = 0
    var rampDays: Float = 0
    var intervalVariation: Float = 0
    var addresses: Float = 0
    var clients: Float = 0
    var rate429: Float = 0
    var rate403: Float = 0
    var retryElsewhere: Float = 0
    var switchHours: Float = 0
    var switchShare: Float = 0
    var cotRate: Float = 0
    var gradingRate: Float = 0
    var injectedShare: Float = 0
    var fullHistoryShare: Float = 0
    var cacheRatio: Float = 0
    var metadataMissing: Float = 0
    var replays: Float = 0
    var endUsers: Float = 0
    var languages: Float = 1
    var capability = Capabilities()

    /// Fields a caller never collects for this account, a bit each of ``OptionalField``.
    var absent: UInt64 = 0
}

/// The network an account comes from: one of a range of prefixes, kept for some hours.
struct NetworkAccess: Sendable {
    var owner = IdentifierOwner.world
    /// Number of the range's first prefix.
    var first: UInt32 = 0
    /// Prefixes in the range.
    var size: UInt32 = 1
    /// A prefix of the range is kept for so long; 0: for ever.
    var stickyHours: UInt16 = 0
    /// The kind of address, in the order of the contract's words.
    var kind: Int8 = 0
    /// How much it looks like a proxy.
    var suspicion: Float = 0
    /// People behind an address, estimated.
    var sharedUsers: Float = 1
}

/// Where an account's prompts come from.
struct TemplateUse: Sendable {
    enum Kind: UInt8, Sendable {
        /// A text of one owner: `first` is its number.
        case fixed
        /// A public agent: `first` is its number; the text changes with each version.
        case agent
        /// One of a campaign's families, another each day; `first` is the campaign's first, `size` how many.
        case families
    }
    var kind = Kind.fixed
    var owner = IdentifierOwner.account
    var first: UInt64 = 0
    var size: UInt32 = 1
    /// Share of the most frequent family, where families alternate.
    var topFamily: Float = 1
    /// Share of requests with the commonest template.
    var share: Float = 0.5
    /// How much of a prefix differs between variants, 0 to 1.
    var spread: Float = 0
    /// The text that prefixes are variants of; 0: that of the commonest template.
    var sketch: UInt64 = 0
    /// Whether the commonest template's reference is of the account's own wording, or of every record's.
    var isOwnWording = false
    var isParaphrased = false
    /// Whether the commonest template has a reference at all.
    var hasReference = true
}

/// An account's mix of capabilities; sums to 1.
struct Capabilities: Sendable {
    private var shares = SIMD16<Float>(repeating: 0)

    /// The contract's classes.
    static let count = 12

    init() {}

    init(_ weights: [Double]) {
        let total = max(1e-9, weights.reduce(0, +))
        for index in 0..<Self.count { shares[index] = Float(weights[index] / total) }
    }

    subscript(index: Int) -> Double { Double(shares[index]) }

    /// A mix of two, with so much of the other.
    func blended(_ other: Capabilities, _ share: Double) -> Capabilities {
        var result = self
        result.shares = shares * Float(1 - share) + other.shares * Float(share)
        return result
    }
}

/// Fields that a caller may not collect, beyond those with a rate of their own.
enum OptionalField: Int, CaseIterable, Sendable {
    case contract, pathway, attempts, evidence, domainAge, domain, mailExchanger, mask, entropy, profileText
    case networkKind, proxyConfidence, prefix, asn, sharedUsers, geoMismatch, claimedClient, clientLag, formFill
    case captcha, declaredUse, credit, programme, issuerMatch, billingAddress, disputes, topUp
    case tokens, utilisation, hours, idleGap, intervals, addresses, clients, statuses, modelShare, template, prefixes
    case cot, grading, injected, fullHistory, cache, metadata, context, endUsers
    // Those with rates of their own.
    case phone, device, addressCheck

    var bit: UInt64 { 1 << UInt64(rawValue) }
}
