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
    /// Entries that are missing in the sequence: what follows may differ from what serving saw.
    public private(set) var missingEntryCount: UInt64 = 0
    /// Sessions that continued with another capacity than this replay: once entries were evicted, bits may differ.
    public private(set) var otherCapacityCount = 0

    /// Starts with an empty state of this capacity.
    public init(capacity: LinkState.Capacity = LinkState.Capacity()) {
        links = LinkState(capacity: capacity)
    }

    /// Applies an entry; for an event, the facts as of just before it.
    public mutating func apply(_ entry: LogEntry) -> LinkSnapshot? {
        if entry.commitSequence > lastSequence + 1 { missingEntryCount += entry.commitSequence - lastSequence - 1 }
        lastSequence = entry.commitSequence
        switch entry.content {
        case .sessionStarted(let session):
            if session.stateWasEmpty { links = LinkState(capacity: links.capacity) }
            let capacity = LinkState.Capacity(
                accounts: session.accountCapacity, identifiers: session.identifierCapacity)
            if capacity != links.capacity { otherCapacityCount += 1 }
            return nil
        case .scored(let event, _), .observed(let event):
            return links.apply(event)
        case .labelled(let label):
            links.apply(label)
            return nil
        }
    }

    /// Applies a label that is not in the log, such as one from a labels file that has become known.
    public mutating func apply(_ label: Label) {
        links.apply(label)
    }
}
