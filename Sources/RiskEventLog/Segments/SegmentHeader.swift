internal import RiskCore

/// What a segment file begins with, 24 bytes, numbers with their lowest byte first:
///
///     0  8 bytes  00 53 57 4C 4F 47 0D 0A
///     8  UInt32   version, 2
///    12  UInt64   pruned through: earlier entries went with pruning, but for the labels in this file; 0: none did
///    20  UInt32   CRC-32C of the 20 bytes before
///
/// A file of version 1 (until 0.4.0) has no header and starts with the length of an entry, which is never 0. Every
/// later version keeps these 24 bytes, so that this program can say what it found.
struct SegmentHeader: Equatable, Sendable {
    /// What a file's first bytes say.
    enum Reading: Equatable {
        case header(SegmentHeader)
        /// No header: a file of version 1.
        case bare
        /// Fewer bytes than a header has, or nothing but zeros: what a crash leaves.
        case unfinished
        /// What was expected and found.
        case damaged(String)
        case newer(version: UInt32)
    }

    static let byteCount = 24
    static let version: UInt32 = 2
    private static let magic: [UInt8] = [0x00, 0x53, 0x57, 0x4c, 0x4f, 0x47, 0x0d, 0x0a]

    /// The last sequence of what was pruned; 0: nothing was.
    var prunedThrough: UInt64 = 0

    /// The header as it stands in the file.
    var bytes: [UInt8] {
        let content = Self.magic + Self.version.littleEndianBytes + prunedThrough.littleEndianBytes
        return content + CRC32C.checksum(of: content).littleEndianBytes
    }

    /// Makes out what a file is.
    ///
    /// - Parameter start: Its first bytes; fewer than ``byteCount`` only if it has no more.
    static func read(_ start: some Collection<UInt8>) -> Reading {
        let start = Array(start.prefix(byteCount))
        guard start.contains(where: { $0 != 0 }) else { return .unfinished }
        // A mark with one damaged byte makes no other kind of file of it.
        let likeness = zip(start, magic).count { $0 == $1 }
        if start[0] != 0, likeness < magic.count - 1 { return .bare }
        guard likeness == min(start.count, magic.count) else {
            return .damaged(
                "expected a header with the mark \(hexadecimal(magic)), found \(hexadecimal(start.prefix(8)))")
        }
        guard start.count == byteCount else { return .unfinished }
        let expected = UInt32(littleEndianBytes: start[20...])
        let found = CRC32C.checksum(of: Array(start[..<20]))
        guard expected == found else {
            return .damaged("expected a header with checksum \(checksumText(expected)), found \(checksumText(found))")
        }
        let version = UInt32(littleEndianBytes: start[8...])
        guard version == Self.version else { return .newer(version: version) }
        return .header(SegmentHeader(prunedThrough: UInt64(littleEndianBytes: start[12...])))
    }
}

extension FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }

    /// The number in the first bytes of a collection that has enough.
    fileprivate init(littleEndianBytes bytes: some Collection<UInt8>) {
        self = bytes.prefix(Self.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Self($1) }
    }
}

/// A checksum as messages have it: eight hexadecimal digits.
func checksumText(_ checksum: UInt32) -> String {
    hexadecimal(checksum.littleEndianBytes.reversed())
}
