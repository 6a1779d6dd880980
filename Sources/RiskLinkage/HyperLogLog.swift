/// How many different members were added, within a few per cent, in 1 KiB however many there are; without that for the
/// first few, since most sketches never get further.
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

    /// So many registers that are not 0 are kept one by one.
    private static let fewLimit = 16

    /// Registers that are not 0 while they are few: each its number × 64 + its value.
    private var few = InlineArray<16, UInt16>(repeating: 0)
    private var fewCount: UInt8 = 0
    /// All registers once they are no longer few; empty before.
    private var registers: [UInt8] = []
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
        let old = value(of: register)
        guard rank > old else { return false }
        set(register, to: rank)
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
        return rank <= value(of: register)
    }

    private func value(of register: Int) -> UInt8 {
        if !registers.isEmpty { return registers[register] }
        return fewPlace(of: register).map { UInt8(few[$0] & 63) } ?? 0
    }

    private func fewPlace(of register: Int) -> Int? {
        for place in 0..<Int(fewCount) where Int(few[place] >> 6) == register { return place }
        return nil
    }

    private mutating func set(_ register: Int, to rank: UInt8) {
        if registers.isEmpty {
            let place = fewPlace(of: register) ?? Int(fewCount)
            if place < Self.fewLimit {
                few[place] = UInt16(register << 6) | UInt16(rank)
                fewCount = max(fewCount, UInt8(place + 1))
                return
            }
            registers = Array(repeating: 0, count: Self.registerCount)
            for place in few.indices { registers[Int(few[place] >> 6)] = UInt8(few[place] & 63) }
        }
        registers[register] = rank
    }

    private static func place(of hash: UInt64) -> (register: Int, rank: UInt8) {
        let rest = hash << UInt64(precision)
        return (Int(hash >> UInt64(64 - precision)), UInt8(min(rest.leadingZeroBitCount + 1, largestRank)))
    }

    private func currentEstimate() -> Double {
        let count = Double(Self.registerCount)
        var sum = count * Self.saturationTerm(1 - Double(histogram[Self.largestRank]) / count)
        for rank in stride(from: Self.largestRank - 1, through: 1, by: -1) where sum != 0 || histogram[rank] != 0 {
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
