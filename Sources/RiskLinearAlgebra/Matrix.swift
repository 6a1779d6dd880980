/// A dense matrix of Float64, row after row. A value: copies share memory until one of them changes.
public struct Matrix: Sendable, Equatable {
    /// Rows; may be 0.
    public let rowCount: Int
    /// Columns; may be 0.
    public let columnCount: Int
    /// The elements, row after row; rowCount × columnCount of them.
    public internal(set) var elements: [Double]

    /// A matrix of zeros.
    public init(rowCount: Int, columnCount: Int) {
        precondition(rowCount >= 0 && columnCount >= 0, "a matrix cannot be \(rowCount) x \(columnCount)")
        self.init(
            rowCount: rowCount, columnCount: columnCount, elements: Array(repeating: 0, count: rowCount * columnCount))
    }

    /// A matrix of the given elements, row after row.
    public init(rowCount: Int, columnCount: Int, elements: [Double]) {
        Self.requireShape(rowCount, columnCount, elementCount: elements.count)
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.elements = elements
    }

    static func requireShape(_ rowCount: Int, _ columnCount: Int, elementCount: Int) {
        precondition(
            rowCount >= 0 && columnCount >= 0 && elementCount == rowCount * columnCount,
            "a \(rowCount) x \(columnCount) matrix does not have \(elementCount) elements")
    }

    /// One element; both indices are checked.
    public subscript(row: Int, column: Int) -> Double {
        get { elements[offset(row, column)] }
        set { elements[offset(row, column)] = newValue }
    }

    private func offset(_ row: Int, _ column: Int) -> Int {
        precondition(
            row >= 0 && row < rowCount && column >= 0 && column < columnCount,
            "[\(row), \(column)] is outside a \(rowCount) x \(columnCount) matrix")
        return row * columnCount + column
    }

    /// Multiplies each row by a number of its own.
    public mutating func scaleRows(by factors: [Double]) {
        precondition(
            factors.count == rowCount, "\(factors.count) factors for a \(rowCount) x \(columnCount) matrix")
        elements.withUnsafeMutableBufferPointer { elements in
            for row in 0..<rowCount {
                let factor = factors[row]
                for index in row * columnCount..<(row + 1) * columnCount { elements[index] *= factor }
            }
        }
    }

    /// Adds another matrix of the same shape, element by element.
    public mutating func add(_ other: Matrix) {
        precondition(
            other.rowCount == rowCount && other.columnCount == columnCount,
            "cannot add \(other.rowCount) x \(other.columnCount) to \(rowCount) x \(columnCount)")
        elements.withUnsafeMutableBufferPointer { elements in
            other.elements.withUnsafeBufferPointer { other in
                for index in 0..<min(elements.count, other.count) { elements[index] += other[index] }
            }
        }
    }

    /// Makes a square matrix symmetric by what stands above its diagonal.
    public mutating func mirrorUpper() {
        precondition(rowCount == columnCount, "a \(rowCount) x \(columnCount) matrix cannot be symmetric")
        for row in 0..<rowCount {
            for column in 0..<row { elements[row * columnCount + column] = elements[column * columnCount + row] }
        }
    }
}
