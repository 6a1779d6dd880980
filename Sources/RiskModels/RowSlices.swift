/// Rows that stand one after another, each of the same width.
extension UnsafeBufferPointer<Double> {
    /// The row at an index.
    @inline(__always)
    func row(_ index: Int, of width: Int) -> UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(rebasing: self[index * width..<(index + 1) * width])
    }
}

extension UnsafeMutableBufferPointer<Double> {
    /// The row at an index.
    @inline(__always)
    func row(_ index: Int, of width: Int) -> UnsafeMutableBufferPointer<Double> {
        UnsafeMutableBufferPointer(rebasing: self[index * width..<(index + 1) * width])
    }
}
