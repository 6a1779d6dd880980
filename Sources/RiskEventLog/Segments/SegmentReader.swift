internal import Glibc

/// Reads the entries of one segment file front to back, as bytes, in memory bounded by the largest entry.
final class SegmentReader {
    /// What stands next in the file.
    enum Frame {
        /// A whole entry: a range of ``buffer``, valid until the next call.
        case entry(Range<Int>)
        /// The file ends here.
        case end
        /// The file ends within an entry, or in nothing but zeros: what a crash leaves of an unfinished write.
        case torn(byteCount: Int)
    }

    /// How entries are told apart.
    enum Format: Equatable {
        /// Version 1: each stands behind its length as a varint.
        case bare
        /// Version 2: each stands behind an ``EntryHead``.
        case checked(SegmentHeader)
    }

    /// Where a reader stands in a file.
    struct Place: Sendable {
        fileprivate var offset: Int
        fileprivate var entryNumber: Int
        fileprivate var format: Format?
    }

    let path: String
    /// Size of the file when it was opened or found to have grown.
    let byteCount: Int
    /// Where the entry last returned starts, or what was wrong stands.
    private(set) var entryOffset = 0
    /// Which entry of the file that is, from 1.
    private(set) var entryNumber = 0
    private(set) var buffer: [UInt8]
    /// Nil before the first entry was asked for.
    private(set) var format: Format?

    private let descriptor: CInt
    private var filled = 0..<0
    /// Where the next entry starts.
    private(set) var nextOffset = 0

