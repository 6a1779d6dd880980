public import RiskWire

/// Reads the entries of a log in commit order, in bounded memory.
///
/// A log is a folder of segments or a single segment file, of any version so far. Entries of version 2 are held to
/// their checksums. An unfinished entry at the end of the last segment, such as a crash leaves, ends the log and is
/// reported in ``tornTail``; anything else that is no entry is an error with file, byte offset and the entry's number,
/// and nothing is passed over. Not for several threads at once.
public final class EventLogReader {
    /// Sequences that are missing between the first entry and the last one read and were not pruned: entries that the
    /// writer lost.
    public private(set) var lostEntryCount: UInt64 = 0
    /// The sequence of the first entry; nil before it was read.
    public private(set) var firstSequence: UInt64?
    /// The sequence of the last entry read; nil before the first.
    public private(set) var lastSequence: UInt64?
    /// The unfinished entry at the end; nil if there is none or the end was not reached.
    public private(set) var tornTail: TornTail?
    /// Entries read so far.
    public private(set) var entryCount: UInt64 = 0
    /// Bytes of all files when the log was opened; with ``readByteCount`` for showing progress.
    public let byteCount: Int
    /// Bytes read so far.
    public private(set) var readByteCount = 0
    /// The server's clock of the last entry read, Unix milliseconds; nil before the first.
    public private(set) var lastCommittedAtMs: Int64?
    /// Entries up to this sequence went with pruning, but for labels that were in force then; 0: none did.
    public let prunedThrough: UInt64

    private let files: [String]
    private let codec = EventLogCodec()
    private var nextFile = 0
    private var segment: SegmentReader?

    /// Opens a folder or a file. A folder without segments is an error.
    public convenience init(path: String) throws(EventLogError) {
        guard try Segments.isFolder(path) else {
            try self.init(files: [path])
            return
        }
        try self.init(files: try Segments.expectSome(try Segments.paths(in: path), in: path))
    }

    init(files: [String]) throws(EventLogError) {
        var byteCount = 0
        for file in files { byteCount += try Segments.byteCount(file) }
        self.byteCount = byteCount
        self.files = files
        if let first = files.first, let header = try SegmentHeader(of: first) {
            prunedThrough = header.prunedThrough
        } else {
            prunedThrough = 0
        }
    }

    /// Where a reader stands in its log.
    public struct Place: Sendable {
        fileprivate var files: [String]
        fileprivate var prunedThrough: UInt64
        fileprivate var nextFile: Int
        /// Where the next entry starts in the file before ``nextFile``; nil: at the start of the next.
        fileprivate var segment: SegmentReader.Place?
        fileprivate var byteCount: Int
        fileprivate var readByteCount: Int
        fileprivate var counts: (lost: UInt64, first: UInt64?, last: UInt64?, entries: UInt64)
    }

    /// Where the next entry is.
    public var place: Place {
        Place(
            files: files, prunedThrough: prunedThrough, nextFile: nextFile, segment: segment?.place,
            byteCount: byteCount, readByteCount: readByteCount,
            counts: (lostEntryCount, firstSequence, lastSequence, entryCount))
    }

    /// Reads on from a place, beside the reader that was there.
    public init(at place: Place) throws(EventLogError) {
        files = place.files
        prunedThrough = place.prunedThrough
        byteCount = place.byteCount
        nextFile = place.nextFile
        readByteCount = place.readByteCount
        (lostEntryCount, firstSequence, lastSequence, entryCount) = place.counts
        if let segmentPlace = place.segment {
            segment = try SegmentReader(path: files[nextFile - 1], at: segmentPlace)
        }
    }

    /// The next entry; nil at the end of the log.
    public func next() throws(EventLogError) -> LogEntry? {
        while true {
            if segment == nil {
                guard nextFile < files.count else { return nil }
                segment = try SegmentReader(path: files[nextFile])
                nextFile += 1
            }
            let start = segment!.nextOffset
            let frame = try segment!.next()
            readByteCount += segment!.nextOffset - start
            switch frame {
            case .entry(let range):
                let entry = try segment!.decode(range, by: codec)
                try note(entry)
                return entry
            case .end:
                segment = nil
            case .torn(let byteCount):
                try noteTorn(byteCount)
                segment = nil
            }
        }
    }

    private func note(_ entry: LogEntry) throws(EventLogError) {
        let sequence = entry.commitSequence
        if let lastSequence {
            guard sequence > lastSequence else {
                throw EventLogError(
                    .outOfOrder, message: "expected a commit sequence above \(lastSequence), found \(sequence)",
                    file: segment!.path, byteOffset: segment!.entryOffset, entryNumber: segment!.entryNumber)
            }
            let known = max(lastSequence, prunedThrough)
            if sequence > known { lostEntryCount += sequence - known - 1 }
        }
        if firstSequence == nil { firstSequence = sequence }
        lastSequence = sequence
        lastCommittedAtMs = entry.committedAtMs
        entryCount += 1
    }

    private func noteTorn(_ byteCount: Int) throws(EventLogError) {
        let tail = TornTail(file: segment!.path, byteOffset: segment!.entryOffset, byteCount: byteCount)
        guard nextFile == files.count else {
            throw EventLogError(
                .corrupt,
                message:
                    "expected an entry, found \(byteCount) bytes of an unfinished one, and more segments behind it",
                file: tail.file, byteOffset: tail.byteOffset, entryNumber: segment!.entryNumber)
        }
        tornTail = tail
    }
}
