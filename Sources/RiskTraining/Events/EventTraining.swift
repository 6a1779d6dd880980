public import RiskCore
public import RiskEventLog
public import RiskModels

/// Trains a model on event logs and labels, on the very features serving uses.
public struct EventTraining {
    /// What an account without a label counts as.
    public enum Unlabelled: String, CaseIterable, Sendable {
        /// Not abusive: a provider labels what it found.
        case negative
        /// Nothing: its events shape the links but are no rows.
        case skip
    }

    /// How to train.
    public var options = TrainingOptions(timeOrdered: true)
    /// The decision point to learn for; nil: all.
    public var eventType: EventType?
    /// Events from this time on, and labels that became known from then on, are not looked at; nil: all.
    public var untilMs: Int64?
    /// What accounts without a label count as.
    public var unlabelled = Unlabelled.negative
    /// The model's name.
    public var name = "stillwatch"
    /// Where the data came from and what the model is good for.
    public var card = ""

    /// Training with defaults.
    public init() {}

    /// Replays a log and trains on its events.
    ///
    /// Labels decide the rows' classes whenever they became known, but come into the replay, and so into link features,
    /// only when they did.
    ///
    /// - Parameters:
    ///   - log: A directory of segments or one file.
    ///   - labels: What the provider knows of the accounts, campaigns included.
    ///   - digests: SHA-256 of the input files, for the statement.
    ///   - progress: Hears of progress on this thread.
    /// - Throws: ``TrainingError``, or `EventLogError` where the log is damaged.
    public func train(
        log: String, labels: [LabelRow], digests: [[UInt8]], progress: @escaping TrainingProgress = { _, _ in }
    ) throws -> ModelDocument {
        let known = labels.filter { $0.knownAtMs < untilMs ?? .max }
        let truth = Dictionary(known.map { ($0.account, $0) }) { earlier, later in
            later.knownAtMs >= earlier.knownAtMs ? later : earlier
        }
        let replay = try LogReplay(path: log, labels: known.map(\.label))
        var dataset = EventDataset()
        var lateCount = 0
        while let event = try replay.next() {
            progress("replaying", replay.progress)
            let observation = event.observation
            if let untilMs, observation.event.timeMs >= untilMs { continue }
            if let eventType, observation.event.type != eventType { continue }
            // It shapes the links, but a row of it would teach the model what nobody knew then.
            if event.sawLaterLabels {
                lateCount += 1
                continue
            }
            guard let isAbusive = truth[observation.event.account]?.isAbusive ?? (unlabelled == .skip ? nil : false)
            else { continue }
            try dataset.add(observation, label: isAbusive)
        }
        guard dataset.rowCount > 0 else {
            throw TrainingError(
                .empty, "\(log): expected events to train on, found none that the options leave over")
        }
        var data = try dataset.trainingData()
        data.digests = digests
        var document = try ModelTraining(options: options, progress: progress).train(data, name: name)
        document.training.campaigns = Set(known.map(\.campaign)).subtracting([""]).sorted()
        document.training.card = card
        document.training.options += statement + ["late_events_left_out=\(lateCount)"]
        return document
    }

    private var statement: [String] {
        [
            "decision_point=\(eventType?.word ?? "all")", "until_ms=\(untilMs.map { "\($0)" } ?? "none")",
            "unlabelled=\(unlabelled.rawValue)",
        ]
    }
}

extension LabelRow {
    /// The same as the link state takes it.
    public var label: Label {
        Label(
            account: account, verdict: isAbusive ? .abusive : .legitimate, source: "labels file", knownAtMs: knownAtMs)
    }
}
