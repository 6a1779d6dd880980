internal import RiskCore
internal import RiskEngine
internal import RiskModels

/// The rows that a replay gives, column by column; they get their labels when they are learnt from.
///
/// Bounded by a row limit: beyond it, usage rows of accounts that nobody calls abusive are thinned out, and those that
/// stay count more, as long as they are more than a quarter of the rest. Usage rows of abusive accounts are thinned out
/// likewise once they alone are more than half of the limit. All signup and payment rows are always kept, so the limit
/// can be exceeded. Altered copies of rows come and go with their rows and do not count towards it.
struct EventRows {
    /// Rows that are thinned out together; those to keep never are.
    private enum Stratum: Int, CaseIterable {
        case kept, honestUsage, abusiveUsage

        init(_ type: EventType, isAbusive: Bool) {
            self = type != .usage ? .kept : isAbusive ? .abusiveUsage : .honestUsage
        }
    }

    /// How many rows it holds before it thins out.
    let rowLimit: Int
    /// The share of the usage rows of accounts nobody calls abusive that was kept.
    var sampling: RowSampling { samplings[Stratum.honestUsage.rawValue] }
    /// The share of the usage rows of abusive accounts that was kept.
    var abusiveSampling: RowSampling { samplings[Stratum.abusiveUsage.rawValue] }

    /// By stratum: the share that was kept, and how many rows there are without altered copies.
    private var samplings = Array(repeating: RowSampling(), count: Stratum.allCases.count)
    private var counts = Array(repeating: 0, count: Stratum.allCases.count)
    private var columns: [[Double]] = Array(repeating: [], count: FeatureCatalogue.features.count)
    private var custom = CustomColumns()
    private var sequences: [UInt64] = []
    private var accounts: [Int] = []
    private var eventTypes: [EventType] = []
    private var strata: [Stratum] = []
    private var isAltered: [Bool] = []
    /// By row the account that it has borrowed from; nil: none.
    private var lenders: [Int?] = []
    /// By row whether it is a copy in a past campaign's crowd.
    private var isInCrowd: [Bool] = []
    private var alteredCount = 0

    init(rowLimit: Int) { self.rowLimit = rowLimit }

    /// Rows, without altered copies.
    var rowCount: Int { sequences.count - alteredCount }

    /// Whether a row of this place in the log would be kept as things stand: what is thinned out now stays out.
    func keeps(_ commitSequence: UInt64, _ type: EventType, isAbusive: Bool) -> Bool {
        keeps(commitSequence, Stratum(type, isAbusive: isAbusive))
    }

    /// Adds one row, unless it is thinned out.
    ///
    /// - Parameters:
    ///   - vector: The whole catalogue's features of the event.
    ///   - account: Its account's number.
    ///   - isAbusive: Whether the account is called abusive: honest and abusive use are thinned out apart.
    ///   - altered: The observation as it is altered, if this is a copy of the row that was added last as it came.
    /// - Returns: Whether it was kept.
    /// - Throws: ``TrainingError`` if a custom name has numbers in some events and texts in others.
    @discardableResult
    mutating func add(
        _ event: ReplayedEvent, vector: [Double], account: Int, isAbusive: Bool,
        altered: AlteredObservation? = nil
    ) throws(TrainingError) -> Bool {
        let observed = event.observation.event
        let stratum = Stratum(observed.type, isAbusive: isAbusive)
        guard keeps(event.commitSequence, stratum) else { return false }
        for (index, value) in vector.enumerated() { columns[index].append(value) }
        try custom.add((altered?.observation.event ?? observed).custom, row: sequences.count)
        sequences.append(event.commitSequence)
        accounts.append(account)
        eventTypes.append(observed.type)
        strata.append(stratum)
        isAltered.append(altered != nil)
        lenders.append(altered?.lender)
        isInCrowd.append(altered?.isInCrowd ?? false)
        if altered != nil { alteredCount += 1 } else { counts[stratum.rawValue] += 1 }
        while counts[Stratum.abusiveUsage.rawValue] > abusiveLimit, !abusiveSampling.isExhausted {
            thinOut(.abusiveUsage)
        }
        while rowCount > rowLimit, canThinOut { thinOut(.honestUsage) }
        return sequences.last == event.commitSequence
    }

    /// Abusive use is thinned out only beyond this: most worlds keep all of it.
    private var abusiveLimit: Int { max(1, rowLimit / 2) }

    /// Honest use is thinned out only while it is more than a quarter of the rest: a model that hardly sees any calls
    /// every account that has grown older abusive.
    private var canThinOut: Bool {
        let honest = counts[Stratum.honestUsage.rawValue]
        return 4 * honest > rowCount - honest && !sampling.isExhausted
    }

    private func keeps(_ commitSequence: UInt64, _ stratum: Stratum) -> Bool {
        samplings[stratum.rawValue].keeps(commitSequence: commitSequence)
    }

