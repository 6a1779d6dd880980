internal import Glibc
internal import RiskCore
internal import RiskWire

/// Takes the oldest segments of a log away and leaves one small file in their place.
///
/// That file has the name of the first segment and holds the labels that are in force, at their own places in the
/// commit order, so that whoever reads the log sees them before all events that are left. Its header says through which
/// sequence entries are gone. It takes the first segment's place in one step; if a crash comes before the others are
/// removed, the header tells every reader to leave them alone.
struct PruningPass: Sendable {
    private let directory: String
    private let keepMs: Int64
    private let fileSystem: LogFileSystem
    /// The newest time in segments that have ended and were read.
    private var newestMs: [String: Int64] = [:]

    init(directory: String, keepMs: Int64, fileSystem: LogFileSystem) {
        self.directory = directory
        self.keepMs = keepMs
        self.fileSystem = fileSystem
    }

    /// Looks once.
    ///
    /// - Parameters:
    ///   - knownMs: When the newest entry was committed, if that is known.
    ///   - isCancelled: Asked now and then; if so, nothing is removed.
    /// - Returns: Nil if nothing is old enough.
    mutating func run(
        knownMs: Int64?, isCancelled: () -> Bool
    ) throws(EventLogError) -> EventLogPruning? {
        let paths = try Segments.paths(in: directory)
        guard paths.count > 1, let newest = try newestTime(paths, knownMs) else { return nil }
        // What an earlier pruning left holds nothing but labels and goes along with the next segment.
        let remainderCount = (try SegmentHeader(of: paths[0])?.prunedThrough ?? 0) > 0 ? 1 : 0
        var contents: [SegmentContent] = []
        for path in paths.dropFirst(remainderCount).dropLast() {
            guard let content = try oldContent(of: path, before: newest - keepMs, isCancelled) else { break }
            contents.append(content)
        }
        guard !contents.isEmpty else { return nil }
        if remainderCount == 1 { contents.insert(try SegmentContent(path: paths[0], isCancelled), at: 0) }
        guard !isCancelled() else { return nil }
        return try replace(contents)
    }

    /// A time that the newest entry is not older than, so that nothing goes too early.
    private func newestTime(_ paths: [String], _ knownMs: Int64?) throws(EventLogError) -> Int64? {
        if let knownMs { return knownMs }
        for path in paths.reversed() {
            if let entry = try EventLogReader(files: [path]).next() { return entry.committedAtMs }
        }
        return nil
    }

    /// A segment all of which was committed before a time; nil if it was not.
    private mutating func oldContent(
        of path: String, before cutoffMs: Int64, _ isCancelled: () -> Bool
    ) throws(EventLogError) -> SegmentContent? {
        if let newest = newestMs[path], newest >= cutoffMs { return nil }
        if let first = try EventLogReader(files: [path]).next(), first.committedAtMs >= cutoffMs { return nil }
        let content = try SegmentContent(path: path, isCancelled)
        newestMs[path] = content.newestMs
        return content.newestMs < cutoffMs ? content : nil
    }

    private mutating func replace(_ contents: [SegmentContent]) throws(EventLogError) -> EventLogPruning {
        let kept = Self.survivors(of: contents)
        let through = contents.map(\.lastSequence).max() ?? 0
        let path = contents[0].path
        let file = try EventLogFile(path: path, header: SegmentHeader(prunedThrough: through))
        for entry in kept { try file.append(entry) }
        try file.finish()
        try syncNames()
        for content in contents {
            newestMs[content.path] = nil
            if content.path != path { try Self.remove(content.path) }
        }
        try syncNames()
        let byteCount = contents.reduce(0) { $0 + $1.byteCount } - (try Segments.byteCount(path))
        return EventLogPruning(
            segmentCount: contents.count - (contents[0].prunedThrough > 0 ? 1 : 0),
            fileCount: contents.count - 1, byteCount: byteCount,
            throughSequence: through, labelCount: kept.count { $0.isLabel })
    }

