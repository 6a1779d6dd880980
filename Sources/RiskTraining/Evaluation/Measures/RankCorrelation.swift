/// Spearman's rank correlation, ties at their middle rank; 0 if either side never varies.
///
/// - Complexity: O(n log n).
func rankCorrelation(_ left: [Double], _ right: [Double]) -> Double {
    precondition(left.count == right.count, "\(left.count) values beside \(right.count)")
    let (leftRanks, rightRanks) = (ranks(left), ranks(right))
    let middle = Double(left.count + 1) / 2
    var (product, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (leftRank, rightRank) in zip(leftRanks, rightRanks) {
        product += (leftRank - middle) * (rightRank - middle)
        leftSquares += (leftRank - middle) * (leftRank - middle)
        rightSquares += (rightRank - middle) * (rightRank - middle)
    }
    guard leftSquares > 0, rightSquares > 0 else { return 0 }
    return product / (leftSquares * rightSquares).squareRoot()
}

private func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = Array(repeating: 0.0, count: values.count)
    var start = 0
    while start < order.count {
        var end = start + 1
        while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
        for place in start..<end { result[order[place]] = Double(start + end + 1) / 2 }
        start = end
    }
    return result
}
