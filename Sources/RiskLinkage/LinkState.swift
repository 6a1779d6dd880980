internal import HeapModule
public import RiskCore

/// Who shares what with whom: identifiers → accounts → labels → clusters, point in time; and what each account itself
/// said before.
///
/// State time is event time. The facts an event gets depend only on the events and labels before it, in the order they
/// were applied: a replay in the same order gives the same bits. Bounded by its capacity; what was touched longest ago
/// is forgotten first, labelled accounts after others, and an account or identifier that was forgotten starts anew.
///
/// A value without locks: one owner applies events one after another. An event costs O(its identifiers).
public struct LinkState: Sendable {
    /// How much the state holds.
    public struct Capacity: Sendable, Equatable {
        /// The largest capacity of either kind.
        public static let maximum = 1_000_000_000

        /// The most accounts; half as many clusters are held.
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
        /// Clusters.
        public var clusters = 0
        /// Accounts that belong to a cluster.
        public var clusteredAccounts = 0
        /// Accounts, identifiers, pairs and clusters forgotten because a table was full.
        public var evictions = 0
    }

    /// An account without a label that is not seen for this long is forgotten even if there is room. For identifiers
    /// see ``ClassCharacter/lifetimeDays``.
    public static let retentionMs: Int64 = 365 * 86_400_000

    /// Identifiers with many accounts or organisations are few: hubs. Sketches of them take 2.6 kB.
    private static let (crowdMinimum, identifiersPerCrowd) = (256, 512)

    /// Of so few expiries all are kept.
    static let leastExpirySweepCount = 1024

    /// How much it can hold.
    public let capacity: Capacity
    var accounts: RecencyTable<AccountLinks>
    var identifiers: RecencyTable<IdentifierLinks>
    var pairs: RecencyTable<PairLinks>
    var tenancies: Tenancies
    var crowds: RecencyTable<Crowd>
    var clusters: ClusterTable
    var lives: Int64 = 0
    var population: Population
    var rhythms: RhythmIndex
    var expiries = Heap<LabelExpiry>()
    /// With more expiries those that nothing waits for are taken out.
    var expirySweepCount = LinkState.leastExpirySweepCount

    /// An empty state.
    public init(capacity: Capacity = Capacity()) {
        self.capacity = capacity
        accounts = RecencyTable(capacity: capacity.accounts)
        identifiers = RecencyTable(capacity: capacity.identifiers)
        pairs = RecencyTable(capacity: 2 * capacity.identifiers)
        tenancies = Tenancies(capacity: capacity.accounts)
        crowds = RecencyTable(capacity: max(Self.crowdMinimum, capacity.identifiers / Self.identifiersPerCrowd))
        clusters = ClusterTable(accountCapacity: capacity.accounts)
        population = Population(capacity: capacity.identifiers)
        rhythms = RhythmIndex(capacity: min(RhythmIndex.capacity, capacity.accounts))
    }

    /// How much it holds.
    public var counts: Counts {
        Counts(
            accounts: accounts.count, identifiers: identifiers.count, clusters: clusters.count,
            clusteredAccounts: clusters.memberCount,
            evictions: accounts.evictionCount + identifiers.evictionCount + pairs.evictionCount
                + clusters.evictionCount)
    }

    /// The facts for an event, leaving the state as it is.
    ///
    /// Labels that would expire by the event's time still count; only applied events move the state's time.
    public func facts(for event: AccountEvent) -> LinkSnapshot {
        let account = accounts[LinkKey.account(event.account)]
        return sight(of: event, EventKeys(event, account: account, tenancies), account).snapshot
    }

    /// The facts for an event as of just before it, and then the event is applied.
    public mutating func apply(_ event: AccountEvent) -> LinkSnapshot {
        let key = LinkKey.account(event.account)
        accounts.prefetchIndex(key)
        clusters.prefetchIndex(ofMember: key)
        expireLabels(until: event.timeMs)
        forgetStale(before: event.timeMs - Self.retentionMs)
        accounts.prefetchEntry(key)
        clusters.prefetchEntry(ofMember: key)
        let account = accounts[key]
        let keys = EventKeys(event, account: account, tenancies)
        let sight = sight(of: event, keys, account)
        attach(event, keys, account, sight)
        return sight.snapshot
    }

    /// Forgets a few entries that nobody touched for too long; each event pays for a few of a table.
    private mutating func forgetStale(before timeMs: Int64) {
        for _ in 0..<2 {
            if let key = accounts.stalestKey, accounts.read(key, { $0.lastSeenMs < timeMs }) == true {
                if accounts.read(key, { $0.standing }) == .unlabelled {
                    letGo(key)
                    accounts.remove(key)
                } else {
                    // Who was banned is still banned when it comes back, as long as there is room.
                    accounts.renew(key)
                }
            }
            identifiers.removeStalest { $0.lastSeenMs < timeMs }
        }
        for _ in 0..<8 where !pairs.removeStalest(if: { $0.lastSeenMs < timeMs }) { break }
        clusters.forgetStale(before: timeMs)
    }
}

/// Under which key an identifier and its account's tenant are remembered together.
struct TenantPair {
    /// The identifier's life that it is of.
    let life: Int64
    let key: UInt64
}

/// What is remembered of an identifier and something seen on it: a tenant, or a value of the companion class.
struct PairLinks: Sendable {
    var lastSeenMs = Int64.min
    /// Accounts of the tenant that came with the identifier.
    var accounts: Int32 = 0
}
