internal import Glibc
internal import RiskWire

/// Reads a log past all damage, and copies what is whole of it.
///
/// Of files of version 2 only damaged entries are lost. Of one of version 1 everything behind a damaged length is, and
/// damage that still reads as an entry is not seen. Entries that follow lost ones may have been answered with links
/// that the copy lacks; the gap in the sequence tells.
public enum EventLogSalvage {
    /// Bytes that are in no whole entry.
    public struct Loss: Sendable, Equatable {
        /// The file.
        public var file: String
        /// Where they begin.
        public var byteOffset: Int
        /// How many they are.
        public var byteCount: Int
        /// What was expected and found; nil: the end of an unfinished write, which costs nothing that was answered for.
        public var damage: String?
    }

    /// What was read.
    public struct Summary: Sendable, Equatable {
        /// Files, without what an interrupted pruning left behind.
        public var fileCount = 0
        /// Whole entries.
        public var entryCount = 0
        /// Those of them that have a checksum.
        public var checkedEntryCount = 0
        /// Places with damage.
        public var damageCount = 0
        /// The first sequence; nil without entries.
        public var firstSequence: UInt64?
        /// The last one.
        public var lastSequence: UInt64?
        /// Entries up to this sequence went with pruning, but for labels.
        public var prunedThrough: UInt64 = 0
    }

    /// Reads a log to its end.
    ///
    /// - Parameters:
    ///   - log: A folder of segments or one file.
    ///   - copy: Where whole entries go: a folder or file that is not there yet, like `log`; nil: nowhere.
    ///   - losses: Hears of all that is left out, in order.
    /// - Throws: ``EventLogError`` for what cannot be read or written and for what a newer program wrote.
    public static func run(
        log: String, to copy: String?, losses: (Loss) -> Void
    ) throws(EventLogError) -> Summary {
        let isFolder = try Segments.isFolder(log)
        let files = isFolder ? try sources(log) : [log]
        if let copy { try prepare(copy, isFolder: isFolder) }
        var pass = SalvagePass()
        for file in files {
            let name = file.split(separator: "/").last.map(String.init) ?? file
            defer { pass.takeLosses().forEach(losses) }
            try pass.read(file, to: copy.map { isFolder ? "\($0)/\(name)" : $0 })
        }
        return pass.summary
    }

    private static func sources(_ folder: String) throws(EventLogError) -> [String] {
        let names = try SegmentName.list(directory: folder)
        let all = try Segments.expectSome(names.map { "\(folder)/\($0)" }, in: folder)
        // With a damaged header the order of sequences tells what stands there twice.
        let leftovers = (try? Segments.leftovers(among: all)) ?? []
        return all.filter { !leftovers.contains($0) }
    }

    private static func prepare(_ copy: String, isFolder: Bool) throws(EventLogError) {
        var status = stat()
        guard stat(copy, &status) != 0 else {
            throw EventLogError(.cannotWrite, message: "expected a new place, found something there", file: copy)
        }
        guard !isFolder || mkdir(copy, 0o750) == 0 else {
            throw EventLogError(.cannotWrite, message: "mkdir: \(systemText(errno))", file: copy)
        }
    }
}

/// One way through a log's files.
private struct SalvagePass {
    var summary = EventLogSalvage.Summary()
    private var losses: [EventLogSalvage.Loss] = []
    private let codec = EventLogCodec()

    mutating func takeLosses() -> [EventLogSalvage.Loss] {
        defer { losses = [] }
        return losses
    }

    mutating func read(_ file: String, to copy: String?) throws(EventLogError) {
        let reader = try SegmentReader(path: file)
        var output: EventLogFile?
        summary.fileCount += 1
        while let range = try nextWhole(reader) {
            guard let entry = try decode(range, of: reader) else { continue }
            count(entry, of: reader)
            guard let copy else { continue }
            let file: EventLogFile
            if let output {
                file = output
            } else {
                let isFirst = summary.entryCount == 1
                file = try EventLogFile(
                    path: copy, header: SegmentHeader(prunedThrough: isFirst ? summary.prunedThrough : 0))
                output = file
            }
            try file.append(entry)
        }
        try output?.finish()
    }

    /// The next entry that is as it was written; nil at the end.
    private mutating func nextWhole(_ reader: SegmentReader) throws(EventLogError) -> Range<Int>? {
        while true {
            do {
                switch try reader.next() {
                case .entry(let range): return range
                case .end: return nil
                case .torn(let byteCount):
                    note(reader, byteCount, nil)
                    return nil
                }
            } catch {
                guard error.code == .corrupt else { throw error }
                note(reader, try reader.skipDamage(), error.message)
            }
        }
    }

    /// An entry that belongs where it is; nil for one that does not.
    private mutating func decode(
        _ range: Range<Int>, of reader: SegmentReader
    ) throws(EventLogError) -> LogEntry? {
        let byteCount = reader.nextOffset - reader.entryOffset
        do {
            let entry = try reader.decode(range, by: codec)
            guard let last = summary.lastSequence, entry.commitSequence <= last else { return entry }
            note(reader, byteCount, "expected a commit sequence above \(last), found \(entry.commitSequence)")
        } catch {
            guard error.code == .corrupt else { throw error }
            note(reader, byteCount, error.message)
        }
        return nil
    }

    private mutating func note(_ reader: SegmentReader, _ byteCount: Int, _ damage: String?) {
        losses.append(
            EventLogSalvage.Loss(
                file: reader.path, byteOffset: reader.entryOffset, byteCount: byteCount, damage: damage))
        if damage != nil { summary.damageCount += 1 }
    }

    private mutating func count(_ entry: LogEntry, of reader: SegmentReader) {
        summary.entryCount += 1
        if case .checked(let header)? = reader.format {
            summary.checkedEntryCount += 1
            summary.prunedThrough = max(summary.prunedThrough, header.prunedThrough)
        }
        if summary.firstSequence == nil { summary.firstSequence = entry.commitSequence }
        summary.lastSequence = entry.commitSequence
    }
}
