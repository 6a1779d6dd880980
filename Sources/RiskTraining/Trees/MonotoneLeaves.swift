/// Puts the leaves of a symmetric tree in the order that its directed features demand.
///
/// The order asked for is that going right at a directed level, all else the same, never moves the value the wrong
/// way. Over leaves that a row can reach that is the same as a value that is monotone in the feature: where a feature
/// occurs twice, some leaves are out of reach, and they can always lie in between.
enum MonotoneLeaves {
    private static let roundLimit = 100
    /// The least weight of a leaf, as a share of their mean. A leaf without weight between two heavy ones would hand on
    /// what one wants of the other only in tiny steps.
    private static let weightFloor = 0.01

    /// The values nearest to those given, by weighted squares, that are in order (isotonic regression).
    ///
    /// Projects on the order along one level after another (Dykstra 1983), where pairs out of order get their mean.
    /// What is still out of order after the last round gets the middle between the largest value that lies below a leaf
    /// and the smallest that lies above it, so that the order holds exactly.
    ///
    /// - Parameters:
    ///   - values: 2^levels values; bit l of the index is 1 right of level l.
    ///   - weights: At least 0, as many.
    ///   - signs: For each level 1 if right must be at least left, -1 if at most, 0 if free.
    static func project(_ values: [Double], weights: [Double], signs: [Int]) -> [Double] {
        precondition(
            values.count == 1 << signs.count && weights.count == values.count,
            "\(values.count) values and \(weights.count) weights for \(signs.count) levels")
        let levels = signs.indices.filter { signs[$0] != 0 }
        guard !levels.isEmpty else { return values }
        let floor = weightFloor * weights.reduce(0, +) / Double(weights.count)
        let weights = weights.map { max($0, floor, .leastNormalMagnitude) }
        var result = values
        var moves = Array(repeating: Array(repeating: 0.0, count: values.count), count: levels.count)
        for _ in 0..<(levels.count == 1 ? 1 : roundLimit) {
            let before = result
            for (index, level) in levels.enumerated() {
                let wanted = zip(result, moves[index]).map(+)
                result = pooled(wanted, weights, pairs(level, signs[level], values.count))
                moves[index] = zip(wanted, result).map(-)
            }
            if zip(before, result).allSatisfy({ abs($0 - $1) <= 1e-12 * max(1, abs($0)) }) { break }
        }
        var (below, above) = (result, result)
        for level in levels {
            for (low, high) in pairs(level, signs[level], values.count) {
                below[high] = max(below[high], below[low])
                above[low] = min(above[low], above[high])
            }
        }
        return zip(below, above).map { $0 / 2 + $1 / 2 }
    }

    /// All pairs of leaves that differ in one level only, the one that must not be larger first.
    private static func pairs(_ level: Int, _ sign: Int, _ count: Int) -> [(low: Int, high: Int)] {
        (0..<count).filter { $0 >> level & 1 == 0 }.map { left in
            let right = left | 1 << level
            return sign > 0 ? (left, right) : (right, left)
        }
    }

    private static func pooled(
        _ values: [Double], _ weights: [Double], _ pairs: [(low: Int, high: Int)]
    ) -> [Double] {
        var result = values
        for (low, high) in pairs where values[low] > values[high] {
            let mean =
                (weights[low] * values[low] + weights[high] * values[high]) / (weights[low] + weights[high])
            result[low] = mean
            result[high] = mean
        }
        return result
    }
}
