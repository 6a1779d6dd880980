internal import RiskLinearAlgebra

/// Minimises a convex function under sign bounds: projected Newton steps on the variables that are not held at their
/// bound (Bertsekas, "Projected Newton methods for optimization problems with simple constraints", 1982).
///
/// Bounds that a penalty or a clipped solution would only approach are met exactly, which is what the model file's
/// monotone proof asks for.
struct BoundedNewton {
    /// For each variable: 1 if it must be at least 0, -1 if at most 0, 0 if it is free.
    let signs: [Int]
    /// Stops when no component of the projected gradient is larger.
    let gradientTolerance: Double

    static let stepLimit = 200
    /// Variables this close to their bound, and pushed against it, are held.
    private static let activeDistance = 1e-3
    private static let sufficientDecrease = 1e-4

    /// Where the minimisation ended.
    struct Result {
        var point: [Double]
        var projectedGradient: Double
        var stepCount: Int
    }

    typealias Evaluation = LogisticObjective.Evaluation

    /// - Parameter report: Hears the number of steps done.
    /// - Throws: ``TrainingError`` with code `notConverged`.
    func minimise(
        from start: [Double], report: (Int) -> Void, _ evaluate: ([Double]) -> Evaluation
    ) throws(TrainingError) -> Result {
        precondition(start.count == signs.count, "\(start.count) variables with \(signs.count) bounds")
        var point = project(start)
        var current = evaluate(point)
        for step in 0...Self.stepLimit {
            let slope = projectedGradient(point, current.gradient)
            if slope <= gradientTolerance { return Result(point: point, projectedGradient: slope, stepCount: step) }
            let held = heldVariables(point, current.gradient)
            let direction = direction(current, held)
            guard let (next, evaluation) = search(point, current, direction, held, evaluate) else {
                // Not even a tiny step goes down any more: that is as far as Float64 goes.
                return Result(point: point, projectedGradient: slope, stepCount: step)
            }
            point = next
            current = evaluation
            report(step + 1)
        }
        let slope = projectedGradient(point, current.gradient)
        throw TrainingError(
            .notConverged,
            "expected a projected gradient below \(gradientTolerance) within \(Self.stepLimit) steps, found \(slope)"
        )
    }

    private func project(_ point: [Double]) -> [Double] {
        zip(point, signs).map { value, sign in sign != 0 && Double(sign) * value <= 0 ? 0 : value }
    }

    /// The largest component of the gradient that is not just pressing against a bound.
    func projectedGradient(_ point: [Double], _ gradient: [Double]) -> Double {
        var largest = 0.0
        for index in point.indices {
            let sign = Double(signs[index])
            if sign != 0 && sign * point[index] <= 0 && sign * gradient[index] >= 0 { continue }
            largest = max(largest, abs(gradient[index]))
        }
        return largest
    }

    private func heldVariables(_ point: [Double], _ gradient: [Double]) -> [Bool] {
        let moved = project(zip(point, gradient).map { $0 - $1 })
        let residual = zip(point, moved).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        let distance = min(Self.activeDistance, residual)
        return point.indices.map { index in
            let sign = Double(signs[index])
            return sign != 0 && sign * point[index] <= distance && sign * gradient[index] > 0
        }
    }

    /// The Newton direction of the variables that are not held, and a scaled gradient for those that are.
    private func direction(_ current: Evaluation, _ held: [Bool]) -> [Double] {
        let free = held.indices.filter { !held[$0] }
        var system = Matrix(rowCount: free.count, columnCount: free.count)
        for (i, row) in free.enumerated() {
            for j in i..<free.count { system[i, j] = current.hessian[row, free[j]] }
        }
        let solution = factor(system).solve(free.map { current.gradient[$0] })
        var direction = current.gradient
        for index in direction.indices where held[index] {
            direction[index] /= max(current.hessian[index, index], 1e-12)
        }
        for (index, value) in zip(free, solution) { direction[index] = value }
        return direction
    }

    /// Raises the diagonal until the system is positive definite; without need it stays as it is.
    private func factor(_ system: Matrix) -> CholeskyFactor {
        let largest = (0..<system.rowCount).reduce(0.0) { max($0, system[$1, $1]) }
        var raise = 0.0
        while true {
            var raised = system
            for index in 0..<system.rowCount { raised[index, index] += raise }
            if let factor = try? CholeskyFactor(ofUpper: raised) { return factor }
            precondition(raise < largest * 1e12 + 1e12, "the Hessian has elements that are not finite")
            raise = raise == 0 ? max(largest * 1e-12, 1e-12) : raise * 100
        }
    }

    /// Halves the step until it goes down enough (Armijo along the projection arc); nil if no step does.
    ///
    /// Where the promised decrease drowns in the rounding of the value, a flatter slope decides instead.
    private func search(
        _ point: [Double], _ current: Evaluation, _ direction: [Double], _ held: [Bool],
        _ evaluate: ([Double]) -> Evaluation
    ) -> (point: [Double], evaluation: Evaluation)? {
        let rounding = 1e-13 * abs(current.value)
        var length = 1.0
        for _ in 0..<40 {
            let next = project(zip(point, direction).map { $0 - length * $1 })
            var promised = 0.0
            for index in point.indices {
                let move = held[index] ? point[index] - next[index] : length * direction[index]
                promised += current.gradient[index] * move
            }
            guard next != point else { return nil }
            let evaluation = evaluate(next)
            if evaluation.value <= current.value - Self.sufficientDecrease * promised { return (next, evaluation) }
            if promised <= rounding {
                let isFlatter =
                    projectedGradient(next, evaluation.gradient) < projectedGradient(point, current.gradient)
                return isFlatter && evaluation.value <= current.value + rounding ? (next, evaluation) : nil
            }
            length /= 2
        }
        return nil
    }
}
