internal import RiskWire

/// Every limit of the event log, in one place.
public enum EventLogLimits {
    /// The largest entry that is read or written, without what stands before it.
    public static let entryByteCount = WireLimits.logEntryByteCount
    /// Bytes asked of the system at once when reading.
    static let readByteCount = 2 << 20
    /// Memory counted for an entry in the writer's buffer beyond its bytes.
    static let bufferedEntryOverheadByteCount = 64
    /// Non-durable entries wait for this many bytes or ``EventLogWriter/Options/writeDelay``, whichever is first.
    static let eagerByteCount = 256 << 10
    /// The longest line of JSON Lines and CSV that is read.
    public static let lineByteCount = 1 << 20
    /// The most memory that sorting foreign events by time may take.
    public static let sortByteCount = 4 << 30
}
