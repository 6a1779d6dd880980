internal import Glibc

/// Reads a file line by line, in memory bounded by the longest line allowed.
final class LineReader {
    let file: String
    /// The number of the line last returned, from 1.
    private(set) var line = 0
    /// Bytes of the file read so far, those waiting in the buffer included.
    private(set) var readByteCount = 0

    private let descriptor: CInt
    private var buffer = [UInt8](repeating: 0, count: EventLogLimits.lineByteCount + EventLogLimits.readByteCount)
    private var filled = 0..<0
    private var isAtEnd = false

    init(file: String) throws(JSONLinesError) {
        descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw JSONLinesError(.cannotRead, file: file, line: 0, message: "open: \(systemText(errno))")
        }
        self.file = file
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit { close(descriptor) }

    /// The next line without its end (LF or CR LF) and, at the top of the file, without a byte order mark.
    func next() throws(JSONLinesError) -> ArraySlice<UInt8>? {
        var searchedCount = 0
        while true {
            if let end = lineEnd(from: filled.lowerBound + searchedCount) {
                defer { filled = end + 1..<filled.upperBound }
                return try finish(filled.lowerBound..<end)
            }
            searchedCount = filled.count
            guard searchedCount <= EventLogLimits.lineByteCount else { throw tooLong() }
            if isAtEnd {
                guard !filled.isEmpty else { return nil }
                defer { filled = 0..<0 }
                return try finish(filled)
            }
            try fill()
        }
    }

    private func lineEnd(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            // Several times faster than a loop over the array.
            memchr(bytes.baseAddress! + start, CInt(UInt8(ascii: "\n")), filled.upperBound - start)
                .map { UnsafeRawPointer($0) - bytes.baseAddress! }
        }
    }

    private func finish(_ range: Range<Int>) throws(JSONLinesError) -> ArraySlice<UInt8> {
        guard range.count <= EventLogLimits.lineByteCount else { throw tooLong() }
        line += 1
        var bytes = Array(buffer[range])[...]
        if line == 1, bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
        if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
        return bytes
    }

    /// Moves what is left to the front and reads on behind it.
    private func fill() throws(JSONLinesError) {
        let kept = filled.count
        var received = 0
        buffer.withUnsafeMutableBytes { bytes in
            let start = bytes.baseAddress!
            memmove(start, start + filled.lowerBound, kept)
            repeat {
                received = read(descriptor, start + kept, bytes.count - kept)
            } while received < 0 && errno == EINTR
        }
        filled = 0..<kept + max(0, received)
        guard received >= 0 else {
            throw JSONLinesError(.cannotRead, file: file, line: line + 1, message: "read: \(systemText(errno))")
        }
        readByteCount += received
        isAtEnd = received == 0
    }

    private func tooLong() -> JSONLinesError {
        JSONLinesError(
            .malformedLine, file: file, line: line + 1,
            message: "expected a line of at most \(EventLogLimits.lineByteCount) bytes, found more")
    }
}
