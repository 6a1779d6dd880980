internal import COpenBLAS

extension Matrix {
    /// y = A x.
    ///
    /// - Parameter x: ``columnCount`` numbers.
    /// - Returns: ``rowCount`` numbers.
    public func times(_ x: [Double]) -> [Double] {
        precondition(x.count == columnCount, "a \(rowCount) x \(columnCount) matrix times \(x.count) numbers")
        var y = Array(repeating: 0.0, count: rowCount)
        multiply(CblasNoTrans, x, into: &y)
        return y
    }

    /// y += Aᵀ x.
    ///
    /// - Parameters:
    ///   - x: ``rowCount`` numbers.
    ///   - y: ``columnCount`` numbers that the product is added to.
    public func addTransposedProduct(of x: [Double], to y: inout [Double]) {
        precondition(
            x.count == rowCount && y.count == columnCount,
            "a transposed \(rowCount) x \(columnCount) matrix times \(x.count) numbers into \(y.count)")
        multiply(CblasTrans, x, into: &y)
    }

    /// C += Aᵀ A in the upper triangle of C; what lies below the diagonal stays as it was.
    ///
    /// Rows with weights: scale A's rows by their square roots first.
    ///
    /// - Parameter c: A square matrix of ``columnCount`` rows.
    /// - Complexity: O(rows × columns²).
    public func addGram(toUpper c: inout Matrix) {
        precondition(
            c.rowCount == columnCount && c.columnCount == columnCount,
            "the Gram matrix of \(rowCount) x \(columnCount) does not fit \(c.rowCount) x \(c.columnCount)")
        guard rowCount > 0, columnCount > 0 else { return }
        useOneThreadPerCall()
        let order = blasCount(columnCount, "columns")
        let depth = blasCount(rowCount, "rows")
        elements.withUnsafeBufferPointer { a in
            c.elements.withUnsafeMutableBufferPointer { c in
                cblas_dsyrk(
                    CblasRowMajor, CblasUpper, CblasTrans, order, depth, 1, a.baseAddress, order, 1, c.baseAddress,
                    order)
            }
        }
    }

    /// y += factor × one row of A.
    ///
    /// - Parameter y: ``columnCount`` numbers.
    public func addRow(_ row: Int, times factor: Double, to y: inout [Double]) {
        precondition(
            row >= 0 && row < rowCount && y.count == columnCount,
            "row \(row) of a \(rowCount) x \(columnCount) matrix onto \(y.count) numbers")
        guard columnCount > 0 else { return }
        useOneThreadPerCall()
        let count = blasCount(columnCount, "columns")
        elements[row * columnCount..<(row + 1) * columnCount].withUnsafeBufferPointer { a in
            y.withUnsafeMutableBufferPointer { cblas_daxpy(count, factor, a.baseAddress, 1, $0.baseAddress, 1) }
        }
    }

    /// y += op(A) x, shapes already checked.
    private func multiply(_ operation: CBLAS_TRANSPOSE, _ x: [Double], into y: inout [Double]) {
        guard rowCount > 0, columnCount > 0 else { return }
        useOneThreadPerCall()
        let rows = blasCount(rowCount, "rows")
        let columns = blasCount(columnCount, "columns")
        elements.withUnsafeBufferPointer { a in
            x.withUnsafeBufferPointer { x in
                y.withUnsafeMutableBufferPointer { y in
                    cblas_dgemv(
                        CblasRowMajor, operation, rows, columns, 1, a.baseAddress, columns, x.baseAddress, 1, 1,
                        y.baseAddress, 1)
                }
            }
        }
    }
}
