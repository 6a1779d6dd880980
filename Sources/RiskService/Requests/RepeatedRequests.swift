internal import DequeModule
internal import RiskWire
internal import Synchronization

/// Keeps answers for ten minutes, so that a request that is sent again is answered again and counted once.
///
/// Held in memory: after a restart a repeated request is a new one. When full, the oldest answers go first.
final class RepeatedRequests: Sendable {
    /// Whose request it is.
    struct Key: Hashable, Sendable {
        let caller: String
        let requestID: [UInt8]
    }

    /// What is to be done with a request.
    enum Verdict: Sendable {
        /// It is new: serve it, then ``finish(_:with:)`` or ``abandon(_:)``.
        case new
        /// It was answered.
        case answered(WireReply.Body)
        /// It is refused: the id was used with other content, or its first sending is being served right now.
        case refused(StatusError)
    }

    private struct Entry {
        let content: Int
        let sequence: UInt64
        var body: WireReply.Body?
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var order: Deque<(key: Key, sequence: UInt64, expiresAtMs: Int64)> = []
        var sequence: UInt64 = 0
    }

    private let state = Mutex(State())
    private let windowMs: Int64
    private let capacity: Int
    private let forgotten: Counter

    init(windowMs: Int64, capacity: Int, forgotten: Counter) {
        self.windowMs = windowMs
        self.capacity = capacity
        self.forgotten = forgotten
    }

    /// Looks a request up. `content` is a hash of all that makes two requests the same.
    func begin(_ key: Key, content: Int, nowMs: Int64) -> Verdict {
        state.withLock { state in
            while let first = state.order.first, first.expiresAtMs <= nowMs || state.order.count >= capacity {
                if first.expiresAtMs > nowMs { forgotten.add() }
                state.order.removeFirst()
                if state.entries[first.key]?.sequence == first.sequence { state.entries[first.key] = nil }
            }
            if let entry = state.entries[key] {
                guard entry.content == content else { return .refused(Self.otherContent) }
                return entry.body.map(Verdict.answered) ?? .refused(Self.inProgress)
            }
            state.sequence += 1
            state.entries[key] = Entry(content: content, sequence: state.sequence, body: nil)
            state.order.append((key, state.sequence, nowMs + windowMs))
            return .new
        }
    }

    /// Keeps the answer of a request that ``begin(_:content:nowMs:)`` called new.
    func finish(_ key: Key, with body: WireReply.Body) {
        state.withLock { $0.entries[key]?.body = body }
    }

    /// Forgets a request that was not served, so that it can be sent again.
    func abandon(_ key: Key) {
        state.withLock { $0.entries[key] = nil }
    }

    private static let otherContent = StatusError(
        .alreadyExists, reason: "REQUEST_ID_REUSED",
        message: "expected the content this request id was first sent with, found other content", path: "request_id")
    private static let inProgress = StatusError(
        .aborted, reason: "REQUEST_IN_PROGRESS",
        message: "the first request with this id is being served right now: send it again for its answer",
        path: "request_id")
}
