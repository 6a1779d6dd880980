/// How many different members were added, within a few per cent, in 1 KiB however many there are.
///
/// 1,024 registers, each the longest run of leading zeros among the hashes that chose it (Flajolet et al. 2007:
/// "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm"). The estimate is Ertl's ("New
/// cardinality estimation algorithms for HyperLogLog sketches", 2017, algorithm 6): free of bias from one member on,
/// without the tables of Heule et al. (2013). It never falls, and adding a member again changes nothing.
///
/// The estimate depends on the hashes, so they have to be the same in every process: ``StableHash``.
struct HyperLogLog: Sendable {
    /// One standard deviation of the estimate, as a share of the true number.
    static let standardError = 1.04 / 32

    private static let precision = 10
    private static let registerCount = 1 << precision
    /// The largest value of a register: all remaining bits are zero.
    private static let largestRank = 64 - precision + 1

    private var registers = [UInt8](repeating: 0, count: registerCount)
    /// How many registers have each value.
    private var histogram = InlineArray<56, UInt16>(repeating: 0)
    /// The estimate as it was remembered last; NaN once that is outdated.
    private var lastEstimate = 0.0

    init() {
        histogram[0] = UInt16(Self.registerCount)
    }

    /// Adds a member by its hash; whether the estimate changed.
    @discardableResult
    mutating func add(_ hash: UInt64) -> Bool {
        let (register, rank) = Self.place(of: hash)
        let old = registers[register]
        guard rank > old else { return false }
        registers[register] = rank
        histogram[Int(old)] -= 1
        histogram[Int(rank)] += 1
        lastEstimate = .nan
        return true
    }

    /// How many different members were added, about; at most about 0.1 µs.
    var estimate: Double { lastEstimate.isNaN ? currentEstimate() : lastEstimate }

    /// Works the estimate out once for all that ask before the next change.
    mutating func rememberEstimate() { lastEstimate = estimate }

    /// Whether a member can have been added before. Always true for one that was; mostly true for others once many are
    /// in.
    func mayContain(_ hash: UInt64) -> Bool {
        let (register, rank) = Self.place(of: hash)
        return rank <= registers[register]
    }

    private static func place(of hash: UInt64) -> (register: Int, rank: UInt8) {
        let rest = hash << UInt64(precision)
        return (Int(hash >> UInt64(64 - precision)), UInt8(min(rest.leadingZeroBitCount + 1, largestRank)))
    }

    private func currentEstimate() -> Double {
        let count = Double(Self.registerCount)
        var sum = count * Self.saturationTerm(1 - Double(histogram[Self.largestRank]) / count)
        for rank in stride(from: Self.largestRank - 1, through: 1, by: -1) {
            sum = 0.5 * (sum + Double(histogram[rank]))
        }
        sum += count * Self.emptinessTerm(Double(histogram[0]) / count)
        // 1 / (2 ln 2), so that no C library has a say.
        return 0.721_347_520_444_481_7 * count * count / sum
    }

    /// Ertl's σ: what registers without any member stand for.
    private static func emptinessTerm(_ share: Double) -> Double {
        if share == 1 { return .infinity }
        var (power, weight, sum) = (share, 1.0, share)
        while true {
            power *= power
            let before = sum
            sum += power * weight
            weight += weight
            if sum == before { return sum }
        }
    }

    /// Ertl's τ: what registers at their largest value stand for.
    private static func saturationTerm(_ share: Double) -> Double {
        if share == 0 || share == 1 { return 0 }
        var (root, weight, sum) = (share, 1.0, 1 - share)
        while true {
            root = root.squareRoot()
            let before = sum
            weight *= 0.5
            sum -= (1 - root) * (1 - root) * weight
            if sum == before { return sum / 3 }
        }
    }
}
