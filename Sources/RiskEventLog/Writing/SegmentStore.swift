internal import Glibc

/// The segment that is being written, and the steps that keep it whole.
///
/// Invariant: the first ``Segment/length`` bytes of the file are its header and whole entries, or there are none yet.
/// Belongs to the writer's thread.
struct SegmentStore {
    struct Segment {
        var descriptor: CInt
        var path: String
        /// Bytes of the header and of whole entries.
        var length: Int
        /// Bytes known to be on the disk.
        var syncedLength: Int
        /// Whether bytes beyond ``length`` may be in the file, to be cut before the next write.
        var isTorn = false
        /// Whether the file's name is known to be on the disk.
        var hasDurableName = true
    }

    private(set) var segment: Segment?
    /// Files of the log that have ended, and their bytes. What is pruned later still counts here.
    private var ended: EventLogWriter.Footprint
    private let directory: String
    private let segmentByteLimit: Int
    private let fileSystem: LogFileSystem

    /// - Parameter ended: What the log has beside `segment`.
    init(
        directory: String, segmentByteLimit: Int, fileSystem: LogFileSystem, segment: Segment?,
        ended: EventLogWriter.Footprint = EventLogWriter.Footprint()
    ) {
        self.ended = ended
        self.directory = directory
        self.segmentByteLimit = segmentByteLimit
        self.fileSystem = fileSystem
        self.segment = segment
    }

    /// Whether bytes were written that are not known to be on the disk.
    var isDirty: Bool { segment.map { $0.length > $0.syncedLength || !$0.hasDurableName } ?? false }

    /// All files of the log.
    var footprint: EventLogWriter.Footprint {
        guard let segment else { return ended }
        return EventLogWriter.Footprint(
            segmentCount: ended.segmentCount + 1, byteCount: ended.byteCount + segment.length)
    }

    /// Whether an entry may still go into this segment; an empty one takes an entry of any size.
    func hasRoom(forEntryOf byteCount: Int) -> Bool {
        segment.map { $0.length <= SegmentHeader.byteCount || byteCount <= room } ?? false
    }

    /// Bytes until the segment is full; below 0 if its one entry is larger than the limit.
    var room: Int { segmentByteLimit - max(segment?.length ?? 0, SegmentHeader.byteCount) }

    /// Ends the segment, which has to be synced, and starts the next. False if there was none to end.
    mutating func rotate(firstSequence: UInt64) throws(SystemFailure) -> Bool {
        precondition(!isDirty, "rotation before sync")
        let hadSegment = segment != nil
        if let descriptor = segment?.descriptor {
            fileSystem.close(descriptor)
            ended = footprint
            segment = nil
        }
        let path = "\(directory)/\(SegmentName.of(firstSequence: firstSequence))"
        let descriptor = try fileSystem.create(path)
        segment = Segment(descriptor: descriptor, path: path, length: 0, syncedLength: 0, hasDurableName: false)
        return hadSegment
    }

    /// Writes entries, and says how many are in the file as a whole even if it fails on the way.
    ///
    /// - Parameter ends: Where each entry ends in `bytes`, ascending.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, ends: some RandomAccessCollection<Int>
    ) -> (entryCount: Int, failure: SystemFailure?) {
        var writtenByteCount = 0
        var failure: SystemFailure?
        do throws(SystemFailure) {
            try repair()
            if segment!.length == 0 { try writeHeader() }
            try writeAll(bytes, counting: &writtenByteCount)
        } catch {
            failure = error
        }
        let whole = ends.prefix { $0 <= writtenByteCount }
        let wholeByteCount = whole.last ?? 0
        segment!.length += wholeByteCount
        if wholeByteCount < writtenByteCount { segment!.isTorn = true }
        return (whole.count, failure)
    }

    private mutating func writeHeader() throws(SystemFailure) {
        // Whatever part of it gets into the file has to be cut off again.
        segment!.isTorn = true
        let header = SegmentHeader().bytes
        let result = header.withUnsafeBytes { bytes in
            Result { () throws(SystemFailure) in
                var writtenByteCount = 0
                try writeAll(bytes, counting: &writtenByteCount)
            }
        }
        try result.get()
        segment!.length = header.count
        segment!.isTorn = false
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer, counting count: inout Int) throws(SystemFailure) {
        while count < bytes.count {
            let written = try fileSystem.write(
                segment!.descriptor, UnsafeRawBufferPointer(rebasing: bytes[count...]))
            // Zero would otherwise be tried again for ever.
            guard written > 0 else { throw SystemFailure(operation: "write", number: EIO) }
            count += written
        }
    }

    /// Waits until everything is on the disk.
    ///
    /// After a failure the kernel may have dropped the pages and report success the next time, so all that was written
    /// since the last success counts as not written: it is cut off, and the caller has to write it again.
    mutating func sync() throws(SystemFailure) {
        guard var current = segment else { return }
        if !current.hasDurableName {
            try fileSystem.syncDirectory(directory)
            current.hasDurableName = true
            segment = current
        }
        do throws(SystemFailure) {
            try fileSystem.syncData(current.descriptor)
        } catch {
            current.isTorn = current.length > current.syncedLength
            current.length = current.syncedLength
            segment = current
            throw error
        }
        current.syncedLength = current.length
        segment = current
    }

    /// Cuts off what a failed write left, as far as that still works, and closes the file.
    mutating func close() {
        try? repair()
        if let descriptor = segment?.descriptor { fileSystem.close(descriptor) }
        ended = footprint
        segment = nil
    }

    private mutating func repair() throws(SystemFailure) {
        guard let current = segment, current.isTorn else { return }
        try fileSystem.truncate(current.descriptor, current.length)
        segment?.isTorn = false
    }
}
