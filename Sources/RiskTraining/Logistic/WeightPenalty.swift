/// What holds each column's weight back beside the smooth part of the objective: a sign bound, and a pull towards 0
/// that is as strong at 0 as anywhere else, so that weights become exactly 0.
struct WeightPenalty: Sendable {
    /// For each column: 1 if its weight must be at least 0, -1 if at most 0, 0 if it is free.
    let signs: [Int]
    /// For each column: what a weight costs is this × its absolute value; at least 0.
    let l1: [Double]

    /// Whether a column's weight may have any value and pays nothing for it.
    func isFree(_ column: Int) -> Bool { signs[column] == 0 && l1[column] == 0 }

    /// What the weights cost.
    func value(_ point: [Double]) -> Double { zip(l1, point).reduce(0) { $0 + $1.0 * abs($1.1) } }

    /// The nearest point within the bounds.
    func project(_ point: [Double]) -> [Double] {
        zip(point, signs).map { value, sign in sign != 0 && Double(sign) * value <= 0 ? 0 : value }
    }

    /// Where (z − w)² ÷ 2 × curvature + the cost of w is lowest: z drawn towards 0, within the bounds.
    func minimum(_ column: Int, near z: Double, curvature: Double) -> Double {
        let pull = l1[column] / curvature
        if z > pull, signs[column] >= 0 { return z - pull }
        if z < -pull, signs[column] <= 0 { return z + pull }
        return 0
    }

    /// The slope that is left in a column, given the smooth part's: 0 where no small move within the bounds goes down,
    /// which in all columns are the conditions of Karush, Kuhn and Tucker.
    func slope(_ column: Int, at weight: Double, gradient: Double) -> Double {
        if weight != 0 { return gradient + (weight > 0 ? l1[column] : -l1[column]) }
        let upwards = gradient + l1[column]
        if signs[column] >= 0, upwards < 0 { return upwards }
        let downwards = gradient - l1[column]
        if signs[column] <= 0, downwards > 0 { return downwards }
        return 0
    }

    /// The largest of these slopes.
    func largestSlope(at point: [Double], gradient: [Double]) -> Double {
        point.indices.reduce(0) { max($0, abs(slope($1, at: point[$1], gradient: gradient[$1]))) }
    }
}
