internal import RiskCore

/// What is remembered of one identifier.
struct IdentifierLinks: Sendable {
    let firstSeenMs: Int64
    /// A number of its own for each time it came to be known. Not its time, which a caller could choose again.
    let life: Int64
    private(set) var lastSeenMs: Int64
    @Compact private var accounts = 0
    @Compact var organisations = 0
    @Compact var companions = 0
    /// Accounts that were not new any more when they came with it: what strangers take up one after another is public.
    @Compact private(set) var settled = 0
    @Compact private var homeAccounts = 0
    private var homeCluster: UInt64 = 0
    private var labels = LabelTally()
    private var arrivals: DecayedArrivals
    /// The two accounts that came with it last and belonged to no cluster; 0: none.
    private(set) var loners: (UInt64, UInt64) = (0, 0)

    init(firstSeenMs: Int64, life: Int64) {
        self.firstSeenMs = firstSeenMs
        self.life = life
        lastSeenMs = firstSeenMs
        arrivals = DecayedArrivals(atMs: firstSeenMs)
    }

    /// The cluster that most of its accounts belong to, and how many do, as far as that was counted; 0: none.
    private(set) var home: (cluster: UInt64, accounts: Int) {
        get { (homeCluster, homeAccounts) }
        set { (homeCluster, homeAccounts) = newValue }
    }

    /// Distinct accounts.
    var accountCount: Int { accounts }

    /// An account is still new for so long: what it comes with then, it was made with.
    static let newAccountMs: Int64 = 14 * 86_400_000

    /// An account came with it.
    ///
    /// - Parameters:
    ///   - newCount: How many accounts there are now, if it was not known to be among them; otherwise nil.
    mutating func see(atMs: Int64, newCount: Int?, account: AccountLinks) {
        lastSeenMs = max(lastSeenMs, atMs)
        guard let newCount else { return }
        accounts = newCount
        if let bornMs = account.bornMs, atMs - bornMs > Self.newAccountMs { settled += 1 }
        arrivals.add(atMs: atMs)
        relabel(from: .unlabelled, to: account.standing, oldAtMs: 0, atMs: account.labelledAtMs)
    }

    /// An account that belongs to no cluster came with it.
    mutating func noteLoner(_ account: UInt64) {
        if loners.0 != account { loners = (account, loners.0) }
    }

    /// An account on it joined a cluster.
    ///
    /// The home is the cluster with most accounts, after Boyer and Moore (1991): each that joins another one takes a
    /// vote away, and an empty place goes to the next. The count can be too low, never too high.
    ///
    /// - Parameter resolved: The number under which ``home`` is known now; 0: it is gone, and its votes with it.
    mutating func noteMember(of cluster: UInt64, home resolved: UInt64) {
        guard resolved != 0 else {
            home = (cluster, 1)
            return
        }
        home.cluster = resolved
        if home.cluster == cluster {
            home.accounts += 1
        } else if home.accounts > 1 {
            home.accounts -= 1
        } else {
            home = (cluster, 1)
        }
    }

    /// An account on it left a cluster.
    ///
    /// - Parameter resolved: The number under which ``home`` is known now.
    mutating func noteLeaver(of cluster: UInt64, home resolved: UInt64) {
        if resolved != 0, resolved == cluster { home.accounts = max(0, home.accounts - 1) }
    }

    /// An account on it changed its standing.
    mutating func relabel(
        from old: AccountLinks.Standing, to new: AccountLinks.Standing, oldAtMs: Int64, atMs: Int64
    ) {
        labels.relabel(from: old, to: new, oldAtMs: oldAtMs, atMs: atMs)
    }

    /// The facts at a moment for an account, which is itself left out.
    ///
    /// - Parameters:
    ///   - own: The account's attachment in this life; nil if it is not counted here.
    ///   - account: What is known of the account; nil if nothing.
    ///   - ownOrganisations: How many of those counted here are the account itself or its own.
    ///   - sharesCompanion: Whether the account's own companion identifier is counted here.
    func facts(
        atMs: Int64, leavingOut own: AccountLinks.Attachment?, account: AccountLinks?, ownOrganisations: Int,
        sharesCompanion: Bool
    ) -> LinkFacts {
        // An event from before the last arrival sees the state as of then; its own arrival has to be aged alike.
        let atMs = max(atMs, arrivals.atMs)
        var facts = LinkFacts()
        facts.firstSeenMs = firstSeenMs
        facts.organisations = Double(organisations - ownOrganisations)
        facts.companions = Double(companions - (sharesCompanion ? 1 : 0))
        facts.sharesCompanion = sharesCompanion
        facts.accounts = Double(accounts - (own == nil ? 0 : 1))
        (facts.labelledBad, facts.verified, facts.lastBanMs) = labels.others(
            than: own?.isFormer ?? true ? nil : account)
        // Exactly nothing when alone: what is left after subtracting would be rounding noise.
        guard facts.accounts > 0 else { return facts }
        (facts.arrivals1d, facts.arrivals7d, facts.arrivals30d) = arrivals.values(atMs: atMs, leavingOut: own?.atMs)
        facts.established = max(0, facts.accounts - facts.arrivals30d - facts.labelledBad)
        return facts
    }
}
