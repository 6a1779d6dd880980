internal import CTreeKernels

/// A number that splits ask about: its thresholds, ascending, and where its splits send missing values.
struct SplitNumber {
    var feature: Int
    var thresholds: [Double]
    var needsLow: Bool
    var needsHigh: Bool

    /// Whether all thresholds are Float32, as training makes them where it can.
    var isShort: Bool { thresholds.allSatisfy { Double(Float($0)) == $0 } }
}

/// Numbers with few short thresholds, sixteen side by side, for a kernel that compares them with all of those at once.
///
/// That takes as many comparisons as the group's first number has thresholds, so numbers stand in the order of their
/// counts, and those with so many that searching them one by one is cheaper are left to that.
struct NumberGroups {
    /// Which columns a number has, of those the chunks fill.
    struct Columns {
        var low: UInt16
        var high: UInt16
    }

    private static let groupCount = Int(TK_GROUP_NUMBERS)
    private static let chunkCount = Int(TK_CHUNK_GROUPS) * groupCount
    private static let laneCount = Int(TK_LANES)

    /// The features of the numbers and their columns.
    private(set) var columns: [Int: Columns] = [:]
    private(set) var columnCount = 0
    private var groups: [(values: [UInt32], keys: [Float])] = []
    private var chunks: [(lanes: [UInt8], low: UInt16, high: UInt16)] = []

    /// Nothing is grouped.
    init() {}

    /// Groups those of the numbers for which it pays.
    init(_ numbers: [SplitNumber]) {
        let chosen = Self.chosen(numbers)
        for first in stride(from: 0, to: chosen.count, by: Self.chunkCount) {
            addChunk(Array(chosen[first..<min(chosen.count, first + Self.chunkCount)]))
        }
    }

    /// Most thresholds first. A group costs a comparison for each threshold of its first number and two dozen besides;
    /// a number searched by itself costs about six.
    private static func chosen(_ numbers: [SplitNumber]) -> [SplitNumber] {
        let sorted = numbers.filter(\.isShort).sorted {
            ($1.thresholds.count, $0.feature) < ($0.thresholds.count, $1.feature)
        }
        let first = sorted.indices.first { index in
            sorted[index].thresholds.count + 24 <= 6 * min(groupCount, sorted.count - index)
        }
        return Array(sorted[(first ?? sorted.count)...])
    }

    private mutating func addChunk(_ numbers: [SplitNumber]) {
        var low: [UInt8] = []
        var high: [UInt8] = []
        for (index, number) in numbers.enumerated() {
            let lane = UInt8(index % Self.groupCount * Int(TK_CHUNK_GROUPS) + index / Self.groupCount)
            if number.needsLow { low.append(lane) }
            if number.needsHigh { high.append(lane) }
        }
        let highColumn = columnCount + low.count
        var place = (low: columnCount, high: highColumn)
        for number in numbers {
            columns[number.feature] = Columns(low: UInt16(place.low), high: UInt16(place.high))
            place.low += number.needsLow ? 1 : 0
            place.high += number.needsHigh ? 1 : 0
        }
        func filled(_ lanes: [UInt8]) -> [UInt8] { lanes + Array(repeating: 0, count: Self.laneCount - lanes.count) }
        chunks.append((filled(low) + filled(high), UInt16(columnCount), UInt16(highColumn)))
        columnCount = place.high
        for first in stride(from: 0, to: numbers.count, by: Self.groupCount) {
            addGroup(Array(numbers[first..<min(numbers.count, first + Self.groupCount)]))
        }
    }

    private mutating func addGroup(_ numbers: [SplitNumber]) {
        // Lanes without a number take the first one's value and compare it with nothing.
        let values = (0..<Self.groupCount).map { UInt32(numbers[$0 < numbers.count ? $0 : 0].feature) }
        let keyCount = (numbers[0].thresholds.count + 1) / 2 * 2
        let keys = (0..<keyCount).flatMap { key in
            (0..<Self.groupCount).map { lane in
                lane < numbers.count && key < numbers[lane].thresholds.count
                    ? Float(numbers[lane].thresholds[key]) : .nan
            }
        }
        groups.append((values, keys))
    }

    /// The chunks for the kernel.
    func layOut(in memory: KernelMemory) -> (chunks: UnsafePointer<tk_number_chunk>, count: Int) {
        let keys = memory.copy(groups.flatMap(\.keys))
        let values = memory.copy(groups.flatMap(\.values))
        var firstKey = 0
        let groups = memory.copy(
            groups.enumerated().map { index, group in
                defer { firstKey += group.keys.count }
                return tk_number_group(
                    values: values + index * Self.groupCount, keys: keys + firstKey,
                    key_count: group.keys.count / Self.groupCount)
            })
        let chunkGroups = Int(TK_CHUNK_GROUPS)
        let chunks = chunks.enumerated().map { index, chunk in
            tk_number_chunk(
                groups: groups + index * chunkGroups, lanes: memory.copy(chunk.lanes),
                group_count: UInt32(min(chunkGroups, self.groups.count - index * chunkGroups)),
                low_column: chunk.low, high_column: chunk.high)
        }
        return (memory.copy(chunks), chunks.count)
    }
}
