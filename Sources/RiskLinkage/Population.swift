internal import RiskCore

/// What is ordinary among all accounts, each counted once by its latest values.
///
/// For clients: how many accounts claim one, with which TLS fingerprint, and how often metadata is missing under a
/// fingerprint. For everyone: the lag of client versions, and the entropy of local parts by class of e-mail domain. An
/// account that is forgotten leaves its values behind. Bounded: rarely used clients are forgotten.
struct Population: Sendable {
    /// What one account put in, to be taken back when it changes or to be left out of its own facts.
    struct Part: Sendable {
        fileprivate var fingerprint = Entry()
        fileprivate var claim = Entry()
        fileprivate var claimOnFingerprint = Entry()
        fileprivate var missingRate = UInt16.max

        /// Nothing put in.
        init() {}
    }

    /// Where an account was counted. A client that was forgotten in between starts another life.
    fileprivate struct Entry: Sendable, Equatable {
        var key: UInt64 = 0
        /// 0: not counted.
        var life: UInt32 = 0
    }

    private struct Client: Sendable {
        let life: UInt32
        var accounts = 0
        var missingRates = WholeSpread()
    }

    private static let clientLimit = 65_536
    /// Values are kept as whole multiples of these.
    private static let (rateUnit, entropyUnit) = (1e-4, 1e-3)
    private static let lagLimit = 36_500.0

    private var clients: RecencyTable<Client>
    private var lives: UInt32 = 0
    private var lags = WholeSpread()
    private var entropies = Array(repeating: WholeSpread(), count: EmailDomainClass.allCases.count)

    init(capacity: Int) {
        clients = RecencyTable(capacity: min(Self.clientLimit, capacity))
    }

    /// What the others make ordinary for an event of an account.
    func facts(for event: AccountEvent, own: Part, profile: AccountProfile?) -> PopulationFacts {
        var facts = PopulationFacts()
        let keys = ClientKeys(event, own)
        if let claim = keys.claim { facts.claimants = others(claim, counted: own.claim) }
        if let both = keys.both { facts.claimantsAlike = others(both, counted: own.claimOnFingerprint) }
        if let key = keys.fingerprint, let client = clients[key] {
            let isOwn = own.fingerprint == Entry(key: key, life: client.life) && own.missingRate != .max
            facts.metadataMissingRate = client.missingRates.spread(
                leavingOut: isOwn ? Int(own.missingRate) : nil, unit: Self.rateUnit)
        }
        facts.clientVersionLagDays = lags.spread(leavingOut: profile.flatMap(Self.lag), unit: 1)
        var latest = profile ?? AccountProfile()
        latest.remember(event)
        if let domainClass = Self.domainClass(latest) {
            let past = profile.flatMap(Self.entropy)
            facts.emailLocalpartEntropy = entropies[domainClass].spread(
                leavingOut: past?.domainClass == domainClass ? past?.value : nil, unit: Self.entropyUnit)
        }
        return facts
    }

    /// Takes in an event: what the account put in before makes room for its latest values.
    mutating func add(_ event: AccountEvent, part: inout Part, old: AccountProfile?, new: AccountProfile) {
        move(lag: old.flatMap(Self.lag), to: Self.lag(new))
        if let past = old.flatMap(Self.entropy) { entropies[past.domainClass].remove(past.value) }
        if let now = Self.entropy(new) { entropies[now.domainClass].add(now.value) }
        let keys = ClientKeys(event, part)
        let rate = event.number(.metadataMissingRate)
        let missingRate = rate.isNaN ? part.missingRate : UInt16((rate / Self.rateUnit).rounded())
        if let key = keys.fingerprint { moveRate(&part, to: key, missingRate) }
        part.missingRate = missingRate
        if let key = keys.claim { part.claim = moveAccount(from: part.claim, to: key) }
        if let key = keys.both { part.claimOnFingerprint = moveAccount(from: part.claimOnFingerprint, to: key) }
    }

    private func others(_ key: UInt64, counted own: Entry) -> Double {
        guard let client = clients[key] else { return 0 }
        return Double(client.accounts - (own == Entry(key: key, life: client.life) ? 1 : 0))
    }

    private mutating func move(lag old: Int?, to new: Int?) {
        if let old { lags.remove(old) }
        if let new { lags.add(new) }
    }

    private mutating func moveRate(_ part: inout Part, to key: UInt64, _ missingRate: UInt16) {
        let (past, pastRate) = (part.fingerprint, part.missingRate)
        if pastRate != .max, clients[past.key]?.life == past.life {
            clients.modify(past.key) { $0.missingRates.remove(Int(pastRate)) }
        }
        part.fingerprint = touch(key)
        if missingRate != .max { clients.modify(key) { $0.missingRates.add(Int(missingRate)) } }
    }

    private mutating func moveAccount(from past: Entry, to key: UInt64) -> Entry {
        let now = touch(key)
        if now == past { return past }
        if clients[past.key]?.life == past.life { clients.modify(past.key) { $0.accounts -= 1 } }
        clients.modify(key) { $0.accounts += 1 }
        return now
    }

    private mutating func touch(_ key: UInt64) -> Entry {
        let life = clients.touch(key, inserting: Client(life: lives + 1), \.life)
        lives = max(lives, life)
        return Entry(key: key, life: life)
    }

    private static func lag(_ profile: AccountProfile) -> Int? {
        let lag = profile[.clientVersionLagDays]
        return lag.isNaN ? nil : Int(min(lag, lagLimit))
    }

    private static func domainClass(_ profile: AccountProfile) -> Int? {
        let domainClass = profile[.emailDomainClass]
        return domainClass.isNaN ? nil : Int(domainClass)
    }

    private static func entropy(_ profile: AccountProfile) -> (domainClass: Int, value: Int)? {
        let entropy = profile[.emailLocalpartEntropy]
        guard let domainClass = domainClass(profile), !entropy.isNaN else { return nil }
        return (domainClass, Int((entropy / entropyUnit).rounded()))
    }

    /// The table keys of an account's client: the event's own, or else those it was counted under last.
    private struct ClientKeys {
        var fingerprint: UInt64?
        var claim: UInt64?
        var both: UInt64?

        init(_ event: AccountEvent, _ part: Part) {
            fingerprint =
                event.reference(.tlsClientRef).map { LinkKey.identifier(.tlsClient, $0) }
                ?? (part.fingerprint.life == 0 ? nil : part.fingerprint.key)
            claim =
                event.reference(.clientClaimedRef).map(LinkKey.claimedClient)
                ?? (part.claim.life == 0 ? nil : part.claim.key)
            if let fingerprint, let claim { both = LinkKey.pair(fingerprint, life: 0, with: claim) }
        }
    }
}
