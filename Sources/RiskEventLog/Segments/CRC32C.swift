/// CRC-32C (Castagnoli), the checksum of the log: finds every flip of up to three bits and every burst of up to 32
/// in an entry of up to 255 MiB.
///
/// Reflected polynomial 0x82F63B78, all ones before and after, as in RFC 3720 (iSCSI). Eight bytes a step from eight
/// tables (Kounavis and Berry, "slicing-by-8", 2005).
enum CRC32C {
    private static let polynomial: UInt32 = 0x82F6_3B78

    /// Table `k`, entry `b`: what byte `b` with `k` zero bytes behind it leaves of the checksum.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            tables[byte] = (0..<8).reduce(UInt32(byte)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ polynomial
            }
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xff)]
        }
        return tables
    }()

    /// The checksum of some bytes.
    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var value = ~UInt32(0)
            var offset = 0
            while bytes.count - offset >= 8 {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let mixed = word ^ UInt64(value)
                // Two halves, so that the processor need not wait for one sum after the other.
                let first =
                    tables[0x700 + Int(mixed & 0xff)] ^ tables[0x600 + Int(mixed >> 8 & 0xff)]
                    ^ tables[0x500 + Int(mixed >> 16 & 0xff)] ^ tables[0x400 + Int(mixed >> 24 & 0xff)]
                let second =
                    tables[0x300 + Int(mixed >> 32 & 0xff)] ^ tables[0x200 + Int(mixed >> 40 & 0xff)]
                    ^ tables[0x100 + Int(mixed >> 48 & 0xff)] ^ tables[Int(mixed >> 56)]
                value = first ^ second
                offset += 8
            }
            while offset < bytes.count {
                value = value >> 8 ^ tables[Int((value ^ UInt32(bytes[offset])) & 0xff)]
                offset += 1
            }
            return ~value
        }
    }

    /// The checksum of an array.
    static func checksum(of bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum(of: $0) } }
}
