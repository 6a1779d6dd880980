internal import CTreeTraining

/// The inner loops of growing trees, in C, with what they need to be called safely. Tested against the same in plain
/// words.
enum GradientLoops {
    /// The bin of each value: 0 if missing, else 1 + how many of the ascending thresholds, at most 254, it reaches.
    static func bins(_ values: [Double], thresholds: [Double]) -> [UInt8] {
        precondition(thresholds.count <= FeatureBins.limit - 2, "\(thresholds.count) thresholds")
        return Array(unsafeUninitializedCapacity: values.count) { codes, count in
            values.withUnsafeBufferPointer { values in
                thresholds.withUnsafeBufferPointer {
                    tt_bin(values.baseAddress, values.count, $0.baseAddress, $0.count, codes.baseAddress)
                }
            }
            count = values.count
        }
    }

    /// The codes of up to eight columns with those of a row side by side; the places of absent columns hold 0.
    static func sideBySide(_ columns: [[UInt8]], rowCount: Int) -> [UInt8] {
        precondition(columns.count <= BinnedTable.groupWidth, "\(columns.count) columns in a group")
        var group = [UInt8](repeating: 0, count: rowCount * BinnedTable.groupWidth)
        group.withUnsafeMutableBufferPointer { group in
            for (place, codes) in columns.enumerated() {
                precondition(codes.count == rowCount, "\(codes.count) codes for \(rowCount) rows")
                codes.withUnsafeBufferPointer { tt_place($0.baseAddress, rowCount, place, group.baseAddress) }
            }
        }
        return group
    }

    /// Adds each row's pair to the sum of its bin, in some columns of a group.
    ///
    /// - Parameters:
    ///   - group: Eight codes for each row of the table; each below the number of its column's sums.
    ///   - rows: Row indices of the table; nil for the first rows, one for each pair.
    ///   - pairs: As many as rows, in their order.
    ///   - slots: The columns' places in the group.
    ///   - sums: One buffer for each slot.
    static func accumulate(
        group: [UInt8], rows: UnsafeBufferPointer<Int32>?, pairs: UnsafeBufferPointer<GradientPair>, slots: [UInt8],
        into sums: [UnsafeMutablePointer<GradientSum>?]
    ) {
        precondition(rows?.count ?? pairs.count == pairs.count, "\(rows?.count ?? 0) rows, \(pairs.count) pairs")
        precondition(
            slots.count == sums.count && slots.allSatisfy { $0 < BinnedTable.groupWidth },
            "slots \(slots) with \(sums.count) buffers of sums")
        group.withUnsafeBufferPointer { group in
            tt_accumulate(
                group.baseAddress, rows?.baseAddress, pairs.baseAddress, pairs.count, slots, sums, slots.count)
        }
    }

    /// Divides rows by their codes' answers; both sides keep their order.
    ///
    /// - Parameters:
    ///   - goesRight: 256 answers, 0 or 1, one for each bin.
    ///   - left: Room for as many rows; may be that of the rows.
    ///   - right: Room for as many rows; what stands behind the last one that went right means nothing.
    /// - Returns: How many go left.
    static func divide(
        _ rows: UnsafeMutableBufferPointer<Int32>, codes: [UInt8], goesRight: [UInt8],
        left: UnsafeMutableBufferPointer<Int32>, right: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        precondition(goesRight.count == 256, "\(goesRight.count) answers for 256 bins")
        precondition(min(left.count, right.count) >= rows.count, "no room for \(rows.count) rows")
        return codes.withUnsafeBufferPointer {
            tt_divide(rows.baseAddress, rows.count, $0.baseAddress, goesRight, left.baseAddress, right.baseAddress)
        }
    }
}
