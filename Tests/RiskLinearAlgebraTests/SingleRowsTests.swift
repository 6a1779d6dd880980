import RiskLinearAlgebra
import Testing

/// Products of whole numbers against whole numbers.
@Suite struct SingleRowsTests {
    @Test func productsOfWholeNumbersAreExactInEveryBlock() {
        for seed in 0..<100 as Range<UInt64> {
            var random = MatrixTests.Randoms(state: seed)
            let width = 1 + Int(random.next() % 80)
            let (left, leftNumbers) = Self.rows(Int(random.next() % 40), width, &random)
            let (right, rightNumbers) = Self.rows(Int(random.next() % 70), width, &random)
            // In one block, and in blocks of any other size.
            for blockSize in [max(1, right.rowCount), 1 + Int(random.next() % 9)] {
                for start in stride(from: 0, to: right.rowCount, by: blockSize) {
                    let range = start..<min(start + blockSize, right.rowCount)
                    var products = [Float](repeating: -1, count: left.rowCount * range.count + 1)
                    left.multiply(0..<left.rowCount, by: right, range, into: &products)
                    for row in 0..<left.rowCount {
                        for (column, other) in range.enumerated() {
                            let exact = zip(leftNumbers[row], rightNumbers[other]).reduce(0) { $0 + $1.0 * $1.1 }
                            #expect(
                                products[row * range.count + column] == Float(exact), "seed \(seed), \(row) x \(other)")
                        }
                    }
                    #expect(products.last == -1, "seed \(seed): no more than was asked for")
                }
            }
        }
    }

    private static func rows(
        _ count: Int, _ width: Int, _ random: inout MatrixTests.Randoms
    ) -> (SingleRows, [[Int]]) {
        let numbers = (0..<count).map { _ in (0..<width).map { _ in Int(random.next() % 255) - 127 } }
        var rows = SingleRows(rowCount: count, width: width)
        for (row, values) in numbers.enumerated() {
            for (column, value) in values.enumerated() { rows[row, column] = Float(value) }
        }
        return (rows, numbers)
    }

    @Test func theFirstLargeNumberIsFound() {
        for seed in 0..<200 as Range<UInt64> {
            var random = MatrixTests.Randoms(state: seed)
            let numbers = (0..<Int(random.next() % 90)).map { _ in Float(random.next() % 60) }
            let start = numbers.isEmpty ? 0 : Int(random.next() % UInt64(numbers.count))
            let range = start..<numbers.count
            let expected = range.first { numbers[$0] >= 57 } ?? numbers.count
            #expect(firstPlace(in: numbers, range, atLeast: 57) == expected, "seed \(seed)")
        }
    }

    @Test func theLargestSumsStayBelowTheLimit() {
        var rows = SingleRows(rowCount: 1, width: 64)
        for column in 0..<64 { rows[0, column] = 127 }
        var products: [Float] = [0]
        rows.multiply(0..<1, by: rows, 0..<1, into: &products)
        #expect(products[0] == 64 * 127 * 127 && products[0] < SingleRows.exactLimit)
    }
}
