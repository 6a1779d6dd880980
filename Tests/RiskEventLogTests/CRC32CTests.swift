import TestSupport
import Testing

@testable import RiskEventLog

@Suite struct CRC32CTests {
    /// The examples of RFC 3720, B.4, and the check value of the catalogue of CRC algorithms.
    @Test func knownValues() {
        #expect(CRC32C.checksum(of: []) == 0)
        #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xe306_9283)
        #expect(CRC32C.checksum(of: [UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(CRC32C.checksum(of: [UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(CRC32C.checksum(of: Array(0..<32)) == 0x46dd_794e)
        #expect(CRC32C.checksum(of: Array((0..<32).reversed())) == 0x113f_db5c)
    }

    /// One bit at a time, as the definition has it.
    @Test func sameAsTheDefinitionAtEveryLengthAndStart() {
        var generator = SeededGenerator(seed: 1)
        let bytes = (0..<80).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        for start in 0..<9 {
            for end in start...bytes.count {
                let part = Array(bytes[start..<end])
                var value = ~UInt32(0)
                for byte in part {
                    for bit in 0..<8 {
                        let isSet = (value ^ UInt32(byte >> bit)) & 1 == 1
                        value = isSet ? value >> 1 ^ 0x82f6_3b78 : value >> 1
                    }
                }
                let found = bytes.withUnsafeBytes {
                    CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: $0[start..<end]))
                }
                #expect(found == ~value, "bytes \(start) to \(end)")
            }
        }
    }
}
