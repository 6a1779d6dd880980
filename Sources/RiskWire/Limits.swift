/// Every limit on what is read from a peer, in one place. All are checked before memory is taken for what they bound.
public enum WireLimits {
    /// Bytes of a frame before its payload: one flag byte, four bytes of big-endian length.
    public static let frameHeaderByteCount = 5
    /// The largest payload of a frame from a caller; the server can be told another.
    public static let framePayloadByteCount = 256 << 10
    /// The largest payload of a frame to a caller that our client reads.
    public static let replyPayloadByteCount = 4 << 20
    /// The most events in a batch.
    public static let batchCount = 256
    /// The most bytes of a caller's name.
    public static let callerByteCount = 64
    /// The most bytes of a request id.
    public static let requestIDByteCount = 64
    /// The most bytes of a label's source.
    public static let labelSourceByteCount = 64
    /// The most bytes of a label's reason.
    public static let labelReasonByteCount = 512
    /// The most bytes of a decision id.
    public static let decisionIDByteCount = 256
    /// The most bytes of a cluster's name.
    public static let clusterIDByteCount = 32
    /// The most bytes of a page token.
    public static let pageTokenByteCount = 64
    /// The most merged clusters that a page of a campaign names: the latest.
    public static let campaignMergedCount = 256
    /// The most days of a campaign's timeline: the latest. All these together stay far below
    /// ``replyPayloadByteCount``.
    public static let campaignDayCount = 400
    /// The most bytes of a path in an admin request.
    public static let pathByteCount = 4096
    /// Memory that decoding one message may take for each byte of it, beyond ``decodingBaseByteCount``.
    public static let decodingByteCountPerByte = 64
    /// The most bytes of one entry of the event log; more is taken for damage.
    public static let logEntryByteCount = 1 << 20
    /// Memory that decoding a model file may take, however large the file.
    public static let modelDecodingByteCount = 1 << 30
    /// Memory that decoding any message may take.
    public static let decodingBaseByteCount = 64 << 10
}
