internal import RiskCore
public import RiskWire

/// Reads events from a JSON Lines file, one at a time. Blank lines are passed over. Not for several threads at once.
public final class JSONLinesReader {
    /// The number of the line last read, from 1.
    public var line: Int { lines.line }
    /// Bytes of the file read so far, for showing progress.
    public var readByteCount: Int { lines.readByteCount }
    /// How often each unknown field or word was left out, by path.
    public private(set) var dropped: [String: Int] = [:]

    private let lines: LineReader
    private let isLenient: Bool

    /// Opens a file.
    ///
    /// - Parameter isLenient: Leave unknown fields and words out and count them instead of refusing them.
    public init(path: String, isLenient: Bool = false) throws(JSONLinesError) {
        lines = try LineReader(file: path)
        self.isLenient = isLenient
    }

    /// The next event; nil at the end of the file.
    public func next() throws(JSONLinesError) -> IncomingEvent? {
        while let line = try lines.next() {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
            do throws(FieldError) {
                let decoded = try EventJSON.decode(line, isLenient: isLenient)
                for path in decoded.dropped { dropped[path, default: 0] += 1 }
                return decoded.event
            } catch {
                throw JSONLinesError(error, file: lines.file, line: lines.line)
            }
        }
        return nil
    }
}
