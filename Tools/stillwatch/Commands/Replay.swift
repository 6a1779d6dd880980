import ArgumentParser
import RiskCore
import RiskEngine
import RiskEventLog
import RiskModels
import RiskTraining

/// Scores a log again.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores every event of a log again with a model, point in time.",
        discussion: """
            Goes through the log in commit order with the link state and features that serving uses. Labels of \
            --labels come in when they became known. Writes one line for each scored event.

            Where the log holds answers of the same model, their bits are compared, and the number that agree is told: \
            without --labels and without lost entries all do.
            """)

    @Option(help: "Event log: a directory of segments or one file.")
    var events: String

    @Option(help: "Labels CSV: account_ref,label,campaign,known_at_ms.")
    var labels: String?

    @Option(help: "The model file.")
    var model: String

    @Option(help: "JSON file with the operator's policy, as the server takes it; else the model's own decides.")
    var policy: String?

    @Option(name: .shortAndLong, help: "The CSV file to write.")
    var out: String

    private static let header =
        "account_ref,event_time_ms,event_type,probability,margin,decision,decision_rule,commit_sequence,"
        + "missing_features"

    func run() throws {
        let servable = try Files.servableModel(model, policy: policy)
        let rows = try labels.map { try LabelsFile.read(path: $0) } ?? []
        let replay = try LogReplay(path: events, labels: rows.map(\.label))
        let file = try TextFile(out)
        try file.writeLine(Self.header)
        let progress = ProgressLine()
        var scratch = ServableModel.Scratch()
        var (count, compared, agreeing) = (0, 0, 0)
        while let event = try replay.next() {
            let answer = servable.answer(event.observation, alias: "", scratch: &scratch)
            try file.writeLine(line(event, answer))
            count += 1
            if let served = event.answer, served.modelDigest == servable.model.digest {
                compared += 1
                if served.margin.bitPattern == answer.margin.bitPattern { agreeing += 1 }
            }
            progress.tell("replaying", replay.progress)
        }
        try file.finish()
        standardError("\(out): \(count) scored events")
        if compared > 0 { standardError("served margins of this model: \(agreeing) of \(compared) agree to the bit") }
        for gap in replay.gaps { standardError(gap) }
        if replay.otherCapacityCount > 0 {
            standardError("some sessions ran with another link capacity: once entries were evicted, bits may differ")
        }
    }

    private func line(_ event: ReplayedEvent, _ answer: ScoreAnswer) -> String {
        let observed = event.observation.event
        let account = csvField(ReferenceText.encode(observed.account))
        return "\(account),\(observed.timeMs),\(observed.type.word),\(answer.probability),\(answer.margin),"
            + "\(answer.decision.word),\(answer.decisionRule),\(event.commitSequence),\(answer.missingFeatureCount)"
    }
}
