/// What was found when a log was opened for appending.
public struct EventLogRecovery: Sendable, Equatable {
    /// The sequence of the last entry; 0 for a new log.
    public var lastSequence: UInt64
    /// What was cut off the last segment; nil if it ended with a whole entry.
    public var tornTail: TornTail?
    /// The server's clock of the last entry of the last segment, Unix milliseconds; nil if that has none.
    public var lastCommittedAtMs: Int64?

    /// The sequence of the next entry.
    public var nextSequence: UInt64 { lastSequence + 1 }

    /// Reads the last segment, cuts off its torn tail and opens it for appending. One of version 1 is cut and closed:
    /// entries with checksums go to a new one.
    static func recover(
        directory: String, fileSystem: LogFileSystem
    ) throws(EventLogError) -> (EventLogRecovery, SegmentStore.Segment?) {
        guard let name = try SegmentName.list(directory: directory).last,
            let firstSequence = SegmentName.firstSequence(of: name)
        else { return (EventLogRecovery(lastSequence: 0), nil) }
        let path = "\(directory)/\(name)"
        let reader = try EventLogReader(files: [path])
        while try reader.next() != nil {}
        // An empty segment was made for the entry in its name, which never came.
        let last = reader.lastSequence ?? max(firstSequence, 1) - 1
        let recovery = EventLogRecovery(
            lastSequence: last, tornTail: reader.tornTail, lastCommittedAtMs: reader.lastCommittedAtMs)
        let segment = try open(path, cuttingTo: reader.tornTail?.byteOffset, size: reader.byteCount, fileSystem)
        if reader.entryCount > 0, try SegmentHeader(of: path) == nil {
            fileSystem.close(segment.descriptor)
            return (recovery, nil)
        }
        return (recovery, segment)
    }

    private static func open(
        _ path: String, cuttingTo end: Int?, size: Int, _ fileSystem: LogFileSystem
    ) throws(EventLogError) -> SegmentStore.Segment {
        do throws(SystemFailure) {
            let descriptor = try fileSystem.open(path)
            do throws(SystemFailure) {
                if let end { try fileSystem.truncate(descriptor, end) }
                // Also puts on the disk what an earlier process wrote and did not live to sync.
                try fileSystem.syncData(descriptor)
            } catch {
                fileSystem.close(descriptor)
                throw error
            }
            let length = end ?? size
            return SegmentStore.Segment(
                descriptor: descriptor, path: path, length: length, syncedLength: length, hasDurableName: false)
        } catch {
            throw EventLogError(
                .cannotWrite, message: "\(error.operation): \(systemText(error.number))", file: path)
        }
    }
}

/// The unfinished entry at the end of a log that a crash left behind.
public struct TornTail: Sendable, Equatable {
    /// The file.
    public var file: String
    /// Where it begins.
    public var byteOffset: Int
    /// How long it is.
    public var byteCount: Int
}
