import ArgumentParser
import Foundation
import RiskCore
import RiskEngine
import RiskEventLog
import RiskModels
import RiskTraining

/// Says why an account scored as it did.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says why an account's events score as they do: every feature with its value and contribution.",
        discussion: """
            Replays the log up to each event of the account. bias plus all contributions is the margin, in log-odds.

              stillwatch explain --events data/events --model candidate.swm --account acct-17
            """)

    @Option(help: "Event log: a directory of segments or one file.")
    var events: String

    @Option(help: "Labels CSV.")
    var labels: String?

    @Option(help: "The model file.")
    var model: String

    @Option(help: "The account, as JSON Lines write it.")
    var account: String

    @Option(help: "Only the event with this commit sequence.")
    var sequence: UInt64?

    @Flag(help: "Also features that add nothing.")
    var all = false

    @Flag(help: "One JSON object for each event instead of text.")
    var json = false

    func run() throws {
        let servable = try Files.servableModel(model)
        let wanted = try ReferenceText.decode(account, path: "account")
        let rows = try labels.map { try LabelsFile.read(path: $0) } ?? []
        let replay = try LogReplay(path: events, labels: rows.map(\.label))
        let progress = ProgressLine()
        var scratch = ServableModel.Scratch()
        var count = 0
        while let event = try replay.next() {
            progress.tell("replaying", replay.progress)
            guard event.observation.event.account == wanted, sequence.map({ $0 == event.commitSequence }) ?? true
            else { continue }
            let answer = servable.answer(event.observation, alias: "", wantsFeatures: true, scratch: &scratch)
            print(json ? try JSONOutput.line(object(event, answer)) : text(event, answer))
            count += 1
        }
        if count == 0 { throw ToolError("the log has no scored event of this account") }
    }

    private func text(_ event: ReplayedEvent, _ answer: ScoreAnswer) -> String {
        let observed = event.observation.event
        var lines = [
            "\(observed.type.word) at \(observed.timeMs), sequence \(event.commitSequence): \(answer.decision.word) by "
                + "\(answer.decisionRule), probability \(String(format: "%.4f", answer.probability))",
            "  \(number(answer.bias))  bias",
        ]
        let shown = answer.features.filter { all || $0.contribution != 0 }
        for feature in shown.sorted(by: { abs($0.contribution) > abs($1.contribution) }) {
            let value = feature.value.map { String(format: "%.6g", $0) } ?? "missing"
            lines.append("  \(number(feature.contribution))  \(feature.name) = \(value)")
        }
        lines.append("  \(number(answer.margin))  margin")
        for link in answer.links {
            lines.append(
                "  linked by \(link.identifierClass.word) to \(link.accounts) accounts of \(link.organisations) other "
                    + "organisations, \(link.labelledBad) labelled abusive: \(number(link.contribution))"
                    + (link.effectIfRemoved.map { ", effect if removed \(number($0))" } ?? ""))
        }
        if let cluster = answer.cluster {
            lines.append(
                "  in cluster \(cluster.id) with \(cluster.accounts) accounts of \(cluster.organisations) other "
                    + "organisations, \(cluster.labelledBad) labelled abusive: \(number(cluster.contribution)), "
                    + "effect if removed \(number(cluster.effectIfRemoved))")
        }
        return lines.joined(separator: "\n")
    }

    private func object(_ event: ReplayedEvent, _ answer: ScoreAnswer) -> [String: Any] {
        var object = AnswerJSON.object(answer)
        object["event_time_ms"] = event.observation.event.timeMs
        object["event_type"] = event.observation.event.type.word
        object["commit_sequence"] = event.commitSequence
        object["features"] = answer.features.filter { all || $0.contribution != 0 }.map { feature in
            [
                "name": feature.name, "value": feature.value.map { $0 as Any } ?? NSNull(),
                "contribution": feature.contribution,
            ]
        }
        return object
    }

    private func number(_ value: Double) -> String {
        String(format: "%+10.5f", value)
    }
}
