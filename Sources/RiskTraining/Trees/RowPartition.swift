internal import CTreeTraining

/// Rows grouped by the leaf of one tree that they have reached so far, in their order within each leaf.
///
/// One partition serves one tree after another, in the same memory: 20 bytes a row, or 12 without gradients. Used by
/// one thread at a time, which may divide work among its team.
final class RowPartition: @unchecked Sendable {
    /// Where each leaf's rows stand; which leaf has which number is up to who divides.
    private(set) var ranges: [Range<Int>] = []
    /// Whether the rows are those of the table from the first on, so that a leaf of all need not look them up.
    private(set) var isWhole = false
    private let storage: UnsafeMutableBufferPointer<Int32>
    private let spareLeft: UnsafeMutableBufferPointer<Int32>
    private let spareRight: UnsafeMutableBufferPointer<Int32>
    /// Slopes and curvatures in the order of the rows, for the root and for what ``gather(_:from:team:)`` was told.
    private let pairStorage: UnsafeMutableBufferPointer<GradientPair>
    private let rowLimit: Int

    /// Rows that are worth the hand-over to another thread.
    static let worthwhileCount = 2 * WorkerTeam.blockSize

    /// Room for some rows of a table.
    init(capacity: Int, tableRowCount: Int, keepsPairs: Bool) {
        rowLimit = tableRowCount
        storage = .allocate(capacity: capacity)
        spareLeft = .allocate(capacity: capacity)
        spareRight = .allocate(capacity: capacity)
        pairStorage = .allocate(capacity: keepsPairs ? capacity : 0)
        storage.initialize(repeating: 0)
        spareLeft.initialize(repeating: 0)
        spareRight.initialize(repeating: 0)
        pairStorage.initialize(repeating: .zero)
    }

    deinit {
        storage.deallocate()
        spareLeft.deallocate()
        spareRight.deallocate()
        pairStorage.deallocate()
    }

    /// Begins a tree: all of these rows, ascending and below the table's count, in leaf 0.
    func start(_ rows: ArraySlice<Int32>) {
        precondition(rows.count <= storage.count, "\(rows.count) rows where \(storage.count) have room")
        precondition(
            (rows.first ?? 0) >= 0 && (rows.last ?? -1) < rowLimit, "rows \(rows.first ?? 0) to \(rows.last ?? 0)")
        rows.withUnsafeBufferPointer { _ = storage.update(fromContentsOf: $0) }
        isWhole = rows.count == rowLimit
        ranges = [0..<rows.count]
    }

