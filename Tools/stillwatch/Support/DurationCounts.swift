/// How often durations came, in steps of about 3 %, and the longest exactly. Constant memory.
struct DurationCounts {
    private static let stepsPerOctave = 32
    private var counts = [Int](repeating: 0, count: 64 * stepsPerOctave)
    private(set) var count = 0
    private(set) var longestNs: UInt64 = 0
    private var sumNs: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64) {
        counts[Self.step(nanoseconds)] += 1
        count += 1
        sumNs += nanoseconds
        longestNs = max(longestNs, nanoseconds)
    }

    /// The mean, µs.
    var meanUs: Double { count == 0 ? 0 : Double(sumNs) / Double(count) / 1000 }

    /// The duration that a share of all stays within, µs.
    func quantileUs(_ share: Double) -> Double {
        var left = Int((Double(count) * share).rounded(.up))
        for (step, count) in counts.enumerated() {
            left -= count
            if left <= 0 { return min(Self.upperBound(step), Double(longestNs)) / 1000 }
        }
        return Double(longestNs) / 1000
    }

    private static func step(_ nanoseconds: UInt64) -> Int {
        guard nanoseconds >= UInt64(stepsPerOctave) else { return Int(nanoseconds) }
        let octave = 63 - nanoseconds.leadingZeroBitCount
        return (octave - 4) * stepsPerOctave + Int(nanoseconds >> UInt64(octave - 5)) - stepsPerOctave
    }

    private static func upperBound(_ step: Int) -> Double {
        guard step >= stepsPerOctave else { return Double(step) }
        let octave = step / stepsPerOctave + 4
        return Double((UInt64(step % stepsPerOctave) + 33) << UInt64(octave - 5))
    }
}
