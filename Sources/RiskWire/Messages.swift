public import RiskCore

/// A request as it came off the wire: checked value by value, raw identifiers not keyed yet.
public struct WireRequest: Sendable {
    /// Chosen by the caller, repeated in the reply.
    public var id: UInt64
    /// Milliseconds that remained when it was sent; nil: no deadline.
    public var deadlineMs: UInt32?
    /// Who is calling; empty if not said.
    public var caller: String
    /// What is asked.
    public var method: Method

    /// The methods of the scoring service.
    public enum Method: Sendable {
        case score(ScoreCall)
        /// One result for each request of the batch, in order: one bad event does not spoil the others.
        case scoreBatch([Result<ScoreCall, StatusError>])
        case observe(ObserveCall)
        case feedback(FeedbackCall)
        case health
        case serverInfo
        case lookupCampaign(LookupCampaignCall)
    }

    /// A request.
    public init(id: UInt64, deadlineMs: UInt32? = nil, caller: String = "", method: Method) {
        self.id = id
        self.deadlineMs = deadlineMs
        self.caller = caller
        self.method = method
    }
}

/// An event whose raw identifiers are still beside it.
public struct IncomingEvent: Sendable {
    /// Everything but the raw identifiers.
    public var builder: EventBuilder
    /// The raw identifiers, to be keyed into ``builder`` and dropped.
    public var raw: RawIdentifiers

    /// An event on its way in.
    public init(builder: EventBuilder, raw: RawIdentifiers = RawIdentifiers()) {
        self.builder = builder
        self.raw = raw
    }
}

/// An event to score.
public struct ScoreCall: Sendable {
    /// The event.
    public var event: IncomingEvent
    /// For safe repetition; nil if none.
    public var requestID: [UInt8]?
    /// Score without recording anything.
    public var isDryRun: Bool
    /// Whether the answer lists every feature.
    public var wantsFeatures: Bool

    /// A call.
    public init(event: IncomingEvent, requestID: [UInt8]? = nil, isDryRun: Bool = false, wantsFeatures: Bool = false) {
        self.event = event
        self.requestID = requestID
        self.isDryRun = isDryRun
        self.wantsFeatures = wantsFeatures
    }
}

/// An event to record.
public struct ObserveCall: Sendable {
    /// The event.
    public var event: IncomingEvent
    /// For safe repetition; nil if none.
    public var requestID: [UInt8]?

    /// A call.
    public init(event: IncomingEvent, requestID: [UInt8]? = nil) {
        self.event = event
        self.requestID = requestID
    }
}

/// A label to record.
public struct FeedbackCall: Sendable, Equatable {
    /// What is labelled.
    public enum Target: Sendable, Equatable {
        case account(Reference)
        case decision(id: String)
    }

    /// What is labelled.
    public var target: Target
    /// What was found.
    public var verdict: Label.Verdict
    /// Who says so.
    public var source: String
    /// Why; may be empty.
    public var reason: String
    /// When the label ends; nil: never.
    public var expiresAtMs: Int64?
    /// When it became known; nil: now.
    public var knownAtMs: Int64?
    /// For safe repetition; nil if none.
    public var requestID: [UInt8]?

    /// A call.
    public init(
        target: Target, verdict: Label.Verdict, source: String, reason: String = "", expiresAtMs: Int64? = nil,
        knownAtMs: Int64? = nil, requestID: [UInt8]? = nil
    ) {
        self.target = target
        self.verdict = verdict
        self.source = source
        self.reason = reason
        self.expiresAtMs = expiresAtMs
        self.knownAtMs = knownAtMs
        self.requestID = requestID
    }
}

/// A campaign to take apart, and which page of its members.
public struct LookupCampaignCall: Sendable, Equatable {
    /// The most members of a page if the call does not say.
    public static let ordinaryPageSize = 100

    /// What is taken apart.
    public enum Target: Sendable, Equatable {
        case cluster(ClusterID)
        case account(Reference)
        case decision(id: String)
    }

    /// What is taken apart.
    public var target: Target
    /// The token that came with the page before; empty for the first page.
    public var pageToken: String
    /// The most members of the page, 1 to ``RiskCore/CampaignPage/memberLimit``.
    public var pageSize: Int

    /// A call.
    public init(target: Target, pageToken: String = "", pageSize: Int = Self.ordinaryPageSize) {
        self.target = target
        self.pageToken = pageToken
        self.pageSize = pageSize
    }
}

/// A reply: exactly one for each complete frame.
public struct WireReply: Sendable {
    /// The request's id; 0 when the frame could not be read that far.
    public var id: UInt64
    /// The result or why there is none.
    public var outcome: Result<Body, StatusError>

    /// The results of the scoring service's methods.
    public enum Body: Sendable {
        case score(ScoreAnswer)
        case scoreBatch([Result<ScoreAnswer, StatusError>])
        case observe(commitSequence: UInt64, degraded: [String])
        case feedback(commitSequence: UInt64)
        case health(ServingState)
        case serverInfo(ServerInfo)
        /// The token of the next page is empty after the last; ``RiskCore/CampaignPage/nextMember`` is not sent.
        case lookupCampaign(CampaignPage, nextPageToken: String)
    }

    /// A reply.
    public init(id: UInt64, outcome: Result<Body, StatusError>) {
        self.id = id
        self.outcome = outcome
    }
}

/// Whether the service can score. The raw value is the number on the wire.
public enum ServingState: UInt32, Sendable {
    case serving = 1
    case draining
}

/// What is running.
public struct ServerInfo: Sendable, Equatable {
    /// The server's version.
    public var version = ""
    /// SHA-256 of the active model file.
    public var modelDigest: [UInt8] = []
    /// The name the model is served under.
    public var modelAlias = ""
    /// The last commit sequence.
    public var commitSequence: UInt64 = 0
    /// Whole seconds since start.
    public var uptimeS: UInt64 = 0
    /// The largest frame payload that is read.
    public var maxFrameByteCount: UInt32 = 0
    /// The most events in a batch.
    public var maxBatchCount: UInt32 = 0
    /// Custom names that are accepted in events.
    public var customNames: [String] = []
    /// Accounts in the link state.
    public var accountCount: UInt64 = 0
    /// Identifiers in the link state.
    public var identifierCount: UInt64 = 0

    /// Nothing known yet.
    public init() {}
}