    init(path: String) throws(EventLogError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = Self.failure("fstat", path)
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
        buffer = [UInt8](repeating: 0, count: min(byteCount, EventLogLimits.readByteCount))
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Opens a segment behind some of its entries.
    convenience init(path: String, at place: Place) throws(EventLogError) {
        try self.init(path: path)
        guard lseek(descriptor, off_t(place.offset), SEEK_SET) >= 0 else { throw Self.failure("lseek", path) }
        (nextOffset, entryNumber, format) = (place.offset, place.entryNumber, place.format)
    }

    deinit { close(descriptor) }

    /// Where the next entry is.
    var place: Place { Place(offset: nextOffset, entryNumber: entryNumber, format: format) }

    /// The file's header; nil for a file of version 1 or one that has none yet. Before anything else is read.
    func header() throws(EventLogError) -> SegmentHeader? {
        if format == nil { _ = try readHeader() }
        guard case .checked(let header)? = format else { return nil }
        return header
    }

    /// The next entry. After ``Frame/end`` or ``Frame/torn(byteCount:)`` there is no more.
    ///
    /// - Throws: For damage; ``skipDamage()`` goes on behind it.
    func next() throws(EventLogError) -> Frame {
        entryOffset = nextOffset
        if format == nil, let end = try readHeader() { return end }
        entryOffset = nextOffset
        guard try hasBuffered(1) else { return .end }
        entryNumber += 1
        return format == .bare ? try nextBare() : try nextChecked()
    }

    /// Makes out the file's format; how it ends if that is before its first entry.
    private func readHeader() throws(EventLogError) -> Frame? {
        _ = try hasBuffered(SegmentHeader.byteCount)
        switch SegmentHeader.read(buffer[filled]) {
        case .header(let header):
            format = .checked(header)
            advance(SegmentHeader.byteCount)
            return nil
        case .bare:
            format = .bare
            return nil
        case .unfinished:
            if filled.isEmpty { return .end }
            if filled.count < SegmentHeader.byteCount { return .torn(byteCount: filled.count) }
            if let zeros = try zeroCountToEnd() { return .torn(byteCount: zeros) }
            throw damage("expected a header, found zeros")
        case .damaged(let message):
            throw damage(message)
        case .newer(let version):
            throw EventLogError(
                .unsupported, message: "expected a file of version 1 or \(SegmentHeader.version), found \(version)",
                file: path, byteOffset: 0)
        }
    }

    private func nextChecked() throws(EventLogError) -> Frame {
        guard try hasBuffered(EntryHead.byteCount) else { return .torn(byteCount: filled.count) }
        let head = bufferedHead()
        guard head.isSound else {
            if let zeros = try zeroCountToEnd() { return .torn(byteCount: zeros) }
            throw damage(
                "expected the head of an entry with checksum \(checksumText(head.expected)), "
                    + "found \(checksumText(head.found))")
        }
        guard head.hasValidLength else {
            throw damage("expected an entry of 1 to \(EventLogLimits.entryByteCount) bytes, found \(head.length)")
        }
        guard try hasBuffered(EntryHead.byteCount + head.length) else { return .torn(byteCount: filled.count) }
        let entry = bufferedEntry(head)
        let found = checksum(of: entry)
        guard head.checksum == found else {
            throw damage(
                "expected an entry with checksum \(checksumText(head.checksum)), found \(checksumText(found))")
        }
        advance(EntryHead.byteCount + entry.count)
        return .entry(entry)
    }

    private func nextBare() throws(EventLogError) -> Frame {
        guard let bodyLength = try bodyLength() else { return .torn(byteCount: filled.count) }
        guard (1...EventLogLimits.entryByteCount).contains(bodyLength.byteCount) else {
            if bodyLength.byteCount == 0, let zeros = try zeroCountToEnd() { return .torn(byteCount: zeros) }
            throw damage(
                "expected the length of an entry, 1 to \(EventLogLimits.entryByteCount) bytes, "
                    + "found \(bodyLength.byteCount)")
        }
        let length = bodyLength.prefixByteCount + bodyLength.byteCount
        guard try hasBuffered(length) else { return .torn(byteCount: filled.count) }
        let entry = filled.lowerBound + bodyLength.prefixByteCount..<filled.lowerBound + length
        advance(length)
        return .entry(entry)
    }

    /// The varint before an entry; nil if the file ends within it.
    private func bodyLength() throws(EventLogError) -> (byteCount: Int, prefixByteCount: Int)? {
        // Three bytes would do for the limit; ten is what a varint may have.
        var value: UInt64 = 0
        for index in 0..<10 {
            guard try hasBuffered(index + 1) else { return nil }
            let byte = buffer[filled.lowerBound + index]
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte < 0x80 { return (Int(clamping: value), index + 1) }
        }
        return (.max / 2, 10)
    }

    // MARK: - Behind damage

    /// After ``next()`` threw for damage: goes on to where the next entry starts, as far as that can be known.
    ///
    /// - Returns: The bytes that were passed over.
    func skipDamage() throws(EventLogError) -> Int {
        switch format {
        case nil:
            // A damaged header; what its place in the commit order was is lost, the entries are not.
            format = .checked(SegmentHeader())
            advance(min(SegmentHeader.byteCount, filled.count))
        case .bare?:
            while try hasBuffered(1) { advance(filled.count) }
        case .checked?:
            let head = bufferedHead()
            if head.isSound, head.hasValidLength {
                advance(EntryHead.byteCount + head.length)
            } else {
                repeat { advance(1) } while try !isAtEntryOrEnd()
            }
        }
        return nextOffset - entryOffset
    }

    /// Whether a whole and sound entry starts here, or nothing does any more.
    private func isAtEntryOrEnd() throws(EventLogError) -> Bool {
        guard try hasBuffered(EntryHead.byteCount) else {
            advance(filled.count)
            return true
        }
        let head = bufferedHead()
        guard head.isSound, head.hasValidLength, try hasBuffered(EntryHead.byteCount + head.length) else {
            return false
        }
        return checksum(of: bufferedEntry(head)) == head.checksum
    }

    // MARK: - The buffer

    /// The head that stands next, which has to be in the buffer.
    private func bufferedHead() -> EntryHead {
        buffer.withUnsafeBytes { EntryHead(UnsafeRawBufferPointer(rebasing: $0[filled].prefix(EntryHead.byteCount))) }
    }

    /// The entry behind it.
    private func bufferedEntry(_ head: EntryHead) -> Range<Int> {
        let start = filled.lowerBound + EntryHead.byteCount
        return start..<start + head.length
    }

    private func checksum(of entry: Range<Int>) -> UInt32 {
        buffer.withUnsafeBytes { CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: $0[entry])) }
    }

    private func advance(_ count: Int) {
        filled = filled.lowerBound + count..<filled.upperBound
        nextOffset += count
    }

    private func damage(_ message: String) -> EventLogError {
        EventLogError(
            .corrupt, message: message, file: path, byteOffset: entryOffset,
            entryNumber: entryNumber == 0 ? nil : entryNumber)
    }

    /// How many bytes follow if all of them are zero; nil if one is not. Reads ahead, past the buffer.
    private func zeroCountToEnd() throws(EventLogError) -> Int? {
        let entryStart = entryOffset
        guard buffer[filled].allSatisfy({ $0 == 0 }) else { return nil }
        var count = filled.count
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let received = part.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(entryStart + count))
            }
            if received < 0, errno == EINTR { continue }
            guard received >= 0 else { throw Self.failure("read", path) }
            if received == 0 { return count }
            guard part[..<received].allSatisfy({ $0 == 0 }) else { return nil }
            count += received
        }
    }

    /// Makes sure that this many bytes are in the buffer; false if the file has no more.
    private func hasBuffered(_ count: Int) throws(EventLogError) -> Bool {
        guard filled.count < count else { return true }
        compact(toHold: count)
        while filled.count < count {
            let end = filled.upperBound
            let received = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + end, $0.count - end) }
            if received < 0, errno == EINTR { continue }
            guard received >= 0 else { throw Self.failure("read", path) }
            guard received > 0 else { return false }
            filled = filled.lowerBound..<end + received
        }
        return true
    }

    private func compact(toHold count: Int) {
        precondition(count <= EventLogLimits.readByteCount, "an entry of \(count) bytes")
        if count > buffer.count {
            // The file ends before that or has grown since it was opened.
            var larger = [UInt8](repeating: 0, count: EventLogLimits.readByteCount)
            larger.replaceSubrange(0..<filled.count, with: buffer[filled])
            buffer = larger
        } else if filled.lowerBound > 0 {
            buffer.replaceSubrange(0..<filled.count, with: Array(buffer[filled]))
        }
        filled = 0..<filled.count
    }

    private static func failure(_ operation: String, _ path: String) -> EventLogError {
        let number = errno
        let hint = operation == "open" && number == ENOENT ? "; if the log was pruned meanwhile, read it again" : ""
        return EventLogError(.cannotRead, message: "\(operation): \(systemText(number))\(hint)", file: path)
    }
}
