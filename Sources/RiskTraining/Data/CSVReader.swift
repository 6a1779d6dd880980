internal import Crypto
internal import Glibc

/// Reads a CSV file row by row (RFC 4180: quotes, doubled quotes, line breaks in quotes, LF or CRLF).
///
/// Our own, since SwiftCSV keeps the whole file and every cell as a String, which makes a table of a few million cells
/// cost gigabytes. A byte order mark is skipped. A line without a single byte is skipped unless rows have one cell.
struct CSVReader: ~Copyable {
    /// What a file may have at most.
    enum Limits {
        /// Bytes of one row; keeps a quote that is never closed from swallowing the file.
        static let rowByteCount = 16 << 20
        /// Bytes read at once.
        static let chunkByteCount = 1 << 18
    }

    private enum State { case cellStart, plain, quoted, quoteInQuotes, carriageReturn }

    private let path: String
    private let descriptor: Int32
    private let fileByteCount: Int
    private var buffer: [UInt8]
    private var position = 0
    private var filled = 0
    private var readByteCount = 0
    private var line = 1
    private var openQuoteLine = 1
    private var hash = SHA256()

    /// Cells of the rows so far; 0 before the first.
    private(set) var columnCount = 0

    /// - Throws: ``TrainingError`` with code `unreadable`.
    init(path: String) throws(TrainingError) {
        self.init(path: path, descriptor: try Self.open(path))
    }

    private init(path: String, descriptor: Int32) {
        var status = stat()
        self.fileByteCount = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        self.path = path
        self.descriptor = descriptor
        self.buffer = Array(repeating: 0, count: Limits.chunkByteCount)
    }

    private static func open(_ path: String) throws(TrainingError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TrainingError(.unreadable, "\(path): cannot open: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    deinit { close(descriptor) }

    /// How much of the file has been read, 0 to 1.
    var fraction: Double { fileByteCount > 0 ? min(1, Double(readByteCount) / Double(fileByteCount)) : 1 }

    /// SHA-256 of the bytes read so far; of the whole file once ``next(_:)`` has answered false.
    func digest() -> [UInt8] { Array(hash.finalize()) }

    /// An error at a line of this file.
    func error(_ code: TrainingError.Code, line: Int, _ message: String) -> TrainingError {
        TrainingError(code, "\(path): line \(line): \(message)")
    }

    /// Reads the next row.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: ``TrainingError`` for what is not CSV, a row of another length than the first, or a read error.
    mutating func next(_ row: inout CSVRow) throws(TrainingError) -> Bool {
        while try readRecord(&row) {
            let isBlank = row.cellCount == 1 && row.isEmpty(0)
            if isBlank && columnCount != 1 { continue }
            if columnCount == 0 { columnCount = row.cellCount }
            guard row.cellCount == columnCount else {
                throw error(.raggedRow, line: row.line, "expected \(columnCount) cells, found \(row.cellCount)")
            }
            return true
        }
        return false
    }

    private mutating func readRecord(_ row: inout CSVRow) throws(TrainingError) -> Bool {
        if readByteCount == 0 {
            try fill()
            if filled >= 3, buffer[..<3] == [0xEF, 0xBB, 0xBF] { position = 3 }
        }
        row.begin(line: line)
        var state = State.cellStart
        while true {
            if position == filled {
                try fill()
                if filled == 0 { return try finish(&row, state) }
            }
            if try step(&row, &state) { return true }
            guard row.bytes.count <= Limits.rowByteCount else {
                throw error(
                    .tooLarge, line: row.line, "expected a row of at most \(Limits.rowByteCount) bytes, found more")
            }
        }
    }

    /// Takes one byte, or a run of plain ones; true at the end of a row.
    private mutating func step(_ row: inout CSVRow, _ state: inout State) throws(TrainingError) -> Bool {
        switch state {
        case .cellStart where buffer[position] == UInt8(ascii: "\""):
            state = .quoted
            openQuoteLine = line
            position += 1
        case .cellStart, .plain:
            takeRun(into: &row) { $0 > UInt8(ascii: ",") || $0 == UInt8(ascii: " ") || Self.isOrdinary($0) }
            if position < filled { return try takeDelimiter(&row, &state) }
            state = .plain
        case .quoted:
            takeRun(into: &row) { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\n") && $0 != 0 }
            if position < filled { try takeInQuotes(&row, &state) }
        case .quoteInQuotes:
            if buffer[position] == UInt8(ascii: "\"") {
                row.append(UInt8(ascii: "\""))
                position += 1
                state = .quoted
            } else {
                return try takeDelimiter(&row, &state)
            }
        case .carriageReturn:
            guard buffer[position] == UInt8(ascii: "\n") else {
                throw error(.malformed, line: line, "expected a line feed after the carriage return")
            }
            return try takeDelimiter(&row, &state)
        }
        return false
    }

    private static func isOrdinary(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r")
            && byte != UInt8(ascii: "\"") && byte != 0
    }

    private mutating func takeRun(into row: inout CSVRow, while belongs: (UInt8) -> Bool) {
        let start = position
        while position < filled, belongs(buffer[position]) { position += 1 }
        if position > start { row.append(buffer[start..<position]) }
    }

    /// A byte that is not part of a run outside quotes.
    private mutating func takeDelimiter(_ row: inout CSVRow, _ state: inout State) throws(TrainingError) -> Bool {
        let byte = buffer[position]
        position += 1
        switch byte {
        case UInt8(ascii: ","):
            row.endCell()
            state = .cellStart
            return false
        case UInt8(ascii: "\r"):
            state = .carriageReturn
            return false
        case UInt8(ascii: "\n"):
            row.endCell()
            line += 1
            return true
        case UInt8(ascii: "\""):
            throw error(.malformed, line: line, "expected no quote inside a cell that does not start with one")
        case 0:
            throw error(.malformed, line: line, "expected text, found a NUL byte")
        default:
            throw error(.malformed, line: line, "expected a comma or the end of the line after a closing quote")
        }
    }

    /// A quote, line break or NUL inside quotes.
    private mutating func takeInQuotes(_ row: inout CSVRow, _ state: inout State) throws(TrainingError) {
        let byte = buffer[position]
        guard byte != 0 else { throw error(.malformed, line: line, "expected text, found a NUL byte") }
        position += 1
        if byte == UInt8(ascii: "\"") {
            state = .quoteInQuotes
        } else {
            row.append(byte)
            line += 1
        }
    }

    /// The end of the file is the end of the last row.
    private func finish(_ row: inout CSVRow, _ state: State) throws(TrainingError) -> Bool {
        switch state {
        case .quoted:
            throw error(.malformed, line: openQuoteLine, "expected a closing quote, found the end of the file")
        case .carriageReturn:
            throw error(.malformed, line: line, "expected a line feed after the carriage return")
        case .cellStart where row.cellCount == 0:
            return false
        case .cellStart, .plain, .quoteInQuotes:
            row.endCell()
            return true
        }
    }

    private mutating func fill() throws(TrainingError) {
        var count: Int
        repeat {
            count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            throw TrainingError(.unreadable, "\(path): cannot read: \(String(cString: strerror(errno)))")
        }
        position = 0
        filled = count
        readByteCount += count
        buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}
