internal import RiskLinearAlgebra

/// The minimum of a quadratic under sign bounds, by an active set (Lawson and Hanson, "Solving Least Squares Problems",
/// 1974, chapter 23, for any positive definite quadratic).
///
/// Variables are held at 0 or free. The free ones go to their unbounded minimum; the first to meet its bound on the way
/// is held; once none does, a held one that would go inwards is set free. Ends, as every set of held variables comes up
/// at most once. Costs a Cholesky factorisation of the free variables for each change of the set.
struct BoundedQuadratic {
    /// For each variable: 1 if it must be at least 0, -1 if at most 0, 0 if it is free of bounds.
    let signs: [Int]
    /// Where the gradient was taken; within the bounds.
    let point: [Double]
    let gradient: [Double]
    /// Its upper triangle is used.
    let hessian: Matrix

    /// From the point to the minimum. Every point on the way is within the bounds.
    func direction() -> [Double] {
        var target = point
        var isHeld = point.indices.map { signs[$0] != 0 && point[$0] == 0 && Double(signs[$0]) * gradient[$0] >= 0 }
        // Rounding could make a set come up again; by then the steps no longer matter, and the search will tell.
        for _ in 0..<(10 * point.count + 10) {
            let wanted = unboundedMinimum(target: target, isHeld: isHeld)
            if let stop = firstBound(from: target, to: wanted) {
                for index in target.indices where !isHeld[index] {
                    target[index] += stop.fraction * (wanted[index] - target[index])
                }
                target[stop.index] = 0
                isHeld[stop.index] = true
            } else {
                target = wanted
                guard let inwards = heldThatGoesInwards(target: target, isHeld: isHeld) else { break }
                isHeld[inwards] = false
            }
        }
        return zip(target, point).map { $0 - $1 }
    }

    /// The minimum over the free variables, the held ones staying where they are.
    private func unboundedMinimum(target: [Double], isHeld: [Bool]) -> [Double] {
        let free = target.indices.filter { !isHeld[$0] }
        let heldAndMoved = target.indices.filter { isHeld[$0] && target[$0] != point[$0] }
        var system = Matrix(rowCount: free.count, columnCount: free.count)
        for (i, row) in free.enumerated() {
            for j in i..<free.count { system[i, j] = hessian[row, free[j]] }
        }
        let rightSide = free.map { row in
            heldAndMoved.reduce(-gradient[row]) { $0 - element(row, $1) * (target[$1] - point[$1]) }
        }
        var result = target
        for (index, step) in zip(free, factor(system).solve(rightSide)) { result[index] = point[index] + step }
        return result
    }

    /// The first variable to meet its bound on a line, and how far along; nil if none does.
    private func firstBound(from start: [Double], to end: [Double]) -> (index: Int, fraction: Double)? {
        var first: (index: Int, fraction: Double)?
        for index in start.indices where signs[index] != 0 && Double(signs[index]) * end[index] < 0 {
            let fraction = start[index] / (start[index] - end[index])
            if fraction < first?.fraction ?? .infinity { first = (index, fraction) }
        }
        return first
    }

    /// The held variable whose slope points inwards most steeply, against its own curvature; nil if none does.
    private func heldThatGoesInwards(target: [Double], isHeld: [Bool]) -> Int? {
        var steepest: (index: Int, gain: Double)?
        for index in target.indices where isHeld[index] {
            let slope = target.indices.reduce(gradient[index]) { $0 + element(index, $1) * (target[$1] - point[$1]) }
            let inwards = -Double(signs[index]) * slope
            let curvature = max(hessian[index, index], 1e-300)
            // A slope that would not move the variable by 1e-12 of its scale is rounding.
            guard inwards > 1e-12 * curvature else { continue }
            let gain = inwards * inwards / curvature
            if gain > steepest?.gain ?? 0 { steepest = (index, gain) }
        }
        return steepest?.index
    }

    private func element(_ row: Int, _ column: Int) -> Double {
        row <= column ? hessian[row, column] : hessian[column, row]
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
