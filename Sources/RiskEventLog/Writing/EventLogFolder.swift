public import RiskWire

/// Writes a whole log to a folder of segments, for tools: each segment appears under its name when it is complete.
///
/// Like ``EventLogFile`` it waits for the disk and gives up at the first failure. Not for several threads at once.
public final class EventLogFolder {
    /// Entries appended so far.
    public private(set) var entryCount = 0

    private let directory: String
    private let segmentEntryCount: Int
    private var segment: EventLogFile?

    /// Begins a log in a folder that is there.
    ///
    /// - Parameter segmentEntryCount: A segment ends after so many entries.
    public init(directory: String, segmentEntryCount: Int = 400_000) {
        precondition(segmentEntryCount > 0, "\(segmentEntryCount) entries to a segment")
        self.directory = directory
        self.segmentEntryCount = segmentEntryCount
    }

    /// Appends an entry. Its sequence has to be above that of the one before.
    public func append(_ entry: LogEntry) throws(EventLogError) {
        if let full = segment, full.entryCount >= segmentEntryCount {
            try full.finish()
            segment = nil
        }
        let file: EventLogFile
        if let segment {
            file = segment
        } else {
            file = try EventLogFile(path: "\(directory)/\(SegmentName.of(firstSequence: entry.commitSequence))")
            segment = file
        }
        try file.append(entry)
        entryCount += 1
    }

    /// Puts the last segment in place. Nothing may be appended afterwards.
    public func finish() throws(EventLogError) {
        try segment?.finish()
        segment = nil
    }
}
