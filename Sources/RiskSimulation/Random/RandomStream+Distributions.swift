internal import Glibc

extension RandomStream {
    /// Standard normal, by Box and Muller.
    mutating func normal() -> Double {
        let radius = (-2 * log(unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    /// Log-normal by its median and the standard deviation of its logarithm.
    mutating func logNormal(median: Double, sigma: Double) -> Double { median * exp(sigma * normal()) }

    /// Exponential by its mean.
    mutating func exponential(mean: Double) -> Double { -mean * log(unit()) }

    /// Gamma of mean `shape`, after Marsaglia and Tsang (2000).
    mutating func gamma(shape: Double) -> Double {
        guard shape >= 1 else { return gamma(shape: shape + 1) * pow(unit(), 1 / shape) }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if log(unit()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }

    /// Gamma by its mean and its shape.
    mutating func gamma(mean: Double, shape: Double) -> Double { mean / shape * gamma(shape: shape) }

    /// Beta; both shapes above 0.
    mutating func beta(_ first: Double, _ second: Double) -> Double {
        let x = gamma(shape: first)
        return x / (x + gamma(shape: second))
    }

    /// Poisson; above 40 by the rounded normal of the same mean and variance.
    mutating func poisson(_ mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        guard mean < 40 else { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
        var count = 0
        var rest = unit()
        let bound = exp(-mean)
        while rest > bound {
            rest *= unit()
            count += 1
        }
        return count
    }

    /// Binomial; where both outcomes are many, by the rounded normal of the same mean and variance.
    mutating func binomial(_ trials: Int, _ probability: Double) -> Int {
        guard trials > 0, probability > 0 else { return 0 }
        guard probability < 1 else { return trials }
        guard probability <= 0.5 else { return trials - binomial(trials, 1 - probability) }
        let mean = Double(trials) * probability
        if trials <= 12 {
            var count = 0
            for _ in 0..<trials where chance(probability) { count += 1 }
            return count
        }
        if mean < 12 {
            // The gaps between successes are geometric.
            let step = log1p(-probability)
            var position = 0
            var count = -1
            while position <= trials {
                count += 1
                position += Int(min(log(unit()) / step, Double(trials))) + 1
            }
            return count
        }
        let deviation = (mean * (1 - probability)).squareRoot()
        return min(trials, max(0, Int((mean + deviation * normal()).rounded())))
    }

    /// The nearest whole number below or above, with the value as its mean.
    mutating func rounded(_ value: Double) -> Int { Int((value + unit()).rounded(.down)) }
}

/// A Zipf distribution over `0..<count`, drawn by one table look-up in logarithmic time.
struct ZipfTable: Sendable {
    private let cumulative: [Double]

    init(count: Int, exponent: Double) {
        var sum = 0.0
        let sums = (1...max(1, count)).map { rank in
            sum += pow(Double(rank), -exponent)
            return sum
        }
        cumulative = sums.map { $0 / sum }
    }

    var count: Int { cumulative.count }

    /// The rank of a number from 0 to below 1.
    func rank(_ unit: Double) -> Int {
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > unit { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Sorted uniform draws one after another, without holding them: the next is the least of those left.
struct SortedUniforms: Sendable {
    private var left: Int
    private var last: Double
    private let end: Double
    private var stream: RandomStream

    init(count: Int, from start: Double, to end: Double, seed: UInt64) {
        left = count
        last = start
        self.end = end
        stream = RandomStream(seed: seed)
    }

    mutating func next() -> Double? {
        guard left > 0 else { return nil }
        last += (end - last) * (1 - pow(stream.unit(), 1 / Double(left)))
        left -= 1
        return last
    }
}
