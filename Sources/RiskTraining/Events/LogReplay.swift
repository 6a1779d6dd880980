public import RiskCore
internal import RiskEngine
internal import RiskEventLog
internal import RiskLinkage
public import RiskWire

/// An event to score as it comes up in a replay, with the facts serving had.
public struct ReplayedEvent: Sendable {
    /// Position in the commit order of its log.
    public let commitSequence: UInt64
    /// The event and its facts.
    public let observation: Observation
    /// What was answered when it was served; nil if it never was.
    public let answer: LoggedAnswer?
    /// Whether labels of a file were in force that became known only after the event: it came in late.
    public let sawLaterLabels: Bool
}

/// Goes through event logs in commit order and gives every event to score with the facts of just before it.
///
/// Uses the very link state and order that serving uses. Labels from a file come in when they became known, by the
/// clock of the events; labels in the log come in at their place. Holds one entry at a time.
public final class LogReplay {
    private var reader: EventLogReader
    private var labels: LabelSchedule
    private var replay: LinkReplay?
    private var newestLabelMs = Int64.min
    private let lastSequence: UInt64
    /// Changes what comes up, before the link state sees it.
    private let alteration: (any EventAlteration)?
    /// The time of the event before which a place is to be marked.
    private var markMs: Int64?
    /// Where the replay stood just before the first event from ``mark(atMs:)`` on; nil before that came.
    private(set) var mark: Place?

    /// Where a replay stands: all that is needed to go on from there, as often as wanted.
    struct Place: Sendable {
        fileprivate var reader: EventLogReader.Place
        fileprivate var labels: LabelSchedule
        fileprivate var replay: LinkReplay?
        fileprivate var newestLabelMs: Int64
        fileprivate var lastSequence: UInt64

        /// Accounts that the link state holds there.
        var accountCount: Int { replay?.links.counts.accounts ?? 0 }
    }

    /// Opens a log: a directory of segments or one file.
    ///
    /// - Parameters:
    ///   - path: Where the log is.
    ///   - labels: Labels that are not in the log, in any order.
    ///   - lastSequence: Entries behind this commit sequence are not read.
    /// - Throws: `EventLogError` if there is no log there.
    public convenience init(path: String, labels: [Label] = [], through lastSequence: UInt64 = .max) throws {
        try self.init(path: path, labels: labels, through: lastSequence, altering: nil)
    }

    /// Opens a log whose events come otherwise than they did.
    init(
        path: String, labels: [Label], through lastSequence: UInt64 = .max, altering alteration: (any EventAlteration)?
    ) throws {
        reader = try EventLogReader(path: path)
        self.lastSequence = lastSequence
        self.labels = LabelSchedule(labels)
        self.alteration = alteration
    }

    /// Goes on from a place, with other events than those that came.
    init(at place: Place, altering alteration: (any EventAlteration)? = nil) throws {
        reader = try EventLogReader(at: place.reader)
        labels = place.labels
        replay = place.replay
        newestLabelMs = place.newestLabelMs
        lastSequence = place.lastSequence
        self.alteration = alteration
    }

    /// Asks for the place just before the first event of this time or later. The state of then is held beside the one
    /// of now.
    func mark(atMs timeMs: Int64) { markMs = timeMs }

    /// Entries that are missing in the log's sequence so far.
    public var missingEntryCount: UInt64 { replay?.missingEntryCount ?? 0 }

    /// Entries up to this sequence went with pruning of the log, but for labels; 0: none. Events behind it have fewer
    /// links than they had when they were served.
    public var prunedThrough: UInt64 { reader.prunedThrough }

    /// What the log lacks so far and what that does to the events behind it, a sentence each; none if it lacks nothing.
    public var gaps: [String] {
        var result: [String] = []
        if missingEntryCount > 0 {
            result.append(
                "The log lacks \(missingEntryCount) entries: links, and so features and margins, of events behind them "
                    + "may differ from serving.")
        }
        if prunedThrough > 0 {
            result.append(
                "The log was pruned through entry \(prunedThrough): events soon behind it have fewer links here than "
                    + "when they were served.")
        }
        return result
    }

    /// Sessions so far that ran with another capacity than the first: once entries were evicted, bits may differ.
    public var otherCapacityCount: Int { replay?.otherCapacityCount ?? 0 }

    /// How much of the log was read, 0 to 1.
    public var progress: Double {
        reader.byteCount == 0 ? 1 : Double(reader.readByteCount) / Double(reader.byteCount)
    }

    /// The next event to score; nil at the end.
    ///
    /// - Throws: `EventLogError` with file and byte offset where the log is damaged.
    public func next() throws -> ReplayedEvent? {
        while true {
            let place = markMs == nil ? nil : reader.place
            guard let original = try reader.next(), original.commitSequence <= lastSequence else { return nil }
            if let place { noteMark(place, original) }
            let entry = altered(original)
            var state =
                replay.take() ?? LinkReplay(capacity: Self.capacity(of: entry), prunedThrough: reader.prunedThrough)
            defer { replay = state }
            if let timeMs = Self.eventTimeMs(of: entry) {
                for label in labels.due(atMs: timeMs) {
                    state.apply(label)
                    newestLabelMs = label.knownAtMs
                }
            }
            guard let facts = state.apply(entry), case .scored(let event, let answer) = entry.content else { continue }
            return ReplayedEvent(
                commitSequence: entry.commitSequence,
                observation: Observation(event: event, links: alteration?.altered(facts, of: event) ?? facts),
                answer: answer, sawLaterLabels: event.timeMs < newestLabelMs)
        }
    }

    private func noteMark(_ place: EventLogReader.Place, _ entry: LogEntry) {
        guard let markMs, let timeMs = Self.eventTimeMs(of: entry), timeMs >= markMs else { return }
        mark = Place(
            reader: place, labels: labels, replay: replay, newestLabelMs: newestLabelMs, lastSequence: lastSequence)
        self.markMs = nil
    }

    private func altered(_ entry: LogEntry) -> LogEntry {
        guard let alteration else { return entry }
        var result = entry
        switch entry.content {
        case .scored(let event, let answer): result.content = .scored(alteration.altered(event), answer)
        case .observed(let event): result.content = .observed(alteration.altered(event))
        case .sessionStarted, .labelled: break
        }
        return result
    }

    private static func eventTimeMs(of entry: LogEntry) -> Int64? {
        switch entry.content {
        case .scored(let event, _), .observed(let event): event.timeMs
        case .sessionStarted, .labelled: nil
        }
    }

    private static func capacity(of entry: LogEntry) -> LinkState.Capacity {
        let range = 1...LinkState.Capacity.maximum
        guard case .sessionStarted(let session) = entry.content, range.contains(session.accountCapacity),
            range.contains(session.identifierCapacity)
        else { return LinkState.Capacity() }
        return LinkState.Capacity(accounts: session.accountCapacity, identifiers: session.identifierCapacity)
    }
}

/// What events would have been, for learning from them or asking what a model makes of them.
protocol EventAlteration: Sendable {
    /// The event as the link state is to see it.
    func altered(_ event: AccountEvent) -> AccountEvent
    /// The facts as the model is to see them.
    func altered(_ facts: LinkSnapshot, of event: AccountEvent) -> LinkSnapshot
}
