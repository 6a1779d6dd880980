/// Gauss-Legendre quadrature on 0 ... 1, the rule behind the reasons of leaf-wise trees.
///
/// n points integrate polynomials up to degree 2n − 1 exactly. The Shapley integral of a tree that asks about d
/// features on its longest path is of degree d − 1, so ⌈d ÷ 2⌉ points are enough; here they come in eights, the width
/// of a vector.
struct Quadrature: Sendable {
    /// Eight points and their weights.
    struct Part: Sendable {
        var points: SIMD8<Double>
        var weights: SIMD8<Double>
    }

    /// All points, eight at a time.
    let parts: [Part]

    /// The smallest rule that is exact for trees with at most this many features on a path; 1 to 64.
    init(featureCount: Int) {
        precondition((1...64).contains(featureCount), "expected 1 to 64 features on a path, found \(featureCount)")
        let half = featureCount <= 16 ? Self.eight : featureCount <= 32 ? Self.sixteen : Self.thirtyTwo
        // The points lie symmetrically about ½.
        let all = half + half.reversed().map { (point: 1 - $0.point, weight: $0.weight) }
        parts = stride(from: 0, to: all.count, by: 8).map { first in
            var part = Part(points: .zero, weights: .zero)
            for lane in 0..<8 {
                part.points[lane] = all[first + lane].point
                part.weights[lane] = all[first + lane].weight
            }
            return part
        }
    }

    /// The lower half of the points, computed with forty digits.
    private static let eight: [(point: Double, weight: Double)] = [
        (0.019855071751231884, 0.05061426814518813), (0.10166676129318664, 0.11119051722668724),
        (0.2372337950418355, 0.15685332293894363), (0.4082826787521751, 0.181341891689181),
    ]
    private static let sixteen: [(point: Double, weight: Double)] = [
        (0.005299532504175033, 0.013576229705877048), (0.02771248846338371, 0.031126761969323947),
        (0.06718439880608412, 0.04757925584124639), (0.12229779582249849, 0.06231448562776694),
        (0.19106187779867811, 0.07479799440828837), (0.2709916111713863, 0.08457825969750127),
        (0.35919822461037054, 0.09130170752246179), (0.4524937450811813, 0.09472530522753425),
    ]
    private static let thirtyTwo: [(point: Double, weight: Double)] = [
        (0.0013680690752592183, 0.003509305004735048), (0.007194244227365833, 0.008137197365452835),
        (0.017618872206246784, 0.01269603265463103), (0.03254696203113015, 0.017136931456510716),
        (0.05183942211697394, 0.02141794901111334), (0.07531619313371501, 0.025499029631188087),
        (0.1027581020160288, 0.029342046739267772), (0.13390894062985517, 0.032911111388180925),
        (0.1684778665348924, 0.03617289705442425), (0.20614212137961885, 0.039096947893535156),
        (0.2465500455338853, 0.041655962113473374), (0.2893243619346823, 0.043826046502201906),
        (0.33406569885893617, 0.045586939347881945), (0.38035631887393145, 0.04692219954040228),
        (0.42776401920860174, 0.04781936003963743), (0.4758461671561308, 0.0482700442573639),
    ]
}
