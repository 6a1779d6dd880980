internal import Glibc
public import RiskWire

/// Reads the entries of a log in commit order, in bounded memory.
///
/// A log is a folder of segments or a single segment file. An unfinished entry at the end of the last segment, such as
/// a crash leaves, ends the log and is reported in ``tornTail``; anything else that is no entry is an error with file
/// and byte offset. Not for several threads at once.
public final class EventLogReader {
    /// Sequences that are missing between the first entry and the last one read: entries that the writer lost.
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
    /// Bytes of the entries read so far.
    public private(set) var readByteCount = 0

    private let files: [String]
    private let codec = EventLogCodec()
    private var nextFile = 0
    private var segment: SegmentReader?

    /// Opens a folder or a file. A folder without segments is an error.
    public convenience init(path: String) throws(EventLogError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw EventLogError(.cannotRead, message: "stat: \(systemText(errno))", file: path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            try self.init(files: [path])
            return
        }
        let names = try SegmentName.list(directory: path)
        guard !names.isEmpty else {
            throw EventLogError(
                .cannotRead, message: "expected files events-….swlog, found none", file: path)
        }
        try self.init(files: names.map { "\(path)/\($0)" })
    }

    init(files: [String]) throws(EventLogError) {
        var byteCount = 0
        for file in files {
            var status = stat()
            guard stat(file, &status) == 0 else {
                throw EventLogError(.cannotRead, message: "stat: \(systemText(errno))", file: file)
            }
            byteCount += Int(status.st_size)
        }
        self.byteCount = byteCount
        self.files = files
    }

    /// Where a reader stands in its log.
    public struct Place: Sendable {
        fileprivate var files: [String]
        fileprivate var nextFile: Int
        /// Where the next entry starts in the file before ``nextFile``; nil: at the start of the next.
        fileprivate var offset: Int?
        fileprivate var byteCount: Int
        fileprivate var readByteCount: Int
        fileprivate var counts: (lost: UInt64, first: UInt64?, last: UInt64?, entries: UInt64)
    }

    /// Where the next entry is.
    public var place: Place {
        Place(
            files: files, nextFile: nextFile, offset: segment?.nextOffset, byteCount: byteCount,
            readByteCount: readByteCount, counts: (lostEntryCount, firstSequence, lastSequence, entryCount))
    }

    /// Reads on from a place, beside the reader that was there.
    public init(at place: Place) throws(EventLogError) {
        files = place.files
        byteCount = place.byteCount
        nextFile = place.nextFile
        readByteCount = place.readByteCount
        (lostEntryCount, firstSequence, lastSequence, entryCount) = place.counts
        if let offset = place.offset { segment = try SegmentReader(path: files[nextFile - 1], from: offset) }
    }

    /// The next entry; nil at the end of the log.
    public func next() throws(EventLogError) -> LogEntry? {
        while true {
            if segment == nil {
                guard nextFile < files.count else { return nil }
                segment = try SegmentReader(path: files[nextFile])
                nextFile += 1
            }
            switch try segment!.next() {
            case .entry(let range):
                let entry = try decode(range)
                try note(entry.commitSequence)
                readByteCount += range.count
                return entry
            case .end:
                segment = nil
            case .torn(let byteCount):
                try noteTorn(byteCount)
                segment = nil
            }
        }
    }

    private func decode(_ range: Range<Int>) throws(EventLogError) -> LogEntry {
        let result = segment!.buffer.withUnsafeBytes { bytes in
            Result { () throws(LogEntryError) in
                try codec.decode(UnsafeRawBufferPointer(rebasing: bytes[range]), at: 0)
            }
        }
        switch result {
        case .success(.entry(let entry, range.count)):
            return entry
        case .success:
            throw corrupt(.corrupt, "an entry of another length")
        case .failure(let error):
            guard error.code == .unsupported else { throw corrupt(.corrupt, error.message) }
            throw corrupt(
                .unsupported,
                "one that a newer program wrote, read it with that program or a later one (\(error.message))")
        }
    }

    private func corrupt(_ code: EventLogError.Code, _ found: String) -> EventLogError {
        EventLogError(
            code, message: "expected an entry, found \(found)", file: segment!.path, byteOffset: segment!.entryOffset)
    }

    private func note(_ sequence: UInt64) throws(EventLogError) {
        if let lastSequence {
            guard sequence > lastSequence else {
                throw EventLogError(
                    .outOfOrder, message: "expected a commit sequence above \(lastSequence), found \(sequence)",
                    file: segment!.path, byteOffset: segment!.entryOffset)
            }
            lostEntryCount += sequence - lastSequence - 1
        }
        if firstSequence == nil { firstSequence = sequence }
        lastSequence = sequence
        entryCount += 1
    }

    private func noteTorn(_ byteCount: Int) throws(EventLogError) {
        let tail = TornTail(file: segment!.path, byteOffset: segment!.entryOffset, byteCount: byteCount)
        guard nextFile == files.count else {
            throw EventLogError(
                .corrupt,
                message:
                    "expected an entry, found \(byteCount) bytes of an unfinished one, and more segments behind it",
                file: tail.file, byteOffset: tail.byteOffset)
        }
        tornTail = tail
    }
}
