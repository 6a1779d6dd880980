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
        /// Whether its life begins in the log, with a sign-up.
        var isBornInLog: Bool
        /// Lifetime exchanges as of its newest record; nil before an account that was not born in the log tells any.
        var exchanges: Double?
    }

    let truth: Truth
    private let labels: KnownLabels
    private var numbers = AccountNumbers()
    private(set) var entries: [Entry] = []

    /// All that it holds, to go on with elsewhere.
    struct Contents: Sendable {
        fileprivate var truth: Truth
        fileprivate var labels: KnownLabels
        fileprivate var numbers: AccountNumbers
        fileprivate var entries: [Entry]
    }

    var contents: Contents { Contents(truth: truth, labels: labels, numbers: numbers, entries: entries) }

    init(_ contents: Contents) {
        (truth, labels, numbers, entries) = (contents.truth, contents.labels, contents.numbers, contents.entries)
    }

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
    /// What an account that was not born in the log had used before its first record is none of the log's: the first
    /// total is where it starts, so that its owner's years do not count as a thief's.
    ///
    /// - Returns: The exchanges that the record adds. One that tells less than an earlier one, or nothing, adds none.
    func noteExchanges(_ event: AccountEvent, account: Int) -> Double {
        let told = event.number(.exchangesTotal)
        guard let before = entries[account].exchanges else {
            if !told.isNaN { entries[account].exchanges = told }
            return 0
        }
        guard told > before else { return 0 }
        entries[account].exchanges = told
        return told - before
    }

    /// Forgets the usage, for another pass over the log.
    func resetExchanges() {
        for account in entries.indices { entries[account].exchanges = entries[account].isBornInLog ? 0 : nil }
    }

    private func entry(_ event: AccountEvent) -> Entry {
        let known = truth.accounts[event.account]
        // Without a truth file, what nobody labelled counts as honest.
        let kind = known?.kind ?? (truth.isSimulated ? nil : .honest)
        return Entry(
            kind: kind, campaign: known?.campaign ?? 0, segment: known?.segment ?? 0,
            isLabelledAbusive: labels.isAbusive(event.account), organisationDraw: Self.draw(event.organisation),
            draw: Self.draw(event.account), firstMs: event.timeMs, isBornInLog: event.type == .signup,
            exchanges: event.type == .signup ? 0 : nil)
    }

    /// FNV-1a of the bytes, stirred.
    static func draw(_ reference: Reference) -> UInt64 {
        RowSampling.draw(fowlerNollVo(reference.bytes))
    }
}
