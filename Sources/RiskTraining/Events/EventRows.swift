internal import RiskCore
internal import RiskEngine
internal import RiskModels

/// The rows that a replay gives, column by column; they get their labels when they are learnt from.
///
/// Bounded by a row limit: beyond it, usage rows of accounts that nobody calls abusive are thinned out, and those that
/// stay count more, as long as they are more than a quarter of the rest. Rows of abusive accounts and all signup and
/// payment rows are always kept, so the limit can be exceeded.
struct EventRows {
    /// How many rows it holds before it thins out.
    let rowLimit: Int
    /// The share of the thinned rows that was kept.
    private(set) var sampling = RowSampling()

    private var columns: [[Double]] = Array(repeating: [], count: FeatureCatalogue.features.count)
    private var custom = CustomColumns()
    private var sequences: [UInt64] = []
    private var accounts: [Int] = []
    private var eventTypes: [EventType] = []
    private var isThinned: [Bool] = []
    private var thinnedCount = 0

    init(rowLimit: Int) { self.rowLimit = rowLimit }

    var rowCount: Int { sequences.count }

    /// Adds one row, unless it is thinned out.
    ///
    /// - Parameters:
    ///   - vector: The whole catalogue's features of the event.
    ///   - account: Its account's number.
    ///   - isAbusive: Whether the account is called abusive: then it keeps all its rows.
    /// - Throws: ``TrainingError`` if a custom name has numbers in some events and texts in others.
    mutating func add(
        _ event: ReplayedEvent, vector: [Double], account: Int, isAbusive: Bool
    ) throws(TrainingError) {
        let observed = event.observation.event
        let canThin = observed.type == .usage && !isAbusive
        guard !canThin || sampling.keeps(commitSequence: event.commitSequence) else { return }
        for (index, value) in vector.enumerated() { columns[index].append(value) }
        try custom.add(observed.custom, row: rowCount)
        sequences.append(event.commitSequence)
        accounts.append(account)
        eventTypes.append(observed.type)
        isThinned.append(canThin)
        thinnedCount += canThin ? 1 : 0
        while rowCount > rowLimit, canThinOut { thinOut() }
    }

    /// Honest use is thinned out only while it is more than a quarter of the rest: a model that hardly sees any calls
    /// every account that has grown older abusive.
    private var canThinOut: Bool { 4 * thinnedCount > rowCount - thinnedCount && !sampling.isExhausted }

    private mutating func thinOut() {
        sampling.halve()
        var newNumbers = Array(repeating: -1, count: rowCount)
        var kept: [Int] = []
        for row in 0..<rowCount where !isThinned[row] || sampling.keeps(commitSequence: sequences[row]) {
            newNumbers[row] = kept.count
            kept.append(row)
        }
        func compact<Value>(_ column: inout [Value]) {
            for (place, row) in kept.enumerated() { column[place] = column[row] }
            column.removeLast(column.count - kept.count)
        }
        for index in columns.indices { compact(&columns[index]) }
        compact(&sequences)
        compact(&accounts)
        compact(&eventTypes)
        compact(&isThinned)
        custom.renumber(newNumbers)
        thinnedCount = isThinned.count { $0 }
    }

    /// The rows as the learner takes them. Features that never vary are left out: a model cannot have learned of them.
    ///
    /// - Parameters:
    ///   - prefixes: Features whose names begin with one of these are left out too.
    ///   - label: The label of an account's rows; nil if they are none.
    func trainingData(
        withoutFeatures prefixes: [String] = [], label: (_ account: Int) -> Bool?
    ) throws(TrainingError) -> TrainingData {
        var rows: [Int] = []
        var labels: [Bool] = []
        var newNumbers = Array(repeating: -1, count: rowCount)
        for row in 0..<rowCount {
            guard let isAbusive = label(accounts[row]) else { continue }
            newNumbers[row] = rows.count
            rows.append(row)
            labels.append(isAbusive)
        }
        var features: [ModelFeature] = []
        var kept: [[Double]] = []
        var transforms: [[NumericTransform]] = []
        for (index, feature) in FeatureCatalogue.features.enumerated() {
            if prefixes.contains(where: { feature.name.hasPrefix($0) }) { continue }
            let column = rows.count == rowCount ? columns[index] : rows.map { columns[index][$0] }
            guard Self.varies(column) else { continue }
            features.append(
                ModelFeature(
                    name: feature.name, definitionVersion: feature.definitionVersion, direction: feature.direction))
            kept.append(column)
            transforms.append(feature.isSkewed ? [.identity, .signedLog] : [.identity])
        }
        for dense in try custom.dense(newNumbers, count: rows.count) {
            features.append(dense.feature)
            kept.append(dense.values)
            transforms.append(dense.feature.categories == nil ? [.identity, .signedLog] : [.identity])
        }
        guard !features.isEmpty else {
            throw TrainingError(.empty, "expected events whose features vary, found none in \(rows.count) rows")
        }
        var data = TrainingData(features: features, columns: kept, labels: labels)
        data.transforms = transforms
        data.eventTypes = rows.map { eventTypes[$0] }
        data.groups = rows.map { accounts[$0] }
        if sampling.halvings > 0 { data.weights = rows.map { isThinned[$0] ? sampling.weight : 1 } }
        return data
    }

    private static func varies(_ column: [Double]) -> Bool {
        guard let first = column.first else { return false }
        return column.contains { $0 != first && !($0.isNaN && first.isNaN) }
    }
}
