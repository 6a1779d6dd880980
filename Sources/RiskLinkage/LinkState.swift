internal import HeapModule
public import RiskCore

/// Who shares what with whom: identifiers → accounts → labels, point in time; and what each account itself said before.
///
/// State time is event time. The facts an event gets depend only on the events and labels before it, in the order they
/// were applied: a replay in the same order gives the same bits. Bounded by its capacity; what was touched longest ago
/// is forgotten first, and an account or identifier that was forgotten starts anew.
///
/// A value without locks: one owner applies events one after another. An event costs O(its identifiers).
public struct LinkState: Sendable {
    /// How much the state holds.
    public struct Capacity: Sendable, Equatable {
        /// The largest capacity of either kind.
        public static let maximum = 1_000_000_000

        /// The most accounts.
        public var accounts: Int
        /// The most identifiers; twice as many pairs of an identifier and an organisation are held.
        public var identifiers: Int

        /// A capacity; both at least 1.
        public init(accounts: Int = 2_000_000, identifiers: Int = 8_000_000) {
            self.accounts = accounts
            self.identifiers = identifiers
        }
    }

    /// How much it holds now.
    public struct Counts: Sendable, Equatable {
        /// Accounts.
        public var accounts = 0
        /// Identifiers.
        public var identifiers = 0
        /// Accounts, identifiers and pairs forgotten because a table was full.
        public var evictions = 0
    }

    /// What is not touched for this long is forgotten even if there is room.
    public static let retentionMs: Int64 = 180 * 86_400_000

    /// How much it can hold.
    public let capacity: Capacity
    var accounts: RecencyTable<AccountLinks>
    var identifiers: RecencyTable<IdentifierLinks>
    private var pairs: RecencyTable<Int64>
    private var lives: Int64 = 0
    private var population: Population
    private var expiries = Heap<LabelExpiry>()

    /// An empty state.
    public init(capacity: Capacity = Capacity()) {
        self.capacity = capacity
        accounts = RecencyTable(capacity: capacity.accounts)
        identifiers = RecencyTable(capacity: capacity.identifiers)
        pairs = RecencyTable(capacity: 2 * capacity.identifiers)
        population = Population(capacity: capacity.identifiers)
    }

    /// How much it holds.
    public var counts: Counts {
        Counts(
            accounts: accounts.count, identifiers: identifiers.count,
            evictions: accounts.evictionCount + identifiers.evictionCount + pairs.evictionCount)
    }

    /// The facts for an event, leaving the state as it is.
    ///
    /// Labels that would expire by the event's time still count; only applied events move the state's time.
    public func facts(for event: AccountEvent) -> LinkSnapshot {
        let account = accounts[LinkKey.account(event.account)]
        return facts(for: event, EventKeys(event, account: account), account)
    }

    /// The facts for an event as of just before it, and then the event is applied.
    public mutating func apply(_ event: AccountEvent) -> LinkSnapshot {
        expireLabels(until: event.timeMs)
        forgetStale(before: event.timeMs - Self.retentionMs)
        let account = accounts[LinkKey.account(event.account)]
        let keys = EventKeys(event, account: account)
        let snapshot = facts(for: event, keys, account)
        attach(event, keys, account)
        return snapshot
    }

    /// Puts a label in force, or takes earlier ones back. The account's neighbours see it from the next event on.
    public mutating func apply(_ label: Label) {
        let key = LinkKey.account(label.account)
        let standing: AccountLinks.Standing =
            switch label.verdict {
            case .abusive: .abusive
            case .verified: .verified
            case .legitimate, .withdrawn: .unlabelled
            }
        let isNewExpiry = accounts[key]?.labelExpiresAtMs != label.expiresAtMs
        setStanding(standing, of: key, atMs: label.knownAtMs, expiresAtMs: label.expiresAtMs)
        if let expiresAtMs = label.expiresAtMs, isNewExpiry {
            expiries.insert(LabelExpiry(atMs: expiresAtMs, account: key))
        }
    }

    private func facts(for event: AccountEvent, _ keys: EventKeys, _ account: AccountLinks?) -> LinkSnapshot {
        identifiers.prefetch(keys.identifiers.lazy.map(\.key))
        var snapshot = LinkSnapshot()
        if let history = account?.history { snapshot.account = history.facts }
        snapshot.population = population.facts(
            for: event, own: account?.populationPart ?? Population.Part(), profile: account?.history?.profile)
        for (identifierClass, key, _) in keys.identifiers {
            snapshot[identifierClass] = facts(of: key, identifierClass, keys, account)
        }
        return snapshot
    }

    private func facts(
        of key: UInt64, _ identifierClass: IdentifierClass, _ keys: EventKeys, _ account: AccountLinks?
    ) -> LinkFacts {
        guard let identifier = identifiers[key] else {
            var unseen = LinkFacts()
            unseen.firstSeenMs = keys.timeMs
            return unseen
        }
        var sharesOrganisation = false
        if let organisation = keys.organisation, identifier.organisations > 0 {
            sharesOrganisation = pairs[LinkKey.pair(key, life: identifier.life, with: organisation)] != nil
        }
        var sharesCompanion = false
        if let companion = identifierClass.companion, let own = keys.key(of: companion) {
            sharesCompanion = pairs[LinkKey.pair(key, life: identifier.life, with: own)] != nil
        }
        return identifier.facts(
            atMs: keys.timeMs, leavingOut: account?.attachment(key, life: identifier.life), account: account,
            sharesOrganisation: sharesOrganisation, sharesCompanion: sharesCompanion)
    }

