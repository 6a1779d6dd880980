internal import Dispatch
internal import RiskCore
internal import RiskEventLog
internal import RiskLinkage
internal import Synchronization

/// The one place where the service's state changes: an event gets its facts and its place in the commit order in one
/// step, and its log entry follows in that order.
final class CommitLog: Sendable {
    private struct State: ~Copyable {
        var links: LinkState
        var sequence: UInt64
    }

    /// What an answer says when its log entry was dropped because the disk does not take any.
    static let logDegradation = "EVENT_LOG"

    private let state: Mutex<State>
    private let writer: EventLogWriter

    init(links: consuming LinkState, sequence: UInt64, writer: EventLogWriter) {
        state = Mutex(State(links: links, sequence: sequence))
        self.writer = writer
    }

    /// How much the state holds, and the last sequence.
    var figures: (counts: LinkState.Counts, sequence: UInt64) {
        state.withLock { ($0.links.counts, $0.sequence) }
    }

    /// The event log's own figures.
    var log: EventLogWriter { writer }

    /// The facts for an event, changing nothing.
    func facts(for event: AccountEvent) -> LinkSnapshot {
        state.withLock { $0.links.facts(for: event) }
    }

    /// One page of a campaign; nil if there is no such cluster.
    func campaign(_ target: CampaignTarget, from start: Int, limit: Int) -> CampaignPage? {
        state.withLock { $0.links.findCampaign(target, from: start, limit: limit) }?.page()
    }

    /// Applies an event: its facts as of just before, and its place in the order. ``record(_:_:)`` has to follow.
    func apply(_ event: AccountEvent) -> (facts: LinkSnapshot, sequence: UInt64) {
        state.withLock { state in
            state.sequence += 1
            return (state.links.apply(event), state.sequence)
        }
    }

    /// Applies a label: its place in the order. ``recordDurably(_:_:withinMs:completion:)`` has to follow.
    func apply(_ label: Label) -> UInt64 {
        state.withLock { state in
            state.sequence += 1
            state.links.apply(label)
            return state.sequence
        }
    }

    /// Hands an encoded entry to the log; what the answer has to say if it was dropped.
    func record(_ sequence: UInt64, _ entry: [UInt8]) -> [String] {
        writer.append(sequence: sequence, bytes: entry) == .accepted ? [] : [Self.logDegradation]
    }

    /// Hands an encoded entry to the log. The completion comes once: when the entry is on disk, when it is known that
    /// it will not be, or with nil after the time limit, when neither is known because the disk does not answer.
    func recordDurably(
        _ sequence: UInt64, _ entry: [UInt8], withinMs: Int64,
        completion: @escaping @Sendable (Result<Void, EventLogError>?) -> Void
    ) {
        let answer = OnlyOnce(completion)
        writer.appendDurably(sequence: sequence, bytes: entry) { answer($0) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(withinMs))) { answer(nil) }
    }
}

/// Passes on the first of several calls from any threads.
private final class OnlyOnce<Value>: Sendable {
    private let body: @Sendable (Value) -> Void
    private let isDone = Atomic<Bool>(false)

    init(_ body: @escaping @Sendable (Value) -> Void) {
        self.body = body
    }

    func callAsFunction(_ value: Value) {
        if !isDone.exchange(true, ordering: .relaxed) { body(value) }
    }
}
