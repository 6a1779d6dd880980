internal import Glibc

/// Seeded random draws: SplitMix64, and the distributions of the world's parameters on top of it.
///
/// Every account, segment and campaign has a stream of its own, so that what one draws never moves another's.
struct RandomStream: Sendable {
    private(set) var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalised(state)
    }

    /// Above 0 and below 1.
    mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    /// From the lower bound to the upper.
    mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    /// A whole number below the bound, which is at least 1.
    mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }

    /// Whether something of this probability happens.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// An index, as probable as its weight.
    mutating func choice(_ weights: [Double]) -> Int {
        var total = 0.0
        for weight in weights { total += weight }
        var rest = unit() * total
        for index in weights.indices {
            rest -= weights[index]
            if rest < 0 { return index }
        }
        return weights.count - 1
    }
}

/// The last step of SplitMix64: every bit of the input moves every bit of the output.
func finalised(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}

/// One number out of two that depends on their order.
func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
    finalised(finalised(first &+ 0x9E37_79B9_7F4A_7C15) ^ (second &* 0xD6E8_FEB8_6659_FD93))
}

/// A hash as a number from 0 to below 1.
func unitHash(_ value: UInt64) -> Double { Double(finalised(value) >> 11) * 0x1p-53 }
