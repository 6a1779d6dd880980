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
        if let days = configuration.logKeepDays {
            options.keep = .seconds(Int64(days) * 86_400)
            options.pruningReport = { report($0, logger) }
            warnOfShortMemory(days, logger)
        }
        let writer = try EventLogWriter.open(directory: directory, options: options)
        if let tail = writer.recovery.tornTail {
            logger.warning(
                "cut off an unfinished entry at the end of the event log",
                metadata: ["file": "\(tail.file)", "byte": "\(tail.byteOffset)", "bytes": "\(tail.byteCount)"])
        }
        let replay = try replay(directory, writer, configuration)
        writer.prune()
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
                "last_sequence": "\(replay.lastSequence)", "accounts": "\(replay.links.counts.accounts)",
                "identifiers": "\(replay.links.counts.identifiers)",
            ])
        return commits
    }

    private static func replay(
        _ directory: String, _ writer: EventLogWriter, _ configuration: ServiceConfiguration
    ) throws -> LinkReplay {
        // A first start finds no log to read.
        guard writer.recovery.nextSequence > 1 else { return LinkReplay(capacity: configuration.linkCapacity) }
        let reader = try EventLogReader(path: directory)
        var replay = LinkReplay(capacity: configuration.linkCapacity, prunedThrough: reader.prunedThrough)
        while let entry = try reader.next() { _ = replay.apply(entry) }
        replay.finishLabels()
        return replay
    }

    private static func warnOfShortMemory(_ days: Int, _ logger: Logger) {
        let linkDays = LinkState.retentionMs / 86_400_000
        guard days < linkDays else { return }
        logger.warning(
            "the event log is kept for less time than links are remembered: a restart forgets links older than that",
            metadata: ["log_keep_days": "\(days)", "link_days": "\(linkDays)"])
    }

    private static func report(_ result: Result<EventLogPruning, EventLogError>, _ logger: Logger) {
        switch result {
        case .success(let pruning):
            logger.info(
                "pruned the event log",
                metadata: [
                    "segments": "\(pruning.segmentCount)", "bytes": "\(pruning.byteCount)",
                    "through": "\(pruning.throughSequence)", "labels_kept": "\(pruning.labelCount)",
                ])
        case .failure(let error):
            logger.warning("cannot prune the event log, nothing is lost", metadata: ["error": "\(error)"])
        }
    }
}
