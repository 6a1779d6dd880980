/// A matrix operation that the numbers do not allow.
public enum LinearAlgebraError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The leading block of this order is not positive definite (order counts from 1).
    case notPositiveDefinite(order: Int, rowCount: Int)

    /// `the leading 3 x 3 block of a 5 x 5 matrix is not positive definite`
    public var description: String {
        switch self {
        case .notPositiveDefinite(let order, let rowCount):
            "the leading \(order) x \(order) block of a \(rowCount) x \(rowCount) matrix is not positive definite"
        }
    }
}
