internal import RiskLinearAlgebra

/// Minimises a convex function under sign bounds: each step goes to the minimum of the local quadratic model under the
/// bounds (``BoundedQuadratic``), as far along that line as the function goes down.
///
/// Cutting plain Newton steps off at the bounds (Bertsekas 1982) was tried first and crawled where features are nearly
/// collinear, as link counts are: every cut bends the step away from where it was going.
///
/// Bounds that a penalty or a clipped solution would only approach are met exactly, which is what the model file's
/// monotone proof asks for.
struct BoundedNewton {
    /// For each variable: 1 if it must be at least 0, -1 if at most 0, 0 if it is free.
    let signs: [Int]
    /// Stops when no component of the projected gradient is larger.
    let gradientTolerance: Double

    static let stepLimit = 200
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
            let direction = BoundedQuadratic(
                signs: signs, point: point, gradient: current.gradient, hessian: current.hessian
            ).direction()
            guard let (next, evaluation) = search(point, current, direction, evaluate) else {
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

    /// Halves the step until it goes down enough (Armijo); nil if no step does.
    ///
    /// Where the promised decrease drowns in the rounding of the value, a flatter slope decides instead.
    private func search(
        _ point: [Double], _ current: Evaluation, _ direction: [Double], _ evaluate: ([Double]) -> Evaluation
    ) -> (point: [Double], evaluation: Evaluation)? {
        let rounding = 1e-13 * abs(current.value)
        let promisedByAll = -zip(current.gradient, direction).reduce(0.0) { $0 + $1.0 * $1.1 }
        var length = 1.0
        for _ in 0..<40 {
            let next = project(zip(point, direction).map { $0 + length * $1 })
            guard next != point else { return nil }
            let evaluation = evaluate(next)
            let promised = length * promisedByAll
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