    /// The rows of a leaf.
    func rows(_ leaf: Int) -> UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(rebasing: storage[ranges[leaf]])
    }

    /// The slopes and curvatures of a leaf's rows, in their order.
    func pairs(_ leaf: Int) -> UnsafeMutableBufferPointer<GradientPair> {
        UnsafeMutableBufferPointer(rebasing: pairStorage[ranges[leaf]])
    }

    /// Divides leaves by the answers for the bins of one column. The left sides keep the leaves' numbers; the right
    /// ones become the last leaves, in the same order.
    func divide(_ leaves: Range<Int>, codes: [UInt8], goesRight: [Bool], team: WorkerTeam) {
        precondition(codes.count == rowLimit, "\(codes.count) codes for a table of \(rowLimit) rows")
        var answers = goesRight.map { $0 ? UInt8(1) : 0 }
        answers += Array(repeating: 0, count: 256 - answers.count)
        let rowCount = leaves.reduce(0) { $0 + ranges[$1].count }
        let parents = leaves.map { ranges[$0] }
        let leftCounts =
            rowCount >= Self.worthwhileCount && team.threads > 1
            ? divideTogether(parents, codes, answers, team) : parents.map { divideAlone($0, codes, answers) }
        for (leaf, count) in zip(leaves, leftCounts) {
            let parent = ranges[leaf]
            ranges[leaf] = parent.lowerBound..<parent.lowerBound + count
            ranges.append(parent.lowerBound + count..<parent.upperBound)
        }
    }

    private func divideAlone(_ range: Range<Int>, _ codes: [UInt8], _ answers: [UInt8]) -> Int {
        let rows = UnsafeMutableBufferPointer(rebasing: storage[range])
        let spare = UnsafeMutableBufferPointer(rebasing: spareRight[range])
        let left = GradientLoops.divide(rows, codes: codes, goesRight: answers, left: rows, right: spare)
        move(spareRight, range.lowerBound, range.lowerBound + left, range.count - left)
        return left
    }

    /// A run of neighbouring rows of one parent.
    private struct Block {
        var parent: Int
        var range: Range<Int>
        var left = 0
        /// Where its rows belong.
        var leftStart = 0
        var rightStart = 0
    }

    /// Divides blocks beside each other, then puts their sides one behind another.
    private func divideTogether(
        _ parents: [Range<Int>], _ codes: [UInt8], _ answers: [UInt8], _ team: WorkerTeam
    ) -> [Int] {
        let size = WorkerTeam.blockSize
        var blocks = parents.indices.flatMap { parent in
            stride(from: parents[parent].lowerBound, to: parents[parent].upperBound, by: size).map {
                Block(parent: parent, range: $0..<min($0 + size, parents[parent].upperBound))
            }
        }
        let places = blocks.map(\.range)
        let lefts = team.map(blocks.count) { index in
            GradientLoops.divide(
                .init(rebasing: self.storage[places[index]]), codes: codes, goesRight: answers,
                left: .init(rebasing: self.spareLeft[places[index]]),
                right: .init(rebasing: self.spareRight[places[index]]))
        }
        var leftCounts = Array(repeating: 0, count: parents.count)
        for (index, left) in lefts.enumerated() {
            blocks[index].left = left
            leftCounts[blocks[index].parent] += left
        }
        var (lastParent, leftStart, rightStart) = (-1, 0, 0)
        for index in blocks.indices {
            let parent = blocks[index].parent
            if parent != lastParent {
                leftStart = parents[parent].lowerBound
                rightStart = leftStart + leftCounts[parent]
                lastParent = parent
            }
            (blocks[index].leftStart, blocks[index].rightStart) = (leftStart, rightStart)
            leftStart += blocks[index].left
            rightStart += blocks[index].range.count - blocks[index].left
        }
        let placed = blocks
        team.run(placed.count) { index in
            let block = placed[index]
            self.move(self.spareLeft, block.range.lowerBound, block.leftStart, block.left)
            self.move(
                self.spareRight, block.range.lowerBound, block.rightStart, block.range.count - block.left)
        }
        return leftCounts
    }

    /// Puts rows from a spare place into their own.
    private func move(_ spare: UnsafeMutableBufferPointer<Int32>, _ from: Int, _ to: Int, _ count: Int) {
        guard count > 0 else { return }
        let source = UnsafeBufferPointer(rebasing: spare[from..<from + count])
        _ = UnsafeMutableBufferPointer(rebasing: storage[to..<to + count]).update(fromContentsOf: source)
    }

    /// Puts the pairs of some leaves' rows side by side.
    ///
    /// - Parameter pairs: One for each row of the table.
    func gather(_ leaves: [Int], from pairs: UnsafeBufferPointer<GradientPair>, team: WorkerTeam) {
        precondition(pairs.count == rowLimit, "\(pairs.count) pairs for a table of \(rowLimit) rows")
        let blocks = leaves.flatMap { leaf in
            stride(from: ranges[leaf].lowerBound, to: ranges[leaf].upperBound, by: WorkerTeam.blockSize).map {
                $0..<min($0 + WorkerTeam.blockSize, self.ranges[leaf].upperBound)
            }
        }
        nonisolated(unsafe) let pairs = pairs
        team.run(blocks.count, isWorthwhile: blocks.count > 2) { index in
            let rows = UnsafeBufferPointer(rebasing: self.storage[blocks[index]])
            let place = UnsafeMutableBufferPointer(rebasing: self.pairStorage[blocks[index]])
            tt_gather(pairs.baseAddress, rows.baseAddress, rows.count, place.baseAddress)
        }
    }
}
