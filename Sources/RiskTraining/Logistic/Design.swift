internal import RiskLinearAlgebra
internal import RiskModels

/// The design matrix of a plan, in blocks of rows: kept if it is small enough, else made anew for each pass.
struct Design: Sendable {
    /// Rows of a block; few enough that a block stays in the cache while it is multiplied.
    static let blockRowCount = 1024
    /// The largest matrix that is kept.
    static let keptByteLimit = 1 << 30

    let plan: TermPlan
    private let data: TrainingData
    private let rows: [Int]
    private var kept: [Block] = []

    /// A block's rows, in Float32 unless that would lose something: half of what each pass has to fetch.
    private enum Block: Sendable {
        case compact(CompactMatrix)
        case full(Matrix)
    }

    init(_ plan: TermPlan, _ data: TrainingData, rows: [Int], threads: Int, keptByteLimit: Int = Self.keptByteLimit) {
        self.plan = plan
        self.data = data
        self.rows = rows
        let stride = plan.fitsFloat32 ? MemoryLayout<Float>.stride : MemoryLayout<Double>.stride
        guard rows.count * plan.columnCount * stride <= keptByteLimit else { return }
        let unkept = self
        kept = parallelMap(blockCount, threads: threads) { unkept.makeBlock($0) }
    }

    var blockCount: Int { (rows.count + Self.blockRowCount - 1) / Self.blockRowCount }

    /// The data's rows that a block is about.
    func blockRows(_ block: Int) -> ArraySlice<Int> {
        rows[block * Self.blockRowCount..<min(rows.count, (block + 1) * Self.blockRowCount)]
    }

    /// Puts one block of the matrix into another's memory.
    func fill(_ matrix: inout Matrix, block: Int) {
        switch kept.isEmpty ? makeBlock(block) : kept[block] {
        case .compact(let block): block.widen(into: &matrix)
        case .full(let block): matrix = block
        }
    }

    private func makeBlock(_ block: Int) -> Block {
        let (rows, width) = (blockRows(block), plan.columnCount)
        guard plan.fitsFloat32 else {
            return .full(Matrix(rowCount: rows.count, columnCount: width, elements: elements(rows)))
        }
        return .compact(CompactMatrix(rowCount: rows.count, columnCount: width, elements: elements(rows)))
    }

    private func elements<Number: BinaryFloatingPoint>(_ rows: ArraySlice<Int>) -> [Number] {
        let width = plan.columnCount
        var elements = Array(repeating: Number.zero, count: rows.count * width)
        for index in 0..<rows.count { elements[index * width] = 1 }
        for term in plan.terms {
            let column = data.columns[term.feature]
            var offset = term.firstColumn
            for row in rows {
                Self.fill(&elements, offset, term.kind, column[row])
                offset += width
            }
        }
        return elements
    }

    /// Says the same as the scorer does: what is not set stays 0.
    private static func fill<Number: BinaryFloatingPoint>(
        _ elements: inout [Number], _ offset: Int, _ kind: TermPlan.Term.Kind, _ value: Double
    ) {
        switch kind {
        case .numeric(let transform, let center, let scale):
            if !value.isNaN { elements[offset] = Number((transform(value) - center) / scale) }
        case .missing:
            if value.isNaN { elements[offset] = 1 }
        case .category(let count):
            if !value.isNaN { elements[offset + (value >= 0 ? min(Int(value), count - 1) : count - 1)] = 1 }
        }
    }
}
