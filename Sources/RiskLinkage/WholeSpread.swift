internal import RiskCore

/// Mean and scatter of whole numbers, one an account. Sums are whole, so what was added can be taken back exactly.
struct WholeSpread: Sendable {
    private var count = 0
    private var sum = 0
    private var squares = 0

    mutating func add(_ value: Int) {
        count += 1
        sum += value
        squares += value * value
    }

    mutating func remove(_ value: Int) {
        count -= 1
        sum -= value
        squares -= value * value
    }

    mutating func merge(_ other: WholeSpread) {
        count += other.count
        sum += other.sum
        squares += other.squares
    }

    /// The spread without one value, if that is in it; nil if nothing is left.
    ///
    /// - Parameters:
    ///   - own: The value to leave out; nil: none.
    ///   - unit: What one stands for.
    func spread(leavingOut own: Int?, unit: Double) -> PopulationSpread? {
        var others = self
        if let own { others.remove(own) }
        guard others.count > 0 else { return nil }
        let count = Double(others.count)
        let mean = Double(others.sum) / count
        let variance = max(0, Double(others.squares) / count - mean * mean)
        return PopulationSpread(count: count, mean: mean * unit, deviation: variance.squareRoot() * unit)
    }
}
