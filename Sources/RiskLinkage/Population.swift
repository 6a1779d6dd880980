internal import RiskCore

/// What is ordinary among all accounts, each counted once by its latest values.
///
/// For clients: how many accounts claim one, with which TLS fingerprint, and how often metadata is missing under a
/// fingerprint. For everyone: the lag of client versions, and the entropy of local parts by class of e-mail domain. An
/// account that is forgotten leaves its values behind. Bounded: rarely used clients are forgotten.
struct Population: Sendable {
    /// What one account put in, and under which clients, to be taken back when it changes or to be left out of its own
    /// facts. 32 bytes.
    struct Part: Sendable {
        fileprivate var fingerprint: UInt64 = 0
        fileprivate var claim: UInt64 = 0
        fileprivate var fingerprintLife: UInt32 = 0
        fileprivate var claimLife: UInt32 = 0
        fileprivate var bothLife: UInt32 = 0
        fileprivate var missingRate = UInt16.max

        /// The key of the claim on this fingerprint, under which it is counted in ``bothLife``.
        fileprivate var both: UInt64 { bothLife == 0 ? 0 : Population.key(fingerprint, claim) }

        /// Nothing put in.
        init() {}
    }

    private struct Client: Sendable {
        /// Counted from 1; a client that was forgotten in between starts another life. 0 in a ``Part``: not counted.
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
        // Without a fingerprint to compare, a claim is no contradiction.
        if let claim = keys.claim, let both = keys.both {
            facts.claimants = others(claim, countedIn: own.claimLife, at: own.claim)
            facts.claimantsAlike = others(both, countedIn: own.bothLife, at: own.both)
        }
        if let key = keys.fingerprint, let client = clients[key] {
            let isOwn = own.fingerprint == key && own.fingerprintLife == client.life && own.missingRate != .max
            facts.metadataMissingRate = client.missingRates.spread(
                leavingOut: isOwn ? Int(own.missingRate) : nil, unit: Self.rateUnit)
        }
        facts.clientVersionLagDays = lags.spread(leavingOut: profile.flatMap(Self.lag), unit: 1)
        if let domainClass = event.word(.emailDomainClass, as: EmailDomainClass.self)?.rawValue
            ?? profile.flatMap(Self.domainClass)
        {
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
        if let key = keys.fingerprint {
            removeRate(of: part)
            part.fingerprintLife = touch(key)
            if missingRate != .max { clients.modify(key) { $0.missingRates.add(Int(missingRate)) } }
        }
        part.missingRate = missingRate
        if let key = keys.both { part.bothLife = moveAccount(to: key, from: part.both, life: part.bothLife) }
        if let key = keys.claim { part.claimLife = moveAccount(to: key, from: part.claim, life: part.claimLife) }
        (part.fingerprint, part.claim) = (keys.fingerprint ?? 0, keys.claim ?? 0)
    }

    private func others(_ key: UInt64, countedIn life: UInt32, at own: UInt64) -> Double {
        guard let client = clients[key] else { return 0 }
        return Double(client.accounts - (own == key && life == client.life ? 1 : 0))
    }

    private mutating func move(lag old: Int?, to new: Int?) {
        if let old { lags.remove(old) }
        if let new { lags.add(new) }
    }

    private mutating func removeRate(of part: Part) {
        guard part.missingRate != .max, clients[part.fingerprint]?.life == part.fingerprintLife else { return }
        clients.modify(part.fingerprint) { $0.missingRates.remove(Int(part.missingRate)) }
    }

    /// Counts an account under a client, and no longer under the one before; the client's life.
    private mutating func moveAccount(to key: UInt64, from past: UInt64, life pastLife: UInt32) -> UInt32 {
        let life = touch(key)
        if key == past && life == pastLife { return life }
        if clients[past]?.life == pastLife { clients.modify(past) { $0.accounts -= 1 } }
        clients.modify(key) { $0.accounts += 1 }
        return life
    }

    private mutating func touch(_ key: UInt64) -> UInt32 {
        let next = lives == .max ? 1 : lives + 1
        let life = clients.touch(key, inserting: Client(life: next)) { $0.life }
        if life == next { lives = next }
        return life
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
                ?? (part.fingerprintLife == 0 ? nil : part.fingerprint)
            claim =
                event.reference(.clientClaimedRef).map(LinkKey.claimedClient)
                ?? (part.claimLife == 0 ? nil : part.claim)
            if let fingerprint, let claim { both = Population.key(fingerprint, claim) }
        }
    }

    fileprivate static func key(_ fingerprint: UInt64, _ claim: UInt64) -> UInt64 {
        LinkKey.pair(fingerprint, life: 0, with: claim)
    }
}
