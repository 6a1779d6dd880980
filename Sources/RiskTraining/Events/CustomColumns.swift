internal import RiskCore
internal import RiskModels

/// Custom values by row: most rows have few of them, so only those that are there are kept.
struct CustomColumns {
    private var numbers: [String: Column<Double>] = [:]
    private var texts: [String: Column<String>] = [:]

    /// Values of one name, rows ascending.
    private struct Column<Value> {
        var rows: [Int] = []
        var values: [Value] = []

        mutating func append(_ value: Value, row: Int) {
            rows.append(row)
            values.append(value)
        }

        /// Only the rows with a new number, under it.
        mutating func renumber(_ numbers: [Int]) {
            let kept = rows.indices.filter { numbers[rows[$0]] >= 0 }
            values = kept.map { values[$0] }
            rows = kept.map { numbers[rows[$0]] }
        }

        /// The values of some rows, ascending, and their places among those.
        func selected(_ numbers: [Int]) -> Column {
            var result = self
            result.renumber(numbers)
            return result
        }
    }

    /// - Throws: ``TrainingError`` if a name has numbers in some events and texts in others.
    mutating func add(_ custom: [CustomValue], row: Int) throws(TrainingError) {
        for value in custom {
            switch value.value {
            case .number(let number): numbers[value.name, default: Column()].append(number, row: row)
            case .text(let text): texts[value.name, default: Column()].append(text, row: row)
            }
            if numbers[value.name] != nil, texts[value.name] != nil {
                throw TrainingError(
                    .malformed,
                    "custom.\(value.name): expected numbers in all events or texts in all, found both")
            }
        }
    }

    /// Drops rows: for each old row its new number, ascending, or -1.
    mutating func renumber(_ newNumbers: [Int]) {
        for name in numbers.keys { numbers[name]?.renumber(newNumbers) }
        for name in texts.keys { texts[name]?.renumber(newNumbers) }
    }

    /// A feature with its values for some rows.
    struct Dense {
        var feature: ModelFeature
        var values: [Double]
    }

    /// Features in order of their names, numbers first.
    ///
    /// - Parameters:
    ///   - newNumbers: For each row its place among those wanted, or -1.
    ///   - count: How many are wanted.
    /// - Throws: ``TrainingError`` if a text has too many different values.
    func dense(_ newNumbers: [Int], count: Int) throws(TrainingError) -> [Dense] {
        var result: [Dense] = []
        for (name, column) in numbers.sorted(by: { $0.key < $1.key }) {
            let values = Self.dense(column.selected(newNumbers), count) { $0 }
            result.append(Dense(feature: ModelFeature(name: "custom.\(name)"), values: values))
        }
        for (name, all) in texts.sorted(by: { $0.key < $1.key }) {
            let column = all.selected(newNumbers)
            let categories = Array(Set(column.values)).sorted()
            guard categories.count <= LoadedModel.Limits.categoryCount else {
                throw TrainingError(
                    .tooLarge,
                    "custom.\(name): at most \(LoadedModel.Limits.categoryCount) different texts, "
                        + "found \(categories.count)")
            }
            let indices = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, Double($0)) })
            let values = Self.dense(column, count) { indices[$0] ?? Double(categories.count) }
            result.append(
                Dense(feature: ModelFeature(name: "custom.\(name)", categories: categories), values: values))
        }
        return result
    }

    private static func dense<Value>(_ column: Column<Value>, _ count: Int, code: (Value) -> Double) -> [Double] {
        var values = Array(repeating: Double.nan, count: count)
        for (row, value) in zip(column.rows, column.values) { values[row] = code(value) }
        return values
    }
}
