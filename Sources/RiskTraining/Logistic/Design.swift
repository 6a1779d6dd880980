internal import RiskLinearAlgebra
internal import RiskModels

/// The design matrix of a plan, in blocks of rows: kept if it is small enough, else made anew for each pass.
struct Design: Sendable {
    /// Rows of a block; few enough that a block stays in the cache while it is multiplied.
    static let blockRowCount = 2048
    /// The largest matrix that is kept.
    static let keptByteLimit = 1 << 30

    let plan: TermPlan
    private let data: TrainingData
    private let rows: [Int]
    private var kept: [Matrix] = []

    init(_ plan: TermPlan, _ data: TrainingData, rows: [Int], threads: Int, keptByteLimit: Int = Self.keptByteLimit) {
        self.plan = plan
        self.data = data
        self.rows = rows
        guard rows.count * plan.columnCount * MemoryLayout<Double>.stride <= keptByteLimit else { return }
        let unkept = self
        kept = parallelMap(blockCount, threads: threads) { unkept.makeBlock($0) }
    }

    var blockCount: Int { (rows.count + Self.blockRowCount - 1) / Self.blockRowCount }

    /// The data's rows that a block is about.
    func blockRows(_ block: Int) -> ArraySlice<Int> {
        rows[block * Self.blockRowCount..<min(rows.count, (block + 1) * Self.blockRowCount)]
    }

    /// One block of the matrix.
    func block(_ block: Int) -> Matrix { kept.isEmpty ? makeBlock(block) : kept[block] }

    private func makeBlock(_ block: Int) -> Matrix {
        let rows = blockRows(block)
        let width = plan.columnCount
        var elements = Array(repeating: 0.0, count: rows.count * width)
        for index in 0..<rows.count { elements[index * width] = 1 }
        for term in plan.terms {
            let column = data.columns[term.feature]
            var offset = term.firstColumn
            for row in rows {
                Self.fill(&elements, offset, term.kind, column[row])
                offset += width
            }
        }
        return Matrix(rowCount: rows.count, columnCount: width, elements: elements)
    }

    /// Says the same as the scorer does: what is not set stays 0.
    private static func fill(_ elements: inout [Double], _ offset: Int, _ kind: TermPlan.Term.Kind, _ value: Double) {
        switch kind {
        case .numeric(let transform, let center, let scale):
            if !value.isNaN { elements[offset] = (transform(value) - center) / scale }
        case .missing:
            if value.isNaN { elements[offset] = 1 }
        case .category(let count):
            if !value.isNaN { elements[offset + (value >= 0 ? min(Int(value), count - 1) : count - 1)] = 1 }
        }
    }
}
