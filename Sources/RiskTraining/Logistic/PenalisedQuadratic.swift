internal import RiskLinearAlgebra

/// The exact minimum of a quadratic plus a ``WeightPenalty``.
///
/// Coordinate descent on the Hessian (Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear
/// Models via Coordinate Descent", Journal of Statistical Software 33, 2010) soon knows which weights are 0 but then
/// crawls where columns are nearly collinear. So an active set goes on from there: the weights that are not held at 0,
/// each with its sign, go to their minimum by one Cholesky solve; the first that would change sign on the way is held;
/// once none does, a held one that would go down is set free (Lawson and Hanson, "Solving Least Squares Problems",
/// 1974, chapter 23, for sign bounds; Lee, Battle, Raina and Ng, "Efficient sparse coding algorithms", 2006, for L1).
/// Ends, as every set of signs comes up at most once. Costs a factorisation for each change of the set.
struct PenalisedQuadratic {
    let penalty: WeightPenalty
    /// Where the gradient was taken; within the bounds.
    let point: [Double]
    private let gradient: [Double]
    /// Symmetric.
    private let hessian: Matrix

    private static let sweepLimit = 100
    /// Sweeps without a weight becoming or ceasing to be 0, after which the active set takes over.
    private static let calmSweepCount = 2

    /// - Parameter evaluation: The smooth part at the point, with its Hessian.
    init(penalty: WeightPenalty, point: [Double], evaluation: LogisticObjective.Evaluation) {
        precondition(
            evaluation.hessian.rowCount == point.count,
            "\(point.count) weights with a Hessian of \(evaluation.hessian.rowCount) rows")
        var hessian = evaluation.hessian
        hessian.mirrorUpper()
        self.penalty = penalty
        self.point = point
        self.gradient = evaluation.gradient
        self.hessian = hessian
    }

    /// What a weight may do.
    private enum Side {
        /// It has no bound and pays nothing.
        case free
        /// It is 0.
        case held
        /// It stays at least 0, or at most 0.
        case up, down

        /// 1, -1 or, without a side, 0.
        var sign: Double { self == .up ? 1 : self == .down ? -1 : 0 }
    }

    /// From the point to the minimum. Every point on the way is within the bounds.
    func direction() -> [Double] {
        let isPlain = point.indices.allSatisfy { penalty.isFree($0) }
        var target = isPlain ? point : swept()
        var sides = point.indices.map { column -> Side in
            if penalty.isFree(column) { return .free }
            return target[column] > 0 ? .up : target[column] < 0 ? .down : .held
        }
        // A weight that is held as soon as it was set free was so by rounding.
        var isSettled = point.map { _ in false }
        for _ in 0..<(10 * point.count + 10) {
            let wanted = faceMinimum(target, sides)
            if let stop = firstBound(from: target, to: wanted, sides) {
                for index in target.indices { target[index] += stop.fraction * (wanted[index] - target[index]) }
                if stop.fraction == 0 { isSettled[stop.index] = true }
                target[stop.index] = 0
                sides[stop.index] = .held
            } else {
                target = wanted
                guard let next = heldThatGoesDown(target, sides, isSettled) else { break }
                sides[next.index] = next.side
            }
        }
        return zip(target, point).map { $0 - $1 }
    }

    /// The point after sweeps of coordinate descent.
    private func swept() -> [Double] {
        var target = point
        var slopes = gradient
        var calm = 0
        for _ in 0..<Self.sweepLimit where calm < Self.calmSweepCount {
            calm += 1
            for column in target.indices {
                let curvature = hessian[column, column]
                guard curvature > 0 else { continue }
                let old = target[column]
                let new = penalty.minimum(column, near: old - slopes[column] / curvature, curvature: curvature)
                guard new != old else { continue }
                if (new == 0) != (old == 0) { calm = 0 }
                target[column] = new
                hessian.addRow(column, times: new - old, to: &slopes)
            }
        }
        return target
    }

    /// The quadratic's own slopes at a target.
    private func slopes(_ target: [Double]) -> [Double] {
        zip(gradient, hessian.times(zip(target, point).map { $0 - $1 })).map { $0 + $1 }
    }

    /// The minimum over the weights that are not held, as if each kept its side.
    private func faceMinimum(_ target: [Double], _ sides: [Side]) -> [Double] {
        let moving = target.indices.filter { sides[$0] != .held }
        var system = Matrix(rowCount: moving.count, columnCount: moving.count)
        for (i, row) in moving.enumerated() {
            for j in i..<moving.count { system[i, j] = hessian[row, moving[j]] }
        }
        let slopes = slopes(target)
        let rightSide = moving.map { -slopes[$0] - sides[$0].sign * penalty.l1[$0] }
        var result = target
        for (index, step) in zip(moving, factor(system).solve(rightSide)) { result[index] += step }
        return result
    }

    /// The first weight to meet 0 from its side on a line, and how far along; nil if none does.
    private func firstBound(
        from start: [Double], to end: [Double], _ sides: [Side]
    ) -> (index: Int, fraction: Double)? {
        var first: (index: Int, fraction: Double)?
        for index in start.indices where sides[index].sign * end[index] < 0 {
            let fraction = start[index] / (start[index] - end[index])
            if fraction < first?.fraction ?? .infinity { first = (index, fraction) }
        }
        return first
    }

    /// The held weight that goes down most steeply, against its own curvature, and to which side; nil if none does.
    private func heldThatGoesDown(
        _ target: [Double], _ sides: [Side], _ isSettled: [Bool]
    ) -> (index: Int, side: Side)? {
        let slopes = slopes(target)
        var steepest: (index: Int, side: Side, gain: Double)?
        for index in target.indices where sides[index] == .held && !isSettled[index] {
            let slope = penalty.slope(index, at: 0, gradient: slopes[index])
            let curvature = max(hessian[index, index], 1e-300)
            // A slope that would not move the weight by 1e-12 of its scale is rounding.
            guard abs(slope) > 1e-12 * curvature else { continue }
            let gain = slope * slope / curvature
            if gain > steepest?.gain ?? 0 { steepest = (index, slope < 0 ? .up : .down, gain) }
        }
        return steepest.map { ($0.index, $0.side) }
    }

    /// Raises the diagonal until the system is positive definite; without need it stays as it is.
    private func factor(_ system: Matrix) -> CholeskyFactor {
        let largest = (0..<system.rowCount).reduce(0.0) { max($0, system[$1, $1]) }
        var raise = 0.0
        while true {
            var raised = system
            if raise > 0 {
                for index in 0..<system.rowCount { raised[index, index] += raise }
            }
            if let factor = try? CholeskyFactor(ofUpper: raised) { return factor }
            precondition(raise < largest * 1e12 + 1e12, "the Hessian has elements that are not finite")
            raise = raise == 0 ? max(largest * 1e-12, 1e-12) : raise * 100
        }
    }
}