    /// Halves the share of a stratum that is kept.
    private mutating func thinOut(_ stratum: Stratum) {
        samplings[stratum.rawValue].halve()
        var newNumbers = Array(repeating: -1, count: sequences.count)
        var kept: [Int] = []
        for row in sequences.indices where keeps(sequences[row], strata[row]) {
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
        compact(&strata)
        compact(&isAltered)
        compact(&lenders)
        compact(&isInCrowd)
        custom.renumber(newNumbers)
        alteredCount = isAltered.count { $0 }
        counts = Array(repeating: 0, count: Stratum.allCases.count)
        for row in strata.indices where !isAltered[row] { counts[strata[row].rawValue] += 1 }
    }

    /// The rows as the learner takes them. Features that never vary are left out: a model cannot have learned of them.
    ///
    /// - Parameters:
    ///   - prefixes: Features whose names begin with one of these are left out.
    ///   - alteredShare: What the altered copy counts for of a row and its copies, which count as one.
    ///   - balance: How much rows count while fitting.
    ///   - reads: Whether a feature is wanted; altered copies are rows only where all are.
    ///   - campaign: The campaign of an abusive account, as a number from 0.
    ///   - label: The label of an account's rows; nil if they are none, nor any that has borrowed from it.
    func trainingData(
        withoutFeatures prefixes: [String] = [], alteredShare: Double, balance: RowBalance,
        reads: ((Feature) -> Bool)? = nil, campaign: (_ account: Int) -> Int, label: (_ account: Int) -> Bool?
    ) throws(TrainingError) -> TrainingData {
        var rows: [Int] = []
        var labels: [Bool] = []
        var newNumbers = Array(repeating: -1, count: sequences.count)
        for row in sequences.indices {
            if isAltered[row], reads != nil { continue }
            guard let isAbusive = label(accounts[row]) else { continue }
            if let lender = lenders[row], label(lender) == nil { continue }
            newNumbers[row] = rows.count
            rows.append(row)
            labels.append(isAbusive)
        }
        var table = Columns()
        for (index, feature) in FeatureCatalogue.features.enumerated() {
            if prefixes.contains(where: { feature.name.hasPrefix($0) }) { continue }
            if let reads, !reads(feature) { continue }
            let column = rows.count == sequences.count ? columns[index] : rows.map { columns[index][$0] }
            guard Self.varies(column) else { continue }
            table.add(
                ModelFeature(
                    name: feature.name, definitionVersion: feature.definitionVersion, direction: feature.direction),
                column, isSkewed: feature.isSkewed)
        }
        for dense in try custom.dense(newNumbers, count: rows.count) {
            table.add(dense.feature, dense.values, isSkewed: dense.feature.categories == nil)
        }
        guard !table.features.isEmpty else {
            throw TrainingError(.empty, "expected events whose features vary, found none in \(rows.count) rows")
        }
        var data = TrainingData(features: table.features, columns: table.columns, labels: labels)
        data.transforms = table.transforms
        data.eventTypes = rows.map { eventTypes[$0] }
        data.groups = rows.map { accounts[$0] }
        weigh(&data, rows, alteredShare, balance, campaign)
        return data
    }

    /// Features with their values.
    private struct Columns {
        var features: [ModelFeature] = []
        var columns: [[Double]] = []
        var transforms: [[NumericTransform]] = []

        mutating func add(_ feature: ModelFeature, _ values: [Double], isSkewed: Bool) {
            features.append(feature)
            columns.append(values)
            transforms.append(isSkewed ? [.identity, .signedLog] : [.identity])
        }
    }

    /// What rows stand for, and what they count for while fitting: a row and its altered copies count as one. Of two
    /// copies the one in a crowd counts, or in every other forest the other one.
    private func weigh(
        _ data: inout TrainingData, _ rows: [Int], _ alteredShare: Double, _ balance: RowBalance,
        _ campaign: (Int) -> Int
    ) {
        if sampling.halvings + abusiveSampling.halvings > 0 {
            data.weights = rows.map { samplings[strata[$0].rawValue].weight }
        }
        let hasCopies = rows.contains { isAltered[$0] }
        if hasCopies {
            data.isAltered = rows.map { isAltered[$0] }
            data.lenders = rows.map { lenders[$0] }
        }
        guard hasCopies || !balance.isNone else { return }
        func fitWeights(withCrowds: Bool) -> [Double] {
            let copies = copyThatCounts(rows, withCrowds: withCrowds)
            let shares = rows.indices.map { place -> Double in
                let weight = data.weights?[place] ?? 1
                if isAltered[rows[place]] { return copies[place] == place ? weight * alteredShare : 0 }
                return copies[place] == nil ? weight : weight * (1 - alteredShare)
            }
            return balance.weights(
                shares, accounts: data.groups ?? [], labels: data.labels, campaignOfAccount: campaign)
        }
        data.fitWeights = fitWeights(withCrowds: true)
        if rows.contains(where: { isInCrowd[$0] }) { data.otherFitWeights = fitWeights(withCrowds: false) }
    }

    /// By place the place of the altered copy that counts, for a row and each of its copies; nil: it has none.
    private func copyThatCounts(_ rows: [Int], withCrowds: Bool) -> [Int?] {
        var result: [Int?] = Array(repeating: nil, count: rows.count)
        var place = 0
        while place < rows.count {
            var end = place + 1
            while end < rows.count, isAltered[rows[end]] { end += 1 }
            let copies = place + 1..<end
            let copy = copies.first { withCrowds && isInCrowd[rows[$0]] } ?? copies.first { !isInCrowd[rows[$0]] }
            for each in place..<end { result[each] = copy }
            place = end
        }
        return result
    }

    private static func varies(_ column: [Double]) -> Bool {
        guard let first = column.first else { return false }
        return column.contains { $0 != first && !($0.isNaN && first.isNaN) }
    }
}
