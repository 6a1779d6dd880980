internal import Glibc

/// Reads the entries of one segment file front to back, as bytes, in memory bounded by the largest entry.
final class SegmentReader {
    /// What stands next in the file.
    enum Frame {
        /// A whole entry with its length prefix: a range of ``buffer``, valid until the next call.
        case entry(Range<Int>)
        /// The file ends here.
        case end
        /// The file ends within an entry, or in nothing but zeros: what a crash leaves of an unfinished write.
        case torn(byteCount: Int)
    }

    let path: String
    /// Size of the file when it was opened or found to have grown.
    let byteCount: Int
    /// Where the entry last returned starts, or what was wrong stands.
    private(set) var entryOffset = 0
    private(set) var buffer = [UInt8](repeating: 0, count: EventLogLimits.readByteCount)

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
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Opens a segment behind some of its entries.
    convenience init(path: String, from offset: Int) throws(EventLogError) {
        try self.init(path: path)
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw Self.failure("lseek", path) }
        nextOffset = offset
    }

    deinit { close(descriptor) }

    /// The next entry. After ``Frame/end`` or ``Frame/torn(byteCount:)`` there is no more.
    func next() throws(EventLogError) -> Frame {
        entryOffset = nextOffset
        guard try hasBuffered(1) else { return .end }
        guard let bodyLength = try bodyLength() else { return .torn(byteCount: filled.count) }
        let length = bodyLength.prefixByteCount + bodyLength.byteCount
        guard bodyLength.byteCount > 0, length <= EventLogLimits.entryByteCount else {
            if bodyLength.byteCount == 0, let zeros = try zeroCountToEnd() { return .torn(byteCount: zeros) }
            throw EventLogError(
                .corrupt,
                message: "expected the length of an entry, 1 to \(EventLogLimits.entryByteCount) bytes, "
                    + "found \(bodyLength.byteCount)",
                file: path, byteOffset: entryOffset)
        }
        guard try hasBuffered(length) else { return .torn(byteCount: filled.count) }
        let entry = filled.lowerBound..<filled.lowerBound + length
        filled = entry.upperBound..<filled.upperBound
        nextOffset += length
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

    /// How many bytes follow if all of them are zero; nil if one is not.
    private func zeroCountToEnd() throws(EventLogError) -> Int? {
        var count = 0
        while try hasBuffered(1) {
            guard buffer[filled].allSatisfy({ $0 == 0 }) else { return nil }
            count += filled.count
            filled = filled.upperBound..<filled.upperBound
        }
        return count
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
        if filled.lowerBound > 0 {
            buffer.replaceSubrange(0..<filled.count, with: Array(buffer[filled]))
            filled = 0..<filled.count
        }
        precondition(count <= buffer.count, "an entry of \(count) bytes in a buffer of \(buffer.count)")
    }

    private static func failure(_ operation: String, _ path: String) -> EventLogError {
        EventLogError(.cannotRead, message: "\(operation): \(systemText(errno))", file: path)
    }
}