    private mutating func attach(_ event: AccountEvent, _ keys: EventKeys, _ known: AccountLinks?) {
        var account = known ?? AccountLinks(lastSeenMs: keys.timeMs)
        account.lastSeenMs = max(account.lastSeenMs, keys.timeMs)
        remember(event, of: &account)
        if keys.namesOrganisation, let organisation = keys.organisation {
            for attachment in account.join(organisation) { moveToTenant(attachment, organisation, atMs: keys.timeMs) }
        }
        for (identifierClass, key, isInEvent) in keys.identifiers where isInEvent {
            let life = identifiers[key]?.life ?? nextLife()
            let isNew = account.attach(identifierClass, key: key, life: life, atMs: keys.timeMs)
            identifiers.touch(key, inserting: IdentifierLinks(firstSeenMs: keys.timeMs, life: life)) {
                $0.see(atMs: keys.timeMs, isNewAccount: isNew, account: account)
            }
            if let organisation = account.organisation, addPair(key, life: life, with: organisation, atMs: keys.timeMs)
            {
                identifiers.modify(key) { $0.organisations += 1 }
            }
            if let companion = identifierClass.companion, let other = keys.key(of: companion),
                addPair(key, life: life, with: other, atMs: keys.timeMs)
            {
                identifiers.modify(key) { $0.companions += 1 }
            }
        }
        accounts.touch(keys.account, inserting: account) { $0 = account }
    }

    private mutating func remember(_ event: AccountEvent, of account: inout AccountLinks) {
        var history = account.history ?? AccountHistory(firstSeenMs: event.timeMs)
        history.add(event)
        population.add(event, part: &account.populationPart, old: account.history?.profile, new: history.profile)
        account.history = history
    }

    /// An account that counted on an identifier as an organisation of its own turns out to belong to a tenant.
    private mutating func moveToTenant(_ attachment: AccountLinks.Attachment, _ organisation: UInt64, atMs: Int64) {
        guard identifiers[attachment.key]?.life == attachment.life else { return }
        let isNew = addPair(attachment.key, life: attachment.life, with: organisation, atMs: atMs)
        identifiers.modify(attachment.key) { $0.organisations += isNew ? 0 : -1 }
    }

    private mutating func nextLife() -> Int64 {
        lives += 1
        return lives
    }

    /// Whether the pair is new.
    private mutating func addPair(_ key: UInt64, life: Int64, with other: UInt64, atMs: Int64) -> Bool {
        pairs.touch(LinkKey.pair(key, life: life, with: other), inserting: Int64.min) { lastSeenMs in
            defer { lastSeenMs = max(lastSeenMs, atMs) }
            return lastSeenMs == Int64.min
        }
    }

    private mutating func setStanding(
        _ standing: AccountLinks.Standing, of key: UInt64, atMs: Int64, expiresAtMs: Int64?
    ) {
        accounts.touch(key, inserting: AccountLinks(lastSeenMs: atMs)) { _ in }
        guard let account = accounts[key] else { return }
        accounts.modify(key) {
            $0.standing = standing
            $0.labelExpiresAtMs = expiresAtMs
            // Said again, a label is as old as when it was said first.
            if standing != account.standing { $0.labelledAtMs = atMs }
        }
        guard standing != account.standing else { return }
        for attachment in account.attachments where identifiers[attachment.key]?.life == attachment.life {
            identifiers.modify(attachment.key) {
                $0.relabel(from: account.standing, to: standing, oldAtMs: account.labelledAtMs, atMs: atMs)
            }
        }
    }

    private mutating func expireLabels(until timeMs: Int64) {
        while let expiry = expiries.min, expiry.atMs <= timeMs {
            expiries.removeMin()
            guard accounts[expiry.account]?.labelExpiresAtMs == expiry.atMs else { continue }
            setStanding(.unlabelled, of: expiry.account, atMs: expiry.atMs, expiresAtMs: nil)
        }
    }

    /// Forgets a few entries that nobody touched for too long; each event pays for at most two of a table.
    private mutating func forgetStale(before timeMs: Int64) {
        for _ in 0..<2 {
            if let (key, account) = accounts.stalest, account.lastSeenMs < timeMs { accounts.remove(key) }
            if let (key, identifier) = identifiers.stalest, identifier.lastSeenMs < timeMs { identifiers.remove(key) }
        }
        for _ in 0..<8 {
            guard let (key, lastSeenMs) = pairs.stalest, lastSeenMs < timeMs else { break }
            pairs.remove(key)
        }
    }
}

/// When an account's label ends.
private struct LabelExpiry: Comparable, Sendable {
    let atMs: Int64
    let account: UInt64

    static func < (left: Self, right: Self) -> Bool { left.atMs < right.atMs }
}
