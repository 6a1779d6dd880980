internal import RiskCore
internal import RiskEventLog

/// Every account of a log by number: what it was, what the provider knew of it, and how much it used.
final class AccountLedger {
    /// What is known of one account.
    struct Entry {
        /// nil: the truth does not name it.
        var kind: Truth.Kind?
        /// Index into the truth's campaigns.
        var campaign: Int
        /// Index into the truth's segments.
        var segment: Int
        /// Whether the provider calls it abusive, as of the end of what training may know.
        var isLabelledAbusive: Bool
        /// A number that looks random, the same for all accounts of its organisation.
        var organisationDraw: UInt64
        /// A number that looks random, its own.
        var draw: UInt64
        /// The time of its first event, Unix milliseconds.
        var firstMs: Int64
        /// Lifetime exchanges as of its newest record; nil until the log has said how it began.
        var exchanges: Double?
    }

    let truth: Truth
    private let labels: KnownLabels
    private var numbers = AccountNumbers()
    private(set) var entries: [Entry] = []

    /// - Parameter labels: What the provider knows when thresholds are set.
    init(truth: Truth, labels: KnownLabels) {
        self.truth = truth
        self.labels = labels
    }

    /// The number of an event's account, which is entered if it is new.
    func number(of event: AccountEvent) -> Int {
        let number = numbers.number(of: event.account)
        if number == entries.count { entries.append(entry(event)) }
        return number
    }

    /// The number of an account; nil if the log does not have it.
    func number(of account: Reference) -> Int? { numbers[account] }

    /// Notes an event's usage.
    ///
    /// An account that the log does not see sign up had a life before it, which is nobody's leak: of its first record
    /// only the requests of the last seven days count. Stolen keys of old accounts are such.
    ///
    /// - Returns: The account's exchanges before and after the event. A record that says less than an earlier one, or
    ///   nothing, adds nothing.
    func noteExchanges(_ event: AccountEvent, account: Int) -> (before: Double, after: Double) {
        let told = event.number(.exchangesTotal)
        if entries[account].exchanges == nil, event.type == .signup { entries[account].exchanges = nil }
        guard let before = entries[account].exchanges ?? (told.isNaN ? nil : told - recent(event, atMost: told)) else {
            return (0, 0)
        }
        let after = told > before ? told : before
        entries[account].exchanges = after
        return (before, after)
    }

    private func recent(_ event: AccountEvent, atMost told: Double) -> Double {
        let requests = event.number(.requests7d)
        return requests.isNaN ? 0 : min(told, requests)
    }

    /// Forgets the usage, for another pass over the log.
    func resetExchanges() {
        for account in entries.indices { entries[account].exchanges = nil }
    }

    private func entry(_ event: AccountEvent) -> Entry {
        let known = truth.accounts[event.account]
        // Without a truth file, what nobody labelled counts as honest.
        let kind = known?.kind ?? (truth.isSimulated ? nil : .honest)
        return Entry(
            kind: kind, campaign: known?.campaign ?? 0, segment: known?.segment ?? 0,
            isLabelledAbusive: labels.isAbusive(event.account), organisationDraw: Self.draw(event.organisation),
            draw: Self.draw(event.account), firstMs: event.timeMs)
    }

    /// FNV-1a of the bytes, stirred.
    static func draw(_ reference: Reference) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in reference.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return RowSampling.draw(hash)
    }
}
