/// Walks over the fields of one encoded message without reading into them.
///
/// Invariant: `position <= end <= bytes.count`; every range it gives lies within.
struct FieldCursor {
    /// One field as it stands on the wire.
    struct Field {
        var number: Int
        var wireType: WireType
        /// The value of a varint; otherwise 0.
        var value: UInt64
        /// The content: without the length for a length-delimited field.
        var content: Range<Int>
    }

    /// The wire types of proto3; groups are refused.
    enum WireType: UInt8 {
        case varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5
    }

    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        precondition(range.upperBound <= bytes.count, "bytes \(range) of \(bytes.count)")
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field; nil at the end.
    mutating func next() throws(WireFault) -> Field? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        guard tag >> 3 >= 1, tag >> 3 < 1 << 29, let wireType = WireType(rawValue: UInt8(tag & 7)) else {
            throw WireFault(.malformed("a field tag that is none", offset: start))
        }
        var field = Field(number: Int(tag >> 3), wireType: wireType, value: 0, content: position..<position)
        switch wireType {
        case .varint:
            field.value = try varint()
            field.content = field.content.lowerBound..<position
        case .fixed64: field.content = try skip(8)
        case .fixed32: field.content = try skip(4)
        case .delimited:
            let count = try varint()
            guard count <= UInt64(end - position) else {
                throw WireFault(.malformed("a length of \(count) with \(end - position) bytes left", offset: start))
            }
            field.content = try skip(Int(count))
        }
        return field
    }

    /// A varint at the position.
    mutating func varint() throws(WireFault) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw WireFault(.malformed("a varint without an end", offset: start))
    }

    private mutating func skip(_ count: Int) throws(WireFault) -> Range<Int> {
        guard count <= end - position else {
            throw WireFault(.malformed("\(end - position) bytes of \(count)", offset: position))
        }
        defer { position += count }
        return position..<position + count
    }
}
