internal import RiskWire

extension SegmentReader {
    /// The entry that ``next()`` gave the range of.
    func decode(_ range: Range<Int>, by codec: EventLogCodec) throws(EventLogError) -> LogEntry {
        try read(range) { bytes throws(LogEntryError) in try codec.decode(bytes) }
    }

    /// What stands at its top.
    func outline(_ range: Range<Int>, by codec: EventLogCodec) throws(EventLogError) -> LogEntryOutline {
        try read(range) { bytes throws(LogEntryError) in try codec.outline(bytes) }
    }

    private func read<Value>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(LogEntryError) -> Value
    ) throws(EventLogError) -> Value {
        let result = buffer.withUnsafeBytes { bytes in
            Result { () throws(LogEntryError) in try body(UnsafeRawBufferPointer(rebasing: bytes[range])) }
        }
        do {
            return try result.get()
        } catch {
            let isNewer = error.code == .unsupported
            throw EventLogError(
                isNewer ? .unsupported : .corrupt,
                message: "expected an entry, found \(isNewer ? "a newer one: " : "")\(error.message)",
                file: path, byteOffset: entryOffset, entryNumber: entryNumber)
        }
    }
}
