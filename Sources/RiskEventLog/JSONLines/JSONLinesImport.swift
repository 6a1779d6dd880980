public import RiskCore
public import RiskWire

/// Makes an event log out of a JSON Lines file that this service did not write.
///
/// Events are taken in order of their time, then of their line, and get commit sequences from 2; the first entry says
/// that the link state was empty. They are sorted in memory, in the form of the log: some 200 to 600 bytes an event, up
/// to
/// ``EventLogLimits/sortByteCount``.
public struct JSONLinesImport {
    /// Hashes raw identifiers into an event's builder: `IdentityKeyer.apply`.
    public typealias Keying = (RawIdentifiers, inout EventBuilder) throws(FieldError) -> Void

    /// What was read.
    public struct Summary: Sendable, Equatable {
        /// Events in the log.
        public var eventCount = 0
        /// How often each unknown field or word was left out, by path.
        public var dropped: [String: Int] = [:]
        /// How many events stood before an earlier one in the file.
        public var outOfOrderCount = 0
    }

    /// Leave unknown fields and words out and count them instead of refusing them.
    public var isLenient = false
    /// How to hash raw identifiers; nil: they are an error.
    public var keying: Keying?
    /// The first entry.
    public var sessionStart: SessionStart
    /// Told the number of bytes read so far, every few thousand lines.
    public var progress: (Int) -> Void = { _ in }

    /// An import that begins with a given entry.
    public init(sessionStart: SessionStart) {
        self.sessionStart = sessionStart
    }

    /// Reads a file, sorts it and writes a log.
    ///
    /// Throws ``JSONLinesError`` for a line, ``EventLogError`` for the log; then no log is left behind.
    public func run(from path: String, to log: String) throws -> Summary {
        var summary = Summary()
        let sorted = try read(path, &summary)
        let file = try EventLogFile(path: log)
        let firstTimeMs = sorted.first?.timeMs ?? 0
        try file.append(
            LogEntry(commitSequence: 1, committedAtMs: firstTimeMs, content: .sessionStarted(sessionStart)))
        let codec = EventLogCodec()
        for (index, item) in sorted.enumerated() {
            var entry = try item.bytes.withUnsafeBytes { try codec.decode($0) }
            entry.commitSequence = UInt64(index) + 2
            try file.append(entry)
        }
        try file.finish()
        return summary
    }

    private struct Item {
        var timeMs: Int64
        var bytes: [UInt8]
    }

    private func read(_ path: String, _ summary: inout Summary) throws -> [Item] {
        let reader = try JSONLinesReader(path: path, isLenient: isLenient)
        let codec = EventLogCodec()
        var items: [Item] = []
        var byteCount = 0
        var latestMs = Int64.min
        while let incoming = try reader.next() {
            let event = try build(incoming, file: path, line: reader.line)
            if event.timeMs < latestMs { summary.outOfOrderCount += 1 }
            latestMs = max(latestMs, event.timeMs)
            // The sequence is not known yet; any number that is not 0 takes its place.
            let entry = LogEntry(commitSequence: 1, committedAtMs: event.timeMs, content: .scored(event, nil))
            items.append(Item(timeMs: event.timeMs, bytes: codec.encode(entry)))
            byteCount += items[items.count - 1].bytes.count + MemoryLayout<Item>.stride + 32
            guard byteCount <= EventLogLimits.sortByteCount else {
                throw EventLogError(
                    .limitExceeded,
                    message:
                        "expected at most \(EventLogLimits.sortByteCount) bytes of events to sort, found more "
                        + "at line \(reader.line); split the file by time and train on the parts",
                    file: path)
            }
            if items.count % 4096 == 0 { progress(reader.readByteCount) }
        }
        summary.eventCount = items.count
        summary.dropped = reader.dropped
        // Swift's sort keeps the order of equal elements.
        return items.sorted { $0.timeMs < $1.timeMs }
    }

    private func build(_ incoming: IncomingEvent, file: String, line: Int) throws(JSONLinesError) -> AccountEvent {
        if let kind = RawIdentifiers.Kind.allCases.first(where: { incoming.raw[$0] != nil }), keying == nil {
            throw JSONLinesError(
                .needsIdentifierKey, file: file, line: line, path: kind.path,
                message: "expected a key to hash raw identifiers with, found none; pass --identifier-key")
        }
        do throws(FieldError) {
            var builder = incoming.builder
            try keying?(incoming.raw, &builder)
            return try builder.build()
        } catch {
            throw JSONLinesError(error, file: file, line: line)
        }
    }
}
