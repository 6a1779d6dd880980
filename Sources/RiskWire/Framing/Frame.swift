/// Writes frames; ``FrameScanner`` reads them.
public enum Frame {
    /// Appends a frame around a payload.
    public static func append(payload: some Collection<UInt8>, to bytes: inout [UInt8]) {
        let start = begin(in: &bytes)
        bytes.append(contentsOf: payload)
        end(at: start, in: &bytes)
    }

    /// Appends a header without a length and gives its index.
    static func begin(in bytes: inout [UInt8]) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: WireLimits.frameHeaderByteCount))
        return start
    }

    /// Fills in the length of the frame that began at `start` and reaches to the end.
    static func end(at start: Int, in bytes: inout [UInt8]) {
        let count = bytes.count - start - WireLimits.frameHeaderByteCount
        precondition(count <= Int(UInt32.max), "a frame's payload has at most 2^32 - 1 bytes, found \(count)")
        for index in 0..<4 { bytes[start + 1 + index] = UInt8(truncatingIfNeeded: count >> (24 - 8 * index)) }
    }
}