    /// The entries that have to stay: a session's start, because it states the link state's capacity, and all labels of
    /// accounts whose last one is in force when the last of these segments ends.
    private static func survivors(of contents: [SegmentContent]) -> [LogEntry] {
        let endMs = contents.map(\.newestMs).max() ?? .min
        var labels: [Reference: [LogEntry]] = [:]
        for entry in contents.lazy.flatMap(\.entries) {
            switch entry.content {
            case .labelled(let label) where label.verdict == .withdrawn: labels[label.account] = nil
            case .labelled(let label): labels[label.account, default: []].append(entry)
            case .sessionStarted(let session) where session.stateWasEmpty: labels = [:]
            case .sessionStarted, .scored, .observed: break
            }
        }
        let kept = labels.values.filter { entries in
            guard case .labelled(let label)? = entries.last?.content else { return false }
            return label.expiresAtMs.map { $0 > endMs } ?? true
        }
        .flatMap(\.self).sorted { $0.commitSequence < $1.commitSequence }
        return [session(of: contents, before: kept.first?.commitSequence)].compactMap(\.self) + kept
    }

    /// The latest session's start, put first and saying that the state is empty there.
    private static func session(of contents: [SegmentContent], before sequence: UInt64?) -> LogEntry? {
        guard let first = contents.compactMap(\.firstSequence).min(), first < sequence ?? .max else { return nil }
        for entry in contents.lazy.flatMap(\.entries).reversed() {
            guard case .sessionStarted(var session) = entry.content else { continue }
            session.stateWasEmpty = true
            return LogEntry(
                commitSequence: first, committedAtMs: entry.committedAtMs, content: .sessionStarted(session))
        }
        return nil
    }

    private func syncNames() throws(EventLogError) {
        do throws(SystemFailure) {
            try fileSystem.syncDirectory(directory)
        } catch {
            throw EventLogError(
                .cannotWrite, message: "\(error.operation): \(systemText(error.number))", file: directory)
        }
    }

    /// Removes what a crash left of an earlier pruning: segments that the first one stands for, and unfinished files.
    static func removeLeftovers(directory: String) throws(EventLogError) {
        let names = try SegmentName.list(directory: directory)
        // A damaged header stops whoever reads the log, with a message.
        for path in (try? Segments.leftovers(among: names.map { "\(directory)/\($0)" })) ?? [] { try remove(path) }
        for name in try SegmentName.listUnfinished(directory: directory) { try remove("\(directory)/\(name)") }
    }

    private static func remove(_ path: String) throws(EventLogError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw EventLogError(.cannotWrite, message: "unlink: \(systemText(errno))", file: path)
        }
    }
}

/// What pruning has to know of a segment that has ended.
private struct SegmentContent {
    let path: String
    let byteCount: Int
    let prunedThrough: UInt64
    private(set) var firstSequence: UInt64?
    /// The last sequence, or through which it was pruned.
    private(set) var lastSequence: UInt64
    /// The newest time of an entry; the least number if there is none.
    private(set) var newestMs = Int64.min
    /// Labels and session starts, in order.
    private(set) var entries: [LogEntry] = []

    init(path: String, _ isCancelled: () -> Bool) throws(EventLogError) {
        let reader = try SegmentReader(path: path)
        self.path = path
        byteCount = reader.byteCount
        prunedThrough = try reader.header()?.prunedThrough ?? 0
        lastSequence = prunedThrough
        let codec = EventLogCodec()
        while !isCancelled() {
            switch try reader.next() {
            case .entry(let range): try note(range, of: reader, codec)
            case .end: return
            case .torn:
                throw EventLogError(
                    .corrupt, message: "expected an ended segment, found an unfinished entry at its end", file: path,
                    byteOffset: reader.entryOffset)
            }
        }
    }

    private mutating func note(
        _ range: Range<Int>, of reader: SegmentReader, _ codec: EventLogCodec
    ) throws(EventLogError) {
        var outline = try reader.outline(range, by: codec)
        // Without a checksum only reading all of it tells whether it is one.
        if !outline.isEvent || reader.format == .bare {
            let entry = try reader.decode(range, by: codec)
            (outline.commitSequence, outline.committedAtMs) = (entry.commitSequence, entry.committedAtMs)
            if !outline.isEvent { entries.append(entry) }
        }
        if firstSequence == nil { firstSequence = outline.commitSequence }
        lastSequence = max(lastSequence, outline.commitSequence)
        newestMs = max(newestMs, outline.committedAtMs)
    }
}

extension LogEntry {
    fileprivate var isLabel: Bool {
        if case .labelled = content { true } else { false }
    }
}
