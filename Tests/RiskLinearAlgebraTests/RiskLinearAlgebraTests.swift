import RiskLinearAlgebra
import Testing

/// Matrix operations against loops anyone can read.
@Suite struct MatrixTests {
    /// SplitMix64, so that a failing seed can be run again.
    struct Randoms {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        mutating func number() -> Double { Double(next() >> 11) * 0x1p-52 - 1 }
        mutating func numbers(_ count: Int) -> [Double] { (0..<count).map { _ in number() } }
        mutating func size() -> Int { [0, 1, 2, 3, 7, 33, 70][Int(next() % 7)] }
        mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
            Matrix(rowCount: rows, columnCount: columns, elements: numbers(rows * columns))
        }
    }

    static func close(_ left: [Double], _ right: [Double], within tolerance: Double = 1e-12) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance * (1 + abs($1)) }
    }

    @Test func productsAgreeWithLoops() {
        for seed in 0..<300 as Range<UInt64> {
            var random = Randoms(state: seed)
            let (n, p) = (random.size(), random.size())
            let a = random.matrix(n, p)
            let (x, z, start) = (random.numbers(p), random.numbers(n), random.numbers(p))

            let product = (0..<n).map { row in (0..<p).reduce(0.0) { $0 + a[row, $1] * x[$1] } }
            #expect(Self.close(a.times(x), product), "seed \(seed), \(n) x \(p)")

            var transposed = start
            a.addTransposedProduct(of: z, to: &transposed)
            let expected = (0..<p).map { column in (0..<n).reduce(start[column]) { $0 + a[$1, column] * z[$1] } }
            #expect(Self.close(transposed, expected), "seed \(seed), \(n) x \(p)")
        }
    }

    @Test func gramMatrixFillsTheUpperTriangleOnly() {
        for seed in 0..<300 as Range<UInt64> {
            var random = Randoms(state: seed)
            let (n, p) = (random.size(), random.size())
            var a = random.matrix(n, p)
            let weights = random.numbers(n).map { abs($0) }
            let plain = a
            a.scaleRows(by: weights.map { $0.squareRoot() })
            let start = random.matrix(p, p)
            var c = start
            a.addGram(toUpper: &c)
            for i in 0..<p {
                for j in 0..<p {
                    let sum = (0..<n).reduce(start[i, j]) { $0 + weights[$1] * plain[$1, i] * plain[$1, j] }
                    let expected = j >= i ? sum : start[i, j]
                    #expect(abs(c[i, j] - expected) <= 1e-12 * (1 + abs(expected)), "seed \(seed), [\(i), \(j)]")
                }
            }
        }
    }

    @Test func choleskySolvesWhatLoopsMultiply() throws {
        for seed in 0..<200 as Range<UInt64> {
            var random = Randoms(state: seed)
            let p = random.size()
            var c = Matrix(rowCount: p, columnCount: p)
            for i in 0..<p { c[i, i] = 0.5 }
            random.matrix(p + 3, p).addGram(toUpper: &c)
            let x = random.numbers(p)
            let b = (0..<p).map { i in (0..<p).reduce(0.0) { $0 + c[min(i, $1), max(i, $1)] * x[$1] } }
            let solved = try CholeskyFactor(ofUpper: c).solve(b)
            #expect(Self.close(solved, x, within: 1e-9), "seed \(seed), order \(p)")
        }
    }

    @Test func aMatrixThatIsNotPositiveDefiniteIsAnError() {
        let saddle = Matrix(rowCount: 2, columnCount: 2, elements: [1, 2, 2, 1])
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2, rowCount: 2)) {
            try CholeskyFactor(ofUpper: saddle)
        }
        #expect(throws: LinearAlgebraError.self) {
            try CholeskyFactor(ofUpper: Matrix(rowCount: 1, columnCount: 1))
        }
        #expect(throws: LinearAlgebraError.self) {
            try CholeskyFactor(ofUpper: Matrix(rowCount: 2, columnCount: 2, elements: [.nan, 0, 0, 1]))
        }
        #expect("\(LinearAlgebraError.notPositiveDefinite(order: 2, rowCount: 3))".contains("2 x 2 block of a 3 x 3"))
    }

    @Test func matricesAddElementByElement() {
        var sum = Matrix(rowCount: 1, columnCount: 2, elements: [1, 2])
        sum.add(Matrix(rowCount: 1, columnCount: 2, elements: [10, 20]))
        #expect(sum.elements == [11, 22])
    }

    @Test func compactMatricesWidenExactlyIntoAnyShape() {
        for seed in 0..<60 as Range<UInt64> {
            var random = Randoms(state: seed)
            let (n, p) = (random.size(), random.size())
            let numbers = random.numbers(n * p).map { Float($0) }
            let compact = CompactMatrix(rowCount: n, columnCount: p, elements: numbers)
            // Memory of the same shape is used again, of any other is replaced.
            for old in [random.matrix(n, p), random.matrix(random.size(), random.size())] {
                var matrix = old
                compact.widen(into: &matrix)
                #expect(matrix == Matrix(rowCount: n, columnCount: p, elements: numbers.map(Double.init)))
            }
        }
    }

    @Test func rowsAddAndTrianglesMirror() {
        for seed in 0..<100 as Range<UInt64> {
            var random = Randoms(state: seed)
            let p = random.size()
            var a = random.matrix(p, p)
            let (start, factor) = (random.numbers(p), random.number())
            for row in 0..<p {
                var sum = start
                a.addRow(row, times: factor, to: &sum)
                #expect(Self.close(sum, (0..<p).map { start[$0] + factor * a[row, $0] }), "seed \(seed), row \(row)")
            }
            let upper = a
            a.mirrorUpper()
            for i in 0..<p {
                for j in 0..<p { #expect(a[i, j] == upper[min(i, j), max(i, j)], "seed \(seed), [\(i), \(j)]") }
            }
        }
    }

    @Test func theNumericEnvironmentNamesCoreLibraryAndLibc() {
        for part in ["core=", "openblas=OpenBLAS", "libc=glibc 2."] { #expect(numericEnvironment.contains(part)) }
    }
}
