internal import Glibc

/// Reads a file line by line, in memory bounded by the longest line allowed.
final class LineReader {
    let file: String
    /// The number of the line last returned, from 1.
    private(set) var line = 0
    /// Bytes of the file read so far, those waiting in the buffer included.
    private(set) var readByteCount = 0

    private let descriptor: CInt
    private var buffer: [UInt8] = []
    private var start = 0
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
        var searchFrom = start
        while true {
            if let end = buffer[searchFrom...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return try finish(buffer[start..<end])
            }
            searchFrom = buffer.count
            guard searchFrom - start <= EventLogLimits.lineByteCount else { throw tooLong() }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return try finish(buffer[start...])
            }
            searchFrom -= start
            try fill()
        }
    }

    private func finish(_ bytes: ArraySlice<UInt8>) throws(JSONLinesError) -> ArraySlice<UInt8> {
        guard bytes.count <= EventLogLimits.lineByteCount else { throw tooLong() }
        line += 1
        var bytes = bytes
        if line == 1, bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
        if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
        return bytes
    }

    /// Moves what is left to the front and reads on behind it.
    private func fill() throws(JSONLinesError) {
        buffer.removeFirst(start)
        start = 0
        let kept = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: EventLogLimits.readByteCount))
        var received: Int
        repeat {
            received = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + kept, $0.count - kept) }
        } while received < 0 && errno == EINTR
        guard received >= 0 else {
            throw JSONLinesError(.cannotRead, file: file, line: line + 1, message: "read: \(systemText(errno))")
        }
        buffer.removeLast(buffer.count - kept - received)
        readByteCount += received
        isAtEnd = received == 0
    }

    private func tooLong() -> JSONLinesError {
        JSONLinesError(
            .malformedLine, file: file, line: line + 1,
            message: "expected a line of at most \(EventLogLimits.lineByteCount) bytes, found more")
    }
}
