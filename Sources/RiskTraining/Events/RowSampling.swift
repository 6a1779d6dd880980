/// Which usage rows stay in a data set that would grow too large: a share that halves.
///
/// The choice hangs on the row's place in its log alone, so two programs that end at the same share keep the same rows,
/// and rows kept at a smaller share are among those kept at a larger one.
struct RowSampling: Equatable {
    /// The share is ½ to this power.
    private(set) var halvings = 0

    /// What share of the rows is kept.
    var share: Double { 1 / Double(1 << halvings) }
    /// How much a kept row counts.
    var weight: Double { Double(1 << halvings) }

    /// Whether it can get no smaller.
    var isExhausted: Bool { halvings == 40 }

    mutating func halve() {
        precondition(!isExhausted, "a share of ½ to the 40th cannot be halved")
        halvings += 1
    }

    /// Whether a row is kept.
    func keeps(commitSequence: UInt64) -> Bool {
        halvings == 0 || Self.draw(commitSequence) >> (64 - UInt64(halvings)) == 0
    }

    /// A number that looks random, the same for the same place.
    static func draw(_ place: UInt64) -> UInt64 {
        var generator = SplitMix64(seed: place)
        return generator.next()
    }
}

/// The 64-bit hash FNV-1a of Fowler, Noll and Vo.
func fowlerNollVo(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
