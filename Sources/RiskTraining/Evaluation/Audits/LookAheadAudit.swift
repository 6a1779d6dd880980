internal import RiskCore
internal import RiskEngine
internal import RiskEventLog

/// Compares the features of some events with those of a log that ends there: what changes has looked ahead.
struct LookAheadAudit {
    /// Gives the events of a log in order.
    protocol Source: AnyObject {
        func next() throws -> ReplayedEvent?
    }

    /// Opens the log with labels, up to and including a commit sequence.
    typealias Opening = (_ labels: [Label], _ lastSequence: UInt64) throws -> any Source

    /// Entries that all truncated replays together read at most, about.
    static let entryBudget: UInt64 = 2_000_000

    /// Commit sequences to cut the log at, ascending.
    let cuts: [UInt64]

    /// Draws places to cut at.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - lastSequence: The log's last commit sequence.
    init(count: Int, lastSequence: UInt64, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let reach = max(1, min(lastSequence, Self.entryBudget * 2 / UInt64(max(1, count))))
        cuts = Set((0..<count).map { _ in UInt64.random(in: 1...reach, using: &generator) }).sorted()
    }

    /// - Parameters:
    ///   - labels: All labels of the file.
    ///   - open: Opens the log.
    /// - Returns: How many events were compared.
    /// - Throws: ``EvaluationError`` with code `lookAhead` that names feature and event; what reading throws.
    func check(labels: [Label], open: Opening) throws -> Int {
        guard let last = cuts.last else { return 0 }
        let whole = try Self.vectors(try open(labels, .max), at: Set(cuts), through: last)
        var count = 0
        for cut in cuts {
            guard let expected = whole[cut] else { continue }
            let known = labels.filter { $0.knownAtMs <= expected.clockMs }
            let found = try Self.vectors(try open(known, cut), at: [cut], through: cut)[cut]
            try Self.compare(expected, found, sequence: cut)
            count += 1
        }
        return count
    }

    /// An event's features, and the latest event time when it came.
    private struct Observed {
        var values: [(name: String, value: Double)]
        var clockMs: Int64
    }

    private static func vectors(
        _ source: any Source, at cuts: Set<UInt64>, through last: UInt64
    ) throws -> [UInt64: Observed] {
        let extractor = FeatureExtractor.wholeCatalogue
        var result: [UInt64: Observed] = [:]
        var vector: [Double] = []
        var clockMs = Int64.min
        while let event = try source.next(), event.commitSequence <= last {
            clockMs = max(clockMs, event.observation.event.timeMs)
            guard cuts.contains(event.commitSequence) else { continue }
            extractor.extract(event.observation, into: &vector)
            var values = zip(FeatureCatalogue.features, vector).map { (name: $0.name, value: $1) }
            for custom in event.observation.event.custom {
                if case .number(let number) = custom.value { values.append(("custom.\(custom.name)", number)) }
            }
            result[event.commitSequence] = Observed(values: values, clockMs: clockMs)
        }
        return result
    }

    private static func compare(_ whole: Observed, _ cut: Observed?, sequence: UInt64) throws(EvaluationError) {
        for (index, feature) in whole.values.enumerated() {
            let other = cut.flatMap { index < $0.values.count ? $0.values[index].value : nil }
            guard other?.bitPattern != feature.value.bitPattern else { continue }
            throw EvaluationError(
                .lookAhead,
                "\(feature.name) of the event with commit sequence \(sequence) is \(feature.value), and "
                    + "\(other.map { "\($0)" } ?? "nothing") if the log ends there: it looks ahead")
        }
    }
}

extension LogReplay: LookAheadAudit.Source {}
