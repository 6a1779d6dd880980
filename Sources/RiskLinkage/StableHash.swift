internal import RiskCore

/// 64-bit hashes of references that are the same in every process, for sketches, whose estimates depend on them.
///
/// FNV-1a over the bytes, then the finishing steps of SplitMix64 so that every bit depends on every byte. No keyed
/// hash: who could choose references could aim for a register. They are keyed hashes of the caller or of this service,
/// so whoever registers accounts cannot choose them.
enum StableHash {
    private static let seed: UInt64 = 0x5354_494C_4C57_4154

    static func hash(_ reference: Reference) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
        hash = (hash ^ UInt64(reference.namespace.rawValue)) &* 0x0000_0100_0000_01B3
        for byte in reference.bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }
}
