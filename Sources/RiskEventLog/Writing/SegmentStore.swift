internal import Glibc

/// The segment that is being written, and the steps that keep it whole.
///
/// Invariant: the first ``Segment/length`` bytes of the file are whole entries. Belongs to the writer's thread.
struct SegmentStore {
    struct Segment {
        var descriptor: CInt
        var path: String
        /// Bytes of whole entries.
        var length: Int
        /// Bytes known to be on the disk.
        var syncedLength: Int
        /// Whether bytes beyond ``length`` may be in the file, to be cut before the next write.
        var isTorn = false
        /// Whether the file's name is known to be on the disk.
        var hasDurableName = true
    }

    private(set) var segment: Segment?
    private let directory: String
    private let segmentByteLimit: Int
    private let fileSystem: LogFileSystem

    init(directory: String, segmentByteLimit: Int, fileSystem: LogFileSystem, segment: Segment?) {
        self.directory = directory
        self.segmentByteLimit = segmentByteLimit
        self.fileSystem = fileSystem
        self.segment = segment
    }

    /// Whether bytes were written that are not known to be on the disk.
    var isDirty: Bool { segment.map { $0.length > $0.syncedLength || !$0.hasDurableName } ?? false }

    /// Whether an entry may still go into this segment; an empty one takes an entry of any size.
    func hasRoom(forEntryOf byteCount: Int) -> Bool { segment.map { $0.length == 0 || byteCount <= room } ?? false }

    /// Bytes until the segment is full; below 0 if its one entry is larger than the limit.
    var room: Int { segmentByteLimit - (segment?.length ?? 0) }

    /// Ends the segment, which has to be synced, and starts the next. False if there was none to end.
    mutating func rotate(firstSequence: UInt64) throws(SystemFailure) -> Bool {
        precondition(!isDirty, "rotation before sync")
        let hadSegment = segment != nil
        if let descriptor = segment?.descriptor {
            fileSystem.close(descriptor)
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
            while writtenByteCount < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[writtenByteCount...])
                let count = try fileSystem.write(segment!.descriptor, rest)
                // Zero would otherwise be tried again for ever.
                guard count > 0 else { throw SystemFailure(operation: "write", number: EIO) }
                writtenByteCount += count
            }
        } catch {
            failure = error
        }
        let whole = ends.prefix { $0 <= writtenByteCount }
        let wholeByteCount = whole.last ?? 0
        segment!.length += wholeByteCount
        if wholeByteCount < writtenByteCount { segment!.isTorn = true }
        return (whole.count, failure)
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
        segment = nil
    }

    private mutating func repair() throws(SystemFailure) {
        guard let current = segment, current.isTorn else { return }
        try fileSystem.truncate(current.descriptor, current.length)
        segment?.isTorn = false
    }
}
