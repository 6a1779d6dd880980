public import RiskCore
public import RiskLinkage
public import RiskWire

/// Rebuilds the link state from log entries, in the order they were committed.
///
/// A restarted service and the offline tools both go through here, so that both see what serving saw.
public struct LinkReplay: Sendable {
    /// The state after the entries so far.
    public private(set) var links: LinkState
    /// The last commit sequence.
    public private(set) var lastSequence: UInt64 = 0
    /// Entries that are missing in the sequence and were not pruned: what follows may differ from what serving saw.
    public private(set) var missingEntryCount: UInt64 = 0
    /// Sessions that continued with another capacity than this replay: once entries were evicted, bits may differ.
    public private(set) var otherCapacityCount = 0

    /// Entries up to here went with pruning of the log, but for labels.
    private let prunedThrough: UInt64
    /// Labels of that time, in order, and where those of an account stand.
    private var oldLabels: [Label] = []
    private var oldLabelIndices: [Reference: [Int]] = [:]

    /// Starts with an empty state.
    ///
    /// - Parameters:
    ///   - capacity: How much it holds.
    ///   - prunedThrough: Entries up to this sequence are missing because the log was pruned, but for labels. Those
    ///     come into force with their accounts' next event, so that an account is not forgotten before that because
    ///     it was labelled long ago; ``finishLabels()`` is for the others.
    public init(capacity: LinkState.Capacity = LinkState.Capacity(), prunedThrough: UInt64 = 0) {
        links = LinkState(capacity: capacity)
        self.prunedThrough = prunedThrough
    }

    /// Applies an entry; for an event, the facts as of just before it.
    public mutating func apply(_ entry: LogEntry) -> LinkSnapshot? {
        let known = max(lastSequence, prunedThrough)
        if entry.commitSequence > known + 1 { missingEntryCount += entry.commitSequence - known - 1 }
        lastSequence = entry.commitSequence
        switch entry.content {
        case .sessionStarted(let session):
            note(session)
            return nil
        case .scored(let event, _), .observed(let event):
            applyOldLabels(of: event.account)
            return links.apply(event)
        case .labelled(let label):
            if entry.commitSequence <= prunedThrough {
                oldLabelIndices[label.account, default: []].append(oldLabels.count)
                oldLabels.append(label)
            } else {
                apply(label)
            }
            return nil
        }
    }

    /// Applies a label that is not in the log, such as one from a labels file that has become known.
    public mutating func apply(_ label: Label) {
        applyOldLabels(of: label.account)
        links.apply(label)
    }

    /// Puts labels from before the pruning in force whose accounts have had no event since, in the log's order. At the
    /// end of the log, by whoever goes on with ``links``.
    public mutating func finishLabels() {
        for label in oldLabels where oldLabelIndices[label.account] != nil { links.apply(label) }
        oldLabels = []
        oldLabelIndices = [:]
    }

    private mutating func applyOldLabels(of account: Reference) {
        guard !oldLabelIndices.isEmpty else { return }
        for index in oldLabelIndices.removeValue(forKey: account) ?? [] { links.apply(oldLabels[index]) }
    }

    private mutating func note(_ session: SessionStart) {
        if session.stateWasEmpty {
            links = LinkState(capacity: links.capacity)
            oldLabels = []
            oldLabelIndices = [:]
        }
        let capacity = LinkState.Capacity(
            accounts: session.accountCapacity, identifiers: session.identifierCapacity)
        if capacity != links.capacity { otherCapacityCount += 1 }
    }
}
