internal import COpenBLAS

/// Rows of Float32 of one width, for products of whole numbers: those are exact.
///
/// As long as every sum of absolute products stays below 2²⁴, all partial sums are whole numbers that Float32 holds, so
/// that the result depends neither on the kernel that the library picks nor on how rows are put into blocks.
public struct SingleRows: Sendable {
    /// Whole numbers below this are exact, and so are sums of products whose absolute values add up to less.
    public static let exactLimit: Float = 16_777_216

    /// Numbers in a row; at least 1.
    public let width: Int
    /// Rows.
    public let rowCount: Int
    private var elements: [Float]

    /// Rows of zeros.
    public init(rowCount: Int, width: Int) {
        precondition(rowCount >= 0 && width >= 1, "cannot have \(rowCount) rows of \(width)")
        self.rowCount = rowCount
        self.width = width
        elements = Array(repeating: 0, count: rowCount * width)
    }

    /// One element; both indices are checked.
    public subscript(row: Int, column: Int) -> Float {
        get { elements[offset(row, column)] }
        set { elements[offset(row, column)] = newValue }
    }

    private func offset(_ row: Int, _ column: Int) -> Int {
        precondition(
            row >= 0 && row < rowCount && column >= 0 && column < width,
            "[\(row), \(column)] is outside \(rowCount) rows of \(width)")
        return row * width + column
    }

    /// The dot products of some rows with some of another's.
    ///
    /// - Parameters:
    ///   - own: Which of these rows.
    ///   - other: Rows of the same width.
    ///   - range: Which of the other's rows.
    ///   - products: Gets the product of the i-th own row and the j-th other one at i × `range.count` + j; at least so
    ///     long.
    /// - Complexity: O(own × range × width).
    public func multiply(
        _ own: Range<Int>, by other: SingleRows, _ range: Range<Int>, into products: inout [Float]
    ) {
        precondition(other.width == width, "rows of \(width) times rows of \(other.width)")
        precondition(
            own.lowerBound >= 0 && own.upperBound <= rowCount && range.lowerBound >= 0
                && range.upperBound <= other.rowCount && products.count >= own.count * range.count,
            "rows \(own) of \(rowCount) times rows \(range) of \(other.rowCount) into \(products.count) numbers")
        guard !own.isEmpty, !range.isEmpty else { return }
        useOneThreadPerCall()
        let rows = blasCount(own.count, "rows")
        let columns = blasCount(range.count, "rows of the other")
        let depth = blasCount(width, "width")
        elements[own.lowerBound * width..<own.upperBound * width].withUnsafeBufferPointer { a in
            other.elements[range.lowerBound * width..<range.upperBound * width].withUnsafeBufferPointer { b in
                products.withUnsafeMutableBufferPointer { c in
                    cblas_sgemm(
                        CblasRowMajor, CblasNoTrans, CblasTrans, rows, columns, depth, 1, a.baseAddress, depth,
                        b.baseAddress, depth, 0, c.baseAddress, columns)
                }
            }
        }
    }
}

/// The first place in a range whose number is at least so large; the range's end if there is none.
///
/// - Complexity: O(range), about 0.1 ns a number.
public func firstPlace(in numbers: [Float], _ range: Range<Int>, atLeast least: Float) -> Int {
    precondition(
        range.lowerBound >= 0 && range.upperBound <= numbers.count, "\(range) is outside \(numbers.count) numbers")
    return numbers.withUnsafeBufferPointer { numbers in
        let bytes = UnsafeRawBufferPointer(numbers)
        var place = range.lowerBound
        while place + 16 <= range.upperBound {
            let chunk = bytes.loadUnaligned(fromByteOffset: place * 4, as: SIMD16<Float>.self)
            if any(chunk .>= least) { break }
            place += 16
        }
        while place < range.upperBound, numbers[place] < least { place += 1 }
        return place
    }
}
