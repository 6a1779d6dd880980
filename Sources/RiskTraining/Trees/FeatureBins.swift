internal import RiskModels

/// How the values of one feature fall into at most 256 bins. Bin 0 is for missing values.
struct FeatureBins: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// A present value is in bin 1 + (how many of these ascending thresholds it reaches).
        case numeric(thresholds: [Double])
        /// The bin of each category code, that of "any other" last. Bin 1 is for "any other" and for rare categories.
        case categorical(binOfCode: [UInt8])
    }

    /// Bins at most, the one for missing values included.
    static let limit = 256
    /// Values that are looked at to set the thresholds of a numeric feature, spread evenly over the rows.
    static let sampleLimit = 200_000
    /// The weight of the rows a category needs for a bin of its own.
    static let categoryWeightMinimum = 10.0

    let kind: Kind
    /// Bins, the one for missing values included.
    let binCount: Int

    /// The bins of a column.
    init(_ feature: ModelFeature, _ column: [Double], weights: [Double]?) {
        if let categories = feature.categories {
            self.init(codeCount: categories.count + 1, column, weights: weights)
        } else {
            self.init(thresholds: Self.thresholds(column))
        }
    }

    private init(thresholds: [Double]) {
        kind = .numeric(thresholds: thresholds)
        binCount = thresholds.count + 2
    }

    private init(codeCount: Int, _ column: [Double], weights: [Double]?) {
        var total = Array(repeating: 0.0, count: codeCount)
        for (row, value) in column.enumerated() where !value.isNaN {
            total[Self.code(value, codeCount)] += weights?[row] ?? 1
        }
        let own = (0..<codeCount - 1).filter { total[$0] >= Self.categoryWeightMinimum }
            .sorted { (-total[$0], $0) < (-total[$1], $1) }
            .prefix(Self.limit - 2)
        var binOfCode = Array(repeating: UInt8(1), count: codeCount)
        for (rank, code) in own.enumerated() { binOfCode[code] = UInt8(rank + 2) }
        kind = .categorical(binOfCode: binOfCode)
        binCount = own.count + 2
    }

    /// The category code of a present value, every other number being "any other".
    private static func code(_ value: Double, _ codeCount: Int) -> Int {
        value >= 0 && value < Double(codeCount - 1) ? Int(value) : codeCount - 1
    }

    /// The bin of a value.
    func bin(_ value: Double) -> UInt8 {
        if value.isNaN { return 0 }
        switch kind {
        case .categorical(let binOfCode):
            return binOfCode[Self.code(value, binOfCode.count)]
        case .numeric(let thresholds):
            var (low, high) = (0, thresholds.count)
            while low < high {
                let middle = (low + high) / 2
                if value >= thresholds[middle] { low = middle + 1 } else { high = middle }
            }
            return UInt8(low + 1)
        }
    }

    /// The bin of each value of a column.
    func bins(of column: [Double]) -> [UInt8] {
        guard case .numeric(let thresholds) = kind else { return column.map(bin) }
        return GradientLoops.bins(column, thresholds: thresholds)
    }

    /// Who goes right, in the words of a document. Bin 0 is not looked at: missing values have a flag of their own.
    ///
    /// - Parameter goesRight: For each bin whether it goes right; in a numeric feature, all bins from some bin on.
    func condition(_ goesRight: [Bool]) -> TreeSplit.Condition {
        switch kind {
        case .categorical(let binOfCode):
            return .among(binOfCode.indices.filter { goesRight[Int(binOfCode[$0])] })
        case .numeric(let thresholds):
            let first = (1..<binCount).first { goesRight[$0] } ?? binCount
            precondition(first < binCount, "a split where only missing values go right has to be turned round")
            return .atLeast(first == 1 ? -Double.greatestFiniteMagnitude : thresholds[first - 2])
        }
    }

    // MARK: - Thresholds

    private struct Run {
        var value: Double
        var count: Int
    }

    /// Ascending numbers between neighbouring values: between all of them if they are few, else so that the bins hold
    /// about as many rows each. A value that is frequent by itself gets its own bin (as in LightGBM).
    private static func thresholds(_ column: [Double]) -> [Double] {
        let step = max(1, (column.count + sampleLimit - 1) / sampleLimit)
        var values = stride(from: 0, to: column.count, by: step).map { column[$0] }.filter { !$0.isNaN }
        values.sort()
        var runs: [Run] = []
        for value in values {
            if let last = runs.last, last.value == value {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(Run(value: value, count: 1))
            }
        }
        guard runs.count > 1 else { return [] }
        let ends = runs.count <= limit - 1 ? Array(0..<runs.count - 1) : evenEnds(runs)
        return ends.map { between(runs[$0].value, runs[$0 + 1].value) }
    }

    /// The indices of the runs that end a bin, but for the last bin.
    private static func evenEnds(_ runs: [Run]) -> [Int] {
        let binLimit = limit - 1
        var restCount = runs.reduce(0) { $0 + $1.count }
        let share = Double(restCount) / Double(binLimit)
        let isBig = runs.map { Double($0.count) >= share }
        var restBins = binLimit
        for (run, big) in zip(runs, isBig) where big {
            restBins -= 1
            restCount -= run.count
        }
        var target = Double(restCount) / Double(max(1, restBins))
        var ends: [Int] = []
        var held = 0
        for index in 0..<runs.count - 1 where ends.count < binLimit - 1 {
            held += runs[index].count
            if !isBig[index] { restCount -= runs[index].count }
            let isFull = Double(held) >= target
            if isBig[index] || isFull || (isBig[index + 1] && Double(held) >= target / 2) {
                ends.append(index)
                held = 0
                if !isBig[index] {
                    restBins -= 1
                    target = Double(restCount) / Double(max(1, restBins))
                }
            }
        }
        return ends
    }

    /// A number above the lower one and at most the upper one, near their middle: a Float32 if there is one, since
    /// those are compared sixteen at a time.
    private static func between(_ low: Double, _ high: Double) -> Double {
        let middle = low / 2 + high / 2
        let short = Double(Float(middle))
        if short > low && short <= high && short.isFinite { return short }
        return middle > low && middle <= high ? middle : high
    }
}
