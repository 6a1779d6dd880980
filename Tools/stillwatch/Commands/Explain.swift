import ArgumentParser
import Foundation
import RiskCore
import RiskEngine
import RiskEventLog
import RiskModels
import RiskTraining

/// Says why an account or the rows of a CSV score as they do.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says why an account's events or a CSV's rows score as they do: every feature with its contribution.",
        discussion: """
            Replays the log up to each event of the account, or reads rows of a CSV for a model that was trained on \
            one. bias plus all contributions is the margin, in log-odds, in Float64 throughout: a running service \
            gives the same, but for leaf-wise trees within 1e-5.

              stillwatch explain --events data/events --model candidate.swm --account acct-17
              stillwatch explain --csv customers.csv --model table.swm --row 12
            """)

    @Option(help: "Event log: a directory of segments or one file.")
    var events: String?

    @Option(help: "CSV file with the model's columns, in place of an event log.")
    var csv: String?

    @Option(help: "Only this row of the CSV; the first below the header is 1.")
    var row: Int?

    @Option(help: "Labels CSV.")
    var labels: String?

    @Option(help: "The model file.")
    var model: String

    @Option(help: "The account, as JSON Lines write it.")
    var account: String?

    @Option(help: "Only the event with this commit sequence.")
    var sequence: UInt64?

    @Flag(help: "Also features that add nothing.")
    var all = false

    @Flag(help: "One JSON object for each event or row instead of text.")
    var json = false

    func validate() throws {
        guard (events == nil) != (csv == nil) else {
            throw ValidationError("expected --events or --csv, found \(events == nil ? "neither" : "both")")
        }
        guard csv == nil || (account == nil && sequence == nil && labels == nil) else {
            throw ValidationError("--account, --sequence and --labels go with --events")
        }
        guard csv != nil || (account != nil && row == nil) else {
            throw ValidationError(
                row == nil ? "expected --account with --events, found none" : "--row goes with --csv")
        }
        if let row, row < 1 { throw ValidationError("--row: expected 1 or more, found \(row)") }
    }

    func run() throws {
        if let csv {
            try RowExplanation(model: try Files.model(model), showsAll: all, isJSON: json).run(csv: csv, row: row)
        } else if let events, let account {
            try explain(account, in: events)
        }
    }

    private func explain(_ account: String, in events: String) throws {
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
            let answer = servable.answer(
                event.observation, alias: "", wantsFeatures: true, isExact: true, scratch: &scratch)
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
        lines += answer.features.lines(showsAll: all) { $0.value.map { String(format: "%.6g", $0) } ?? "missing" }
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
        object["features"] = answer.features.objects(showsAll: all) { $0.value.map { $0 as Any } ?? NSNull() }
        return object
    }
}

/// Log-odds in a column.
private func number(_ value: Double) -> String { String(format: "%+10.5f", value) }

extension [ScoreAnswer.FeatureContribution] {
    private func shown(_ showsAll: Bool) -> [Element] {
        filter { showsAll || $0.contribution != 0 }
    }

    /// For people: the largest first.
    fileprivate func lines(showsAll: Bool, value: (ScoreAnswer.FeatureContribution) -> String) -> [String] {
        shown(showsAll).sorted { abs($0.contribution) > abs($1.contribution) }
            .map { "  \(number($0.contribution))  \($0.name) = \(value($0))" }
    }

    /// For scripts: in the model's order.
    fileprivate func objects(showsAll: Bool, value: (ScoreAnswer.FeatureContribution) -> Any) -> [[String: Any]] {
        shown(showsAll).map { ["name": $0.name, "value": value($0), "contribution": $0.contribution] }
    }
}

/// Why the rows of a CSV score as they do.
private struct RowExplanation {
    let model: LoadedModel
    let showsAll: Bool
    let isJSON: Bool

    /// Prints one row, or all of them.
    func run(csv: String, row wanted: Int?) throws {
        var contributions: [Double] = []
        var row = 0
        try readTable(csv: csv, model: model) { values in
            row += 1
            guard wanted == nil || wanted == row else { return true }
            let margin = model.explain(values, contributions: &contributions)
            print(try explained(row, values, margin, contributions))
            return wanted == nil
        }
        if let wanted, wanted > row { throw ToolError("\(csv) has \(row) rows, none is number \(wanted)") }
    }

    private func explained(
        _ row: Int, _ values: [Double], _ margin: Double, _ contributions: [Double]
    ) throws -> String {
        let features = model.document.features.indices.map { feature in
            ScoreAnswer.FeatureContribution(
                name: model.document.features[feature].name, value: values[feature].isNaN ? nil : values[feature],
                contribution: contributions[feature])
        }
        // A table has no decision points; its calibration is the one for all.
        let probability = model.probability(margin: margin, at: .signup)
        let residual = model.residual(margin: margin, contributions: contributions)
        let words = Dictionary(
            uniqueKeysWithValues: model.document.features.compactMap { feature in
                feature.categories.map { (feature.name, $0) }
            })
        func word(_ feature: ScoreAnswer.FeatureContribution) -> String? {
            guard let value = feature.value, let words = words[feature.name] else { return nil }
            return value < Double(words.count) ? words[Int(value)] : "any other"
        }
        if isJSON {
            return try JSONOutput.line([
                "row": row, "margin": margin, "probability": probability, "bias": model.bias, "residual": residual,
                "features": features.objects(showsAll: showsAll) { feature in
                    word(feature) ?? feature.value.map { $0 as Any } ?? NSNull()
                },
            ])
        }
        let lines = features.lines(showsAll: showsAll) { feature in
            word(feature) ?? feature.value.map { String(format: "%.6g", $0) } ?? "missing"
        }
        return
            (["row \(row): probability \(String(format: "%.4f", probability))", "  \(number(model.bias))  bias"] + lines
            + ["  \(number(margin))  margin"]).joined(separator: "\n")
    }
}
