/// Which rows are learnt from and which are kept apart to calibrate, to set thresholds and to measure.
struct HeldOutSplit: Equatable {
    var fitted: [Int]
    var heldOut: [Int]

    /// In order of time, whole groups are taken from the one that came last backwards, else they are drawn, until the
    /// share of the rows is reached; copies that only some forests learn from are none of these. A group is never on
    /// both sides; a row that has borrowed from a group of the other side is on neither.
    init(_ data: TrainingData, options: TrainingOptions) {
        // What each row counts for here.
        let counts = data.otherFitWeights?.map { $0 > 0 ? 1 : 0 } ?? Array(repeating: 1, count: data.rowCount)
        let wanted = Int(Double(counts.reduce(0, +)) * options.heldOutShare)
        // Groups numbered by their first row.
        var numbers: [Int: Int] = [:]
        var firstRows: [Int] = []
        var rowCounts: [Int] = []
        let groupOfRow = (0..<data.rowCount).map { row -> Int in
            let next = firstRows.count
            if let groups = data.groups, let known = numbers[groups[row]] {
                rowCounts[known] += counts[row]
                return known
            }
            if let groups = data.groups { numbers[groups[row]] = next }
            firstRows.append(row)
            rowCounts.append(counts[row])
            return next
        }
        var order = Array(firstRows.indices.reversed())
        if !options.timeOrdered {
            var generator = SplitMix64(seed: options.seed)
            order = firstRows.indices.shuffled(using: &generator)
        }
        var isHeldOut = firstRows.map { _ in false }
        var count = 0
        for group in order {
            if count + rowCounts[group] <= wanted {
                isHeldOut[group] = true
                count += rowCounts[group]
            } else if options.timeOrdered {
                // Nobody older than the first who is left out comes in: the cut is a moment.
                break
            }
        }
        func mixesSides(_ row: Int) -> Bool {
            guard let lender = data.lenders?[row], let number = numbers[lender] else { return false }
            return isHeldOut[number] != isHeldOut[groupOfRow[row]]
        }
        let rows = groupOfRow.indices.filter { !mixesSides($0) }
        fitted = rows.filter { !isHeldOut[groupOfRow[$0]] }
        heldOut = rows.filter { isHeldOut[groupOfRow[$0]] }
    }
}
