/// What stands before each entry of a segment of version 2, 12 bytes, numbers with their lowest byte first:
///
///     0  UInt32   bytes of the entry, 1 to 1 MiB
///     4  UInt32   CRC-32C of the entry
///     8  UInt32   CRC-32C of the 8 bytes before
///
/// The head has a checksum of its own so that a damaged length at the end of a file is not taken for an entry that a
/// crash cut short, and so that damage in one entry does not hide where the next one starts.
struct EntryHead {
    static let byteCount = 12

    /// Bytes of the entry.
    let length: Int
    /// The entry's checksum.
    let checksum: UInt32
    /// The head's own checksum as it stands there.
    let expected: UInt32
    /// The head's own checksum as it comes out.
    let found: UInt32

    /// Reads the first bytes of a frame.
    init(_ frame: UnsafeRawBufferPointer) {
        length = Int(UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: 0, as: UInt32.self)))
        checksum = UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        expected = UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        found = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: frame[..<8]))
    }

    /// Whether it is as it was written.
    var isSound: Bool { expected == found }

    /// Whether an entry may be as long as it says.
    var hasValidLength: Bool { (1...EventLogLimits.entryByteCount).contains(length) }

    /// Writes the head of the entry that stands behind it.
    static func seal(_ frame: UnsafeMutableRawBufferPointer) {
        let entry = UnsafeRawBufferPointer(rebasing: frame[byteCount...])
        frame.storeBytes(of: UInt32(entry.count).littleEndian, toByteOffset: 0, as: UInt32.self)
        frame.storeBytes(of: CRC32C.checksum(of: entry).littleEndian, toByteOffset: 4, as: UInt32.self)
        let own = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: frame[..<8]))
        frame.storeBytes(of: own.littleEndian, toByteOffset: 8, as: UInt32.self)
    }

    /// Lays an entry behind its head.
    static func framed(_ entry: [UInt8]) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: byteCount) + entry
        frame.withUnsafeMutableBytes { seal($0) }
        return frame
    }
}
