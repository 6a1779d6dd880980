internal import Glibc
internal import RiskLinearAlgebra

/// What a weighting of the columns costs: the rows' summed log losses and l2 ÷ 2 × Σ weight², without the intercept's.
struct LogisticObjective: Sendable {
    /// Value, slope and curvature at a point.
    struct Evaluation: Sendable {
        var value: Double
        var gradient: [Double]
        /// Only the upper triangle is set.
        var hessian: Matrix

        init(columnCount: Int) {
            value = 0
            gradient = Array(repeating: 0, count: columnCount)
            hessian = Matrix(rowCount: columnCount, columnCount: columnCount)
        }

        mutating func add(_ other: Self) {
            value += other.value
            for index in gradient.indices { gradient[index] += other.gradient[index] }
            hessian.add(other.hessian)
        }
    }

    /// Sums that are computed apart and then added in order. Fixed, so that the bits do not depend on the threads.
    static let laneCount = 8

    let design: Design
    /// The truth of each row of the data, not only of the design's rows.
    let labels: [Bool]
    /// The weight of each row of the data; nil if each counts 1.
    let weights: [Double]?
    let l2: Double
    let threads: Int

    /// Evaluates at a point of one number for each column. O(rows × columns²).
    func evaluate(_ point: [Double]) -> Evaluation {
        let blocks = design.blockCount
        let lanes = max(1, min(Self.laneCount, blocks))
        let sums = parallelMap(lanes, threads: threads) { lane in
            var sum = Evaluation(columnCount: point.count)
            for block in blocks * lane / lanes..<blocks * (lane + 1) / lanes { add(block, point, to: &sum) }
            return sum
        }
        var total = sums[0]
        for sum in sums.dropFirst() { total.add(sum) }
        for column in 1..<max(1, point.count) {
            total.value += 0.5 * l2 * point[column] * point[column]
            total.gradient[column] += l2 * point[column]
            total.hessian[column, column] += l2
        }
        return total
    }

    private func add(_ block: Int, _ point: [Double], to sum: inout Evaluation) {
        var matrix = design.block(block)
        let margins = matrix.times(point)
        var slopes = margins
        var curvatures = margins
        for (index, row) in design.blockRows(block).enumerated() {
            let weight = weights?[row] ?? 1
            let margin = margins[index]
            // exp of a negative number, which cannot overflow.
            let small = exp(-abs(margin))
            let rest = small / (1 + small)
            let isPositive = labels[row]
            let wrongSide = (margin < 0) == isPositive
            sum.value += weight * (log1p(small) + (wrongSide ? abs(margin) : 0))
            let probability = margin >= 0 ? 1 - rest : rest
            slopes[index] = weight * (isPositive ? (margin >= 0 ? -rest : rest - 1) : probability)
            curvatures[index] = (weight * rest * (1 - rest)).squareRoot()
        }
        matrix.addTransposedProduct(of: slopes, to: &sum.gradient)
        matrix.scaleRows(by: curvatures)
        matrix.addGram(toUpper: &sum.hessian)
    }
}
