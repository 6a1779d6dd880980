internal import RiskLinearAlgebra

/// Minimises a convex function plus a ``WeightPenalty``: each step goes to the minimum of the local quadratic model
/// with the penalty itself (``PenalisedQuadratic``), as far along that line as the whole goes down.
///
/// The outer loop of Yuan, Ho and Lin, "An improved GLMNET for L1-regularized logistic regression" (JMLR 13, 2012).
/// Without bounds and L1 it is Newton's method.
///
/// Cutting plain Newton steps off at the bounds (Bertsekas 1982) was tried first and crawled where features are nearly
/// collinear, as link counts are: every cut bends the step away from where it was going.
///
/// Bounds that a penalty or a clipped solution would only approach are met exactly, which is what the model file's
/// monotone proof asks for.
struct ProximalNewton {
    let penalty: WeightPenalty
    /// Stops when no slope that is left is larger.
    let gradientTolerance: Double

    static let stepLimit = 200
    private static let sufficientDecrease = 1e-4

    /// Where the minimisation ended.
    struct Result {
        var point: [Double]
        /// The largest slope that is left.
        var slope: Double
        var stepCount: Int
    }

    typealias Evaluation = LogisticObjective.Evaluation
    /// The smooth part at a point; with its Hessian only if that is wanted, which is what costs most.
    typealias Evaluate = (_ point: [Double], _ withHessian: Bool) -> Evaluation

    /// - Parameter report: Hears the number of steps done.
    /// - Throws: ``TrainingError`` with code `notConverged`.
    func minimise(
        from start: [Double], report: (Int) -> Void, _ evaluate: Evaluate
    ) throws(TrainingError) -> Result {
        precondition(start.count == penalty.signs.count, "\(start.count) variables, \(penalty.signs.count) bounds")
        var point = penalty.project(start)
        var current = evaluate(point, true)
        var slope = penalty.largestSlope(at: point, gradient: current.gradient)
        var isLastStep = false
        for step in 0...Self.stepLimit {
            if slope <= gradientTolerance { return Result(point: point, slope: slope, stepCount: step) }
            if !current.hasHessian { current = evaluate(point, true) }
            let direction = PenalisedQuadratic(penalty: penalty, point: point, evaluation: current).direction()
            guard let (next, evaluation) = search(point, current, direction, withHessian: !isLastStep, evaluate) else {
                // Not even a tiny step goes down any more: that is as far as Float64 goes.
                return Result(point: point, slope: slope, stepCount: step)
            }
            let nextSlope = penalty.largestSlope(at: next, gradient: evaluation.gradient)
            // Close to the minimum each slope is about the square of the one before, so what comes next is known, and
            // whether its Hessian will be asked for.
            isLastStep = nextSlope * (nextSlope / slope) * (nextSlope / slope) <= gradientTolerance
            (point, current, slope) = (next, evaluation, nextSlope)
            report(step + 1)
        }
        throw TrainingError(
            .notConverged,
            "expected slopes of at most \(gradientTolerance) within \(Self.stepLimit) steps, found \(slope)")
    }

    /// Halves the step until it goes down enough (Armijo); nil if no step does.
    ///
    /// Where the promised decrease drowns in the rounding of the value, a flatter slope decides instead.
    private func search(
        _ point: [Double], _ current: Evaluation, _ direction: [Double], withHessian: Bool, _ evaluate: Evaluate
    ) -> (point: [Double], evaluation: Evaluation)? {
        let before = current.value + penalty.value(point)
        let rounding = 1e-13 * abs(before)
        let fall = -zip(current.gradient, direction).reduce(0.0) { $0 + $1.0 * $1.1 }
        let promisedByAll = fall + penalty.value(point) - penalty.value(zip(point, direction).map { $0 + $1 })
        var length = 1.0
        for attempt in 0..<40 {
            let next = penalty.project(zip(point, direction).map { $0 + length * $1 })
            guard next != point else { return nil }
            // A step that was too long once is tried without the Hessian.
            let evaluation = evaluate(next, withHessian && attempt == 0)
            let after = evaluation.value + penalty.value(next)
            let promised = length * promisedByAll
            if after <= before - Self.sufficientDecrease * promised { return (next, evaluation) }
            if promised <= rounding {
                let isFlatter =
                    penalty.largestSlope(at: next, gradient: evaluation.gradient)
                    < penalty.largestSlope(at: point, gradient: current.gradient)
                return isFlatter && after <= before + rounding ? (next, evaluation) : nil
            }
            length /= 2
        }
        return nil
    }
}
