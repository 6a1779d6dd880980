internal import RiskCore

/// What a leaf is worth.
///
/// A leaf with slope G and curvature H that adds v changes the loss, doubled and by its quadratic model, by
/// 2 G v + (H + l2) v² + 2 l1 |v| (Newton boosting, as in XGBoost). Without further demands the best v is
/// −T(G) ÷ (H + l2), where T takes l1 off the size of G and stops at 0.
struct LeafRule: Sendable {
    var l1 = 0.0
    var l2: Double
    /// How much a leaf leans on the one it came from: its value is the mean of its own, counted by its curvature, and
    /// of the parent's, counted so much (path smoothing; LightGBM counts rows instead).
    var pathSmoothing = 0.0
    /// The curvature a leaf needs for a value of its own.
    var minHessian: Double

    /// Whether a leaf's best value and gain are those of the plain formula.
    var isPlain: Bool { l1 == 0 && pathSmoothing == 0 }

    /// The value of a leaf of its own.
    @inline(__always)
    func value(
        slope: Double, curvature: Double, l2: Double, parent: Double, lower: Double, upper: Double
    ) -> Double {
        let size = max(0, abs(slope) - l1)
        var value = curvature + l2 > 0 ? (slope > 0 ? -size : size) / (curvature + l2) : 0
        if pathSmoothing > 0 {
            value = (value * curvature + parent * pathSmoothing) / (curvature + pathSmoothing)
        }
        return min(max(value, lower), upper)
    }

    /// By how much the loss falls with a value, twice.
    @inline(__always)
    func gain(slope: Double, curvature: Double, l2: Double, value: Double) -> Double {
        -(value * (2 * slope + (curvature + l2) * value) + 2 * l1 * abs(value))
    }
}

/// A leaf while its tree grows.
struct GrowingLeaf: Sendable {
    let sum: GradientSum
    /// Slope and curvature as numbers.
    let gradient: SIMD2<Double>
    /// What the leaf would add if the tree stopped here, before the learning rate.
    let value: Double
    /// Between which values it and all leaves that come of it have to stay.
    var lower = -Double.infinity
    var upper = Double.infinity

    var isBounded: Bool { lower > -.infinity || upper < .infinity }
}
