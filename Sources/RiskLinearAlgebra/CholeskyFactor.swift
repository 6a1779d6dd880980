internal import COpenBLAS

/// The Cholesky factor of a symmetric positive definite matrix, ready to solve linear systems.
public struct CholeskyFactor: Sendable {
    /// Rows (and columns) of the matrix.
    public let rowCount: Int
    private let factor: [Double]

    /// Factors a symmetric matrix of which only the upper triangle is read.
    ///
    /// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:rowCount:)``, also if an element is not a number.
    /// - Complexity: O(rows³ ÷ 3).
    public init(ofUpper matrix: Matrix) throws(LinearAlgebraError) {
        precondition(
            matrix.rowCount == matrix.columnCount, "cannot factor \(matrix.rowCount) x \(matrix.columnCount)")
        rowCount = matrix.rowCount
        var factor = matrix.elements
        guard rowCount > 0 else {
            self.factor = factor
            return
        }
        useOneThreadPerCall()
        var order = blasCount(rowCount, "rows")
        var leading = order
        var info: blasint = 0
        // Row-major upper is Fortran's column-major lower.
        factor.withUnsafeMutableBufferPointer { dpotrf_("L", &order, $0.baseAddress, &leading, &info) }
        precondition(info >= 0, "dpotrf refused its argument \(-info)")
        guard info == 0 else { throw .notPositiveDefinite(order: Int(info), rowCount: rowCount) }
        // Comparisons with not-a-number are false, so the library may let it through.
        if let bad = (0..<rowCount).first(where: { !factor[$0 * (matrix.rowCount + 1)].isFinite }) {
            throw .notPositiveDefinite(order: bad + 1, rowCount: rowCount)
        }
        self.factor = factor
    }

    /// Solves A x = b.
    ///
    /// - Parameter b: ``rowCount`` numbers.
    /// - Complexity: O(rows²).
    public func solve(_ b: [Double]) -> [Double] {
        precondition(b.count == rowCount, "a \(rowCount) x \(rowCount) system with \(b.count) right-hand numbers")
        guard rowCount > 0 else { return [] }
        useOneThreadPerCall()
        var x = b
        var order = blasCount(rowCount, "rows")
        var leading = order
        var rightLeading = order
        var rightCount: blasint = 1
        var info: blasint = 0
        factor.withUnsafeBufferPointer { factor in
            x.withUnsafeMutableBufferPointer { x in
                dpotrs_("L", &order, &rightCount, factor.baseAddress, &leading, x.baseAddress, &rightLeading, &info)
            }
        }
        precondition(info == 0, "dpotrs refused its argument \(-info)")
        return x
    }
}
