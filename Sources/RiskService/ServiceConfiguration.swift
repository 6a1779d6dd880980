public import RiskLinkage
internal import RiskWire

/// Everything a service can be told. All limits have defaults that suit one machine.
public struct ServiceConfiguration: Sendable {
    /// Address of the scoring listener.
    public var host = "127.0.0.1"
    /// Port of the scoring listener; 0 picks a free one.
    public var port = 7443
    /// Path of the admin listener's Unix socket.
    public var adminSocketPath: String
    /// Address of the metrics page; nil: no page.
    public var metricsHost: String? = "127.0.0.1"
    /// Port of the metrics page; 0 picks a free one.
    public var metricsPort = 9443
    /// The directory whose `<modelName>.swm` is served.
    public var modelDirectory: String
    /// The model's name there, and its alias in answers.
    public var modelName = "default"
    /// How often the model file is looked at, in milliseconds; 0: never.
    public var modelPollMs: Int64 = 5_000
    /// The file with the operator's policy; nil: the model's own thresholds decide.
    public var policyPath: String?
    /// Where the event log, the identifier key and promoted models are kept.
    public var dataDirectory: String
    /// Custom names that are accepted and logged although the model does not declare them.
    public var acceptedCustomNames: Set<String> = []
    /// Threads that serve requests; nil: one for each core.
    public var eventLoopCount: Int?
    /// The largest frame payload that is read, in bytes.
    public var framePayloadByteCount = WireLimits.framePayloadByteCount
    /// The most connections at once; a further one gets a status and is closed.
    public var connectionLimit = 10_000
    /// How long a frame may stay incomplete, in milliseconds.
    public var partialFrameTimeoutMs: Int64 = 10_000
    /// How long draining waits for connections that are not silent before it serves no more of them, in milliseconds.
    public var drainGraceMs: Int64 = 10_000
    /// How long a connection must be silent while draining before it is closed, in milliseconds.
    public var drainQuietMs: Int64 = 250
    /// How much the link state holds.
    public var linkCapacity = LinkState.Capacity()
    /// How far an event's time may be ahead of the server's clock, in milliseconds.
    public var eventTimeToleranceMs: Int64 = 300_000
    /// How long a label may take to reach the disk before its caller is told that this is not known, in milliseconds.
    public var labelTimeoutMs: Int64 = 5_000
    /// How long an answer is kept for a repeated request id, in milliseconds.
    public var repeatWindowMs: Int64 = 600_000
    /// The most answers that are kept for repeated request ids.
    public var repeatCapacity = 500_000
    /// Size at which the event log starts a new segment, in bytes.
    public var logSegmentByteCount = 256 << 20
    /// How many days of the event log are kept, before its newest entry; nil: all.
    public var logKeepDays: Int?
    /// Memory for log entries that are not written yet, in bytes.
    public var logBufferByteCount = 64 << 20

    /// A configuration with defaults for all that is not a place.
    public init(modelDirectory: String, dataDirectory: String, adminSocketPath: String) {
        self.modelDirectory = modelDirectory
        self.dataDirectory = dataDirectory
        self.adminSocketPath = adminSocketPath
    }
}
