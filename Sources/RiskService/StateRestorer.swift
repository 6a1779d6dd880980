internal import Logging
internal import RiskCore
internal import RiskEngine
internal import RiskEventLog
internal import RiskLinkage
internal import RiskWire

/// Brings the state back that an earlier session left in the event log, and opens the log for this one.
enum StateRestorer {
    static func restore(_ configuration: ServiceConfiguration, logger: Logger) throws -> CommitLog {
        let directory = "\(configuration.dataDirectory)/events"
        try FileAccess.makeDirectory(directory)
        var options = EventLogWriter.Options()
        options.segmentByteLimit = configuration.logSegmentByteCount
        options.bufferByteLimit = configuration.logBufferByteCount
        let writer = try EventLogWriter.open(directory: directory, options: options)
        if let tail = writer.recovery.tornTail {
            logger.warning(
                "cut off an unfinished entry at the end of the event log",
                metadata: ["file": "\(tail.file)", "byte": "\(tail.byteOffset)", "bytes": "\(tail.byteCount)"])
        }
        var replay = LinkReplay(capacity: configuration.linkCapacity)
        // A first start finds no log to read.
        if writer.recovery.nextSequence > 1 {
            let reader = try EventLogReader(path: directory)
            while let entry = try reader.next() { _ = replay.apply(entry) }
        }
        if replay.missingEntryCount > 0 {
            logger.warning(
                "the event log lacks entries, so do the links", metadata: ["missing": "\(replay.missingEntryCount)"])
        }
        // An empty last segment names a sequence that never came.
        let sequence = max(writer.recovery.nextSequence, replay.lastSequence + 1)
        let session = SessionStart(
            version: StillwatchVersion.current, stateWasEmpty: replay.lastSequence == 0,
            accountCapacity: configuration.linkCapacity.accounts,
            identifierCapacity: configuration.linkCapacity.identifiers)
        let commits = CommitLog(links: replay.links, sequence: sequence, writer: writer)
        let entry = LogEntry(
            commitSequence: sequence, committedAtMs: ServiceClock.wallMs(), content: .sessionStarted(session))
        _ = commits.record(sequence, EventLogCodec().encode(entry))
        logger.info(
            "state restored",
            metadata: [
                "entries": "\(replay.lastSequence)", "accounts": "\(replay.links.counts.accounts)",
                "identifiers": "\(replay.links.counts.identifiers)",
            ])
        return commits
    }
}
