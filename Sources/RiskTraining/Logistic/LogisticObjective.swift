internal import Glibc
internal import RiskLinearAlgebra

/// The smooth part of what a weighting of the columns costs: the rows' summed log losses and l2 ÷ 2 × Σ weight²,
/// without the intercept's.
struct LogisticObjective: Sendable {
    /// Value, slope and curvature at a point.
    struct Evaluation: Sendable {
        var value: Double
        var gradient: [Double]
        /// Only the upper triangle is set; 0 x 0 if it was not asked for.
        var hessian: Matrix

        var hasHessian: Bool { hessian.rowCount > 0 }

        init(columnCount: Int, withHessian: Bool) {
            value = 0
            gradient = Array(repeating: 0, count: columnCount)
            let order = withHessian ? columnCount : 0
            hessian = Matrix(rowCount: order, columnCount: order)
        }

        mutating func add(_ other: Self) {
            value += other.value
            for index in gradient.indices { gradient[index] += other.gradient[index] }
            hessian.add(other.hessian)
        }
    }

    /// Sums that are computed apart and then added in order, at most; never more because of more threads, so that the
    /// bits do not depend on them.
    static let laneLimit = 64
    /// What the lanes' Hessians may take together, unless a single one takes more.
    static let laneByteLimit = 1 << 30

    let design: Design
    /// The truth of each row of the data, not only of the design's rows.
    let labels: [Bool]
    /// The weight of each row of the data; nil if each counts 1.
    let weights: [Double]?
    let l2: Double
    let threads: Int
    /// The design's blocks that are looked at; nil: all.
    var blocks: [Int]?

    /// Evaluates at a point of one number for each column. O(rows × columns²), without the Hessian O(rows × columns).
    func evaluate(_ point: [Double], withHessian: Bool = true) -> Evaluation {
        let blocks = blocks ?? Array(0..<design.blockCount)
        let hessianByteCount = withHessian ? point.count * point.count * MemoryLayout<Double>.stride : 1
        let lanes = max(1, min(Self.laneLimit, blocks.count, Self.laneByteLimit / hessianByteCount))
        let sums = parallelMap(lanes, threads: threads) { lane in
            var sum = Evaluation(columnCount: point.count, withHessian: withHessian)
            var matrix = Matrix(rowCount: 0, columnCount: 0)
            for block in blocks[blocks.count * lane / lanes..<blocks.count * (lane + 1) / lanes] {
                design.fill(&matrix, block: block)
                add(&matrix, design.blockRows(block), point, to: &sum)
            }
            return sum
        }
        var total = sums[0]
        for sum in sums.dropFirst() { total.add(sum) }
        for column in 1..<max(1, point.count) {
            total.value += 0.5 * l2 * point[column] * point[column]
            total.gradient[column] += l2 * point[column]
            if withHessian { total.hessian[column, column] += l2 }
        }
        return total
    }

    /// - Parameter matrix: The rows' part of the design; it is used up.
    private func add(_ matrix: inout Matrix, _ rows: ArraySlice<Int>, _ point: [Double], to sum: inout Evaluation) {
        let margins = matrix.times(point)
        var slopes = margins
        var curvatures = margins
        for (index, row) in rows.enumerated() {
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
        guard sum.hasHessian else { return }
        matrix.scaleRows(by: curvatures)
        matrix.addGram(toUpper: &sum.hessian)
    }
}
