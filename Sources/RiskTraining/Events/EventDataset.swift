internal import RiskCore
internal import RiskEngine
internal import RiskModels

/// The rows that a replay gives for training, column by column.
struct EventDataset {
    private let extractor = FeatureExtractor.wholeCatalogue
    private var columns: [[Double]] = Array(repeating: [], count: FeatureCatalogue.features.count)
    private var customNumbers: [String: SparseColumn<Double>] = [:]
    private var customTexts: [String: SparseColumn<String>] = [:]
    private var vector: [Double] = []
    private var accountIndices: [Reference: Int] = [:]
    private var groups: [Int] = []
    private var eventTypes: [EventType] = []
    private var labels: [Bool] = []

    /// Values of one custom name by row.
    private struct SparseColumn<Value> {
        var rows: [Int] = []
        var values: [Value] = []
    }

    var rowCount: Int { labels.count }

    /// Adds one row.
    ///
    /// - Throws: ``TrainingError`` if a custom name has numbers in some events and texts in others.
    mutating func add(_ observation: Observation, label: Bool) throws(TrainingError) {
        extractor.extract(observation, into: &vector)
        for (index, value) in vector.enumerated() { columns[index].append(value) }
        let row = labels.count
        for custom in observation.event.custom {
            switch custom.value {
            case .number(let number):
                customNumbers[custom.name, default: SparseColumn()].rows.append(row)
                customNumbers[custom.name]?.values.append(number)
            case .text(let text):
                customTexts[custom.name, default: SparseColumn()].rows.append(row)
                customTexts[custom.name]?.values.append(text)
            }
            if customNumbers[custom.name] != nil, customTexts[custom.name] != nil {
                throw TrainingError(
                    .malformed,
                    "custom.\(custom.name): expected numbers in all events or texts in all, found both")
            }
        }
        let account = observation.event.account
        let group = accountIndices[account] ?? accountIndices.count
        accountIndices[account] = group
        groups.append(group)
        eventTypes.append(observation.event.type)
        labels.append(label)
    }

    /// The rows as the learner takes them. Features that never vary are left out: a model cannot have learned of them.
    func trainingData() throws(TrainingError) -> TrainingData {
        var features: [ModelFeature] = []
        var kept: [[Double]] = []
        var transforms: [[NumericTransform]] = []
        for (index, feature) in FeatureCatalogue.features.enumerated() where Self.varies(columns[index]) {
            features.append(
                ModelFeature(
                    name: feature.name, definitionVersion: feature.definitionVersion, direction: feature.direction))
            kept.append(columns[index])
            transforms.append(feature.isSkewed ? [.identity, .signedLog] : [.identity])
        }
        for (name, column) in customNumbers.sorted(by: { $0.key < $1.key }) {
            features.append(ModelFeature(name: "custom.\(name)"))
            kept.append(dense(column) { $0 })
            transforms.append([.identity, .signedLog])
        }
        for (name, column) in customTexts.sorted(by: { $0.key < $1.key }) {
            let categories = Array(Set(column.values)).sorted()
            guard categories.count <= LoadedModel.Limits.categoryCount else {
                throw TrainingError(
                    .tooLarge,
                    "custom.\(name): at most \(LoadedModel.Limits.categoryCount) different texts, "
                        + "found \(categories.count)")
            }
            let indices = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, Double($0)) })
            features.append(ModelFeature(name: "custom.\(name)", categories: categories))
            kept.append(dense(column) { indices[$0] ?? Double(categories.count) })
            transforms.append([.identity])
        }
        guard !features.isEmpty else {
            throw TrainingError(.empty, "expected events whose features vary, found none in \(rowCount) rows")
        }
        var data = TrainingData(features: features, columns: kept, labels: labels)
        data.transforms = transforms
        data.eventTypes = eventTypes
        data.groups = groups
        return data
    }

    private func dense<Value>(_ column: SparseColumn<Value>, code: (Value) -> Double) -> [Double] {
        var values = Array(repeating: Double.nan, count: rowCount)
        for (row, value) in zip(column.rows, column.values) { values[row] = code(value) }
        return values
    }

    private static func varies(_ column: [Double]) -> Bool {
        guard let first = column.first else { return false }
        return column.contains { $0 != first && !($0.isNaN && first.isNaN) }
    }
}
