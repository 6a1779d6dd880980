/// One row of a CSV file, its cells without quotes, laid end to end. Reused from row to row.
struct CSVRow {
    /// The bytes of all cells.
    private(set) var bytes: [UInt8] = []
    /// Where each cell ends in ``bytes``.
    private(set) var ends: [Int] = []
    /// The line the row starts on, from 1.
    private(set) var line = 1

    var cellCount: Int { ends.count }

    /// Where a cell lies in ``bytes``.
    func cell(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// Whether a cell has no bytes at all, quoted or not.
    func isEmpty(_ index: Int) -> Bool { cell(index).isEmpty }

    /// A cell's text; nil if it is not UTF-8.
    func text(_ index: Int) -> String? { String(validating: bytes[cell(index)], as: UTF8.self) }

    mutating func begin(line: Int) {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        self.line = line
    }

    mutating func append(_ more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }
    mutating func append(_ byte: UInt8) { bytes.append(byte) }
    mutating func endCell() { ends.append(bytes.count) }
}
