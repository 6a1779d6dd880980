internal import RiskCore

/// What is remembered of one identifier.
struct IdentifierLinks: Sendable {
    let firstSeenMs: Int64
    private(set) var lastSeenMs: Int64
    private var accounts = 0
    private var labelledBad = 0
    private var verified = 0
    private var lastBanMs: Int64?
    private var arrivals: DecayedArrivals
    var organisations = 0
    var companions = 0

    init(firstSeenMs: Int64) {
        self.firstSeenMs = firstSeenMs
        lastSeenMs = firstSeenMs
        arrivals = DecayedArrivals(atMs: firstSeenMs)
    }

    /// An account came with it.
    mutating func see(atMs: Int64, isNewAccount: Bool, standing: AccountLinks.Standing, labelledAtMs: Int64) {
        lastSeenMs = max(lastSeenMs, atMs)
        guard isNewAccount else { return }
        accounts += 1
        arrivals.add(atMs: atMs)
        relabel(from: .unlabelled, to: standing, atMs: labelledAtMs)
    }

    /// An account on it changed its standing. Counts stay at least 0 even if this identifier was forgotten in between.
    mutating func relabel(from old: AccountLinks.Standing, to new: AccountLinks.Standing, atMs: Int64) {
        if old == .abusive { labelledBad = max(0, labelledBad - 1) }
        if old == .verified { verified = max(0, verified - 1) }
        if new == .verified { verified += 1 }
        if new == .abusive {
            labelledBad += 1
            lastBanMs = max(lastBanMs ?? .min, atMs)
        }
    }

    /// The facts at a moment for an account, which is itself left out.
    func facts(
        atMs: Int64, leavingOut own: AccountLinks.Attachment?, standing: AccountLinks.Standing,
        sharesOrganisation: Bool, sharesCompanion: Bool
    ) -> LinkFacts {
        // An event from before the last arrival sees the state as of then; its own arrival has to be aged alike.
        let atMs = max(atMs, arrivals.atMs)
        var facts = LinkFacts()
        facts.firstSeenMs = firstSeenMs
        facts.organisations = Double(max(0, organisations - (sharesOrganisation ? 1 : 0)))
        facts.companions = Double(max(0, companions - (sharesCompanion ? 1 : 0)))
        facts.accounts = Double(max(0, accounts - (own == nil ? 0 : 1)))
        facts.labelledBad = Double(max(0, labelledBad - (own != nil && standing == .abusive ? 1 : 0)))
        facts.verified = Double(max(0, verified - (own != nil && standing == .verified ? 1 : 0)))
        facts.lastBanMs = lastBanMs
        // Exactly nothing when alone: what is left after subtracting would be rounding noise.
        guard facts.accounts > 0 else { return facts }
        var (day, week, month) = arrivals.values(atMs: atMs)
        if let own {
            let weights = DecayedArrivals.weights(ageMs: atMs - own.atMs)
            day = max(0, day - weights.day)
            week = max(0, week - weights.week)
            month = max(0, month - weights.month)
        }
        (facts.arrivals1d, facts.arrivals7d, facts.arrivals30d) = (day, week, month)
        facts.established = max(0, facts.accounts - month - facts.labelledBad)
        return facts
    }
}
