internal import RiskCore
internal import RiskEventLog

/// What a provider knew of its accounts by some moment.
struct KnownLabels {
    /// The rows that were known, in the order of the file.
    let rows: [LabelRow]
    /// The newest of each account's rows, as an index; of two known at the same moment, the later in the file.
    private let newest: [Reference: Int]

    /// Labels known before a moment; nil: all.
    init(_ labels: [LabelRow], untilMs: Int64?) {
        let known = labels.filter { $0.knownAtMs < untilMs ?? .max }
        rows = known
        newest = Dictionary(known.indices.map { (known[$0].account, $0) }) { earlier, later in
            known[later].knownAtMs >= known[earlier].knownAtMs ? later : earlier
        }
    }

    /// The newest label of an account; nil if it has none.
    subscript(account: Reference) -> LabelRow? { newest[account].map { rows[$0] } }

    /// Whether an account is labelled abusive.
    func isAbusive(_ account: Reference) -> Bool { self[account]?.isAbusive ?? false }

    /// The campaigns that labels name, each once, in alphabetical order.
    var campaigns: [String] { Set(rows.map(\.campaign)).subtracting([""]).sorted() }
}
