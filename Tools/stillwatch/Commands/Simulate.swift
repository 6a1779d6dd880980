import ArgumentParser
import Foundation
import RiskCore
import RiskEventLog
import RiskLinkage
import RiskSimulation
import RiskWire

/// Writes a simulated world.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a simulated world: alleged campaigns among honest customers, as an event log.",
        discussion: """
              stillwatch simulate --out world --scale 0.02 --seed 1
              stillwatch train --events world/events --labels world/labels.csv --out candidate.swm

            Writes into DIR, which must be new or empty: events/ (an event log), labels.csv (what the provider knew \
            of accounts, and when), truth.csv (what they are: for judging, never for training) and checks.json.

            Prints how the world compares with what was disclosed of the four campaigns; a wrong result is exit \
            code 1. With --set, checks are told but do not fail. Every figure is one of a simulation.

            The calendar is 2025-11-01 to 2026-07-31. Scale 1 has 400,000 honest accounts. The same scale, seed and \
            settings give the same bytes, and an earlier --until a prefix of the same events.

            Settings for --set NAME=VALUE (c4.NAME=VALUE for the fourth campaign only, c1 to c3 likewise):
            \(WorldParameters.settings.map { "  \($0.name)  \($0.meaning)" }.joined(separator: "\n"))

            Adversaries for --adversaries, with their accounts and exchanges at scale 1 (30 accounts at least) and \
            what they have in common; with them or --personas extra, all other events stay as they are:
            \(Adversary.allCases.map(Self.line).joined(separator: "\n"))
            """)

    @Option(name: .shortAndLong, help: "The folder to write, new or empty.")
    var out: String

    @Option(help: "Size against reality, 0.001 to 4.")
    var scale = 0.02

    @Option(help: "Seed of all random numbers.")
    var seed: UInt64 = 1

    @Option(help: "The first day that is left out, such as 2026-06-10. Default: after 2026-07-31.")
    var until: String?

    @Option(name: .customLong("set"), help: "NAME=VALUE, once for each setting; see above.")
    var settings: [String] = []

    @Option(help: "Adversaries that come on top between 2026-04-22 and 2026-06-05: all, or NAME[,NAME]; see above.")
    var adversaries: String?

    @Option(help: "extra: unusual honest customers come on top from 2026-04-22 on, segments of their own.")
    var personas: String?

    @Flag(help: "Also write events.jsonl.")
    var jsonl = false

    private func parameters() throws -> WorldParameters {
        guard (0.001...4).contains(scale) else {
            throw ValidationError("--scale: expected a number from 0.001 to 4, found \(scale)")
        }
        var parameters = WorldParameters()
        (parameters.scale, parameters.seed) = (scale, seed)
        if let until {
            guard let day = WorldCalendar.day(ofDate: until), day > 0 else {
                throw ValidationError("--until: expected a date from 2025-11-02 to 2026-08-01, found \(until)")
            }
            parameters.untilDay = day
        }
        for setting in settings {
            do {
                try parameters.set(setting)
            } catch {
                throw ValidationError("--set: \(error)")
            }
        }
        if let adversaries {
            do {
                parameters.adversaries = try Adversary.named(adversaries)
            } catch {
                throw ValidationError("--adversaries: \(error)")
            }
        }
        if let personas {
            guard personas == "extra" else {
                throw ValidationError("--personas: expected extra, found \(personas)")
            }
            parameters.hasExtraPersonas = true
        }
        return parameters
    }

    private static func line(_ adversary: Adversary) -> String {
        "  \(adversary.rawValue)  \(adversary.accounts), \(adversary.accounts * adversary.exchangesPerAccount): "
            + adversary.inCommon
    }

    func validate() throws { _ = try parameters() }

    func run() throws {
        let parameters = try parameters()
        try prepareFolder()
        var world = SimulatedWorld(parameters)
        try writeEvents(&world, parameters)
        let labels = world.labels.map {
            LabelRow(account: $0.account, isAbusive: $0.isAbusive, campaign: $0.campaign, knownAtMs: $0.knownAtMs)
        }
        try Files.write(LabelsFile.encode(labels), to: "\(out)/labels.csv")
        let checks = ReproductionCheck.all(world.tally, parameters)
        try writeChecks(checks)
        print("simulated, scale \(scale), seed \(seed): \(world.tally.events) events, \(labels.count) labels")
        print(CheckTable.text(checks))
        if settings.isEmpty, checks.contains(where: { $0.outcome == .wrong }) {
            throw ToolError("the simulated world does not reproduce what was disclosed; see the table")
        }
    }

    private func prepareFolder() throws {
        let files = FileManager.default
        if let entries = try? files.contentsOfDirectory(atPath: out), !entries.isEmpty {
            throw ToolError("\(out) is not empty: expected a new or empty folder, found \(entries.count) entries")
        }
        do {
            try files.createDirectory(atPath: "\(out)/events", withIntermediateDirectories: true)
        } catch {
            throw ToolError("cannot make \(out)/events: \(error.localizedDescription)")
        }
    }

    private func writeEvents(_ world: inout SimulatedWorld, _ parameters: WorldParameters) throws {
        let capacity = LinkState.Capacity()
        let log = EventLogFolder(directory: "\(out)/events")
        let truth = try TextFile("\(out)/truth.csv")
        let lines = jsonl ? try TextFile("\(out)/events.jsonl") : nil
        try truth.writeLine("account_ref,class,campaign,segment")
        try log.append(
            LogEntry(
                commitSequence: 1, committedAtMs: WorldCalendar.startMs,
                content: .sessionStarted(
                    SessionStart(
                        // Not this program's version: the same seed gives the same bytes in the next one.
                        version: "simulated", stateWasEmpty: true, accountCapacity: capacity.accounts,
                        identifierCapacity: capacity.identifiers))))
        let progress = ProgressLine()
        let span = Double(WorldCalendar.dayMs) * Double(parameters.untilDay)
        var sequence: UInt64 = 1
        while let item = try world.next() {
            sequence += 1
            let event = item.event
            try log.append(
                LogEntry(commitSequence: sequence, committedAtMs: event.timeMs, content: .scored(event, nil)))
            if let row = item.firstOf {
                try truth.writeLine(
                    "\(ReferenceText.encode(row.account)),\(row.kind),\(row.campaign),\(row.segment)")
            }
            try lines?.writeLine(String(decoding: EventJSON.encode(event), as: UTF8.self))
            if sequence % 1024 == 0 {
                progress.tell("simulating", Double(event.timeMs - WorldCalendar.startMs) / span)
            }
        }
        try log.finish()
        try truth.finish()
        try lines?.finish()
    }

    private func writeChecks(_ checks: [ReproductionCheck]) throws {
        let rows = checks.map { check in
            [
                "check": check.name, "expected": check.expected, "found": check.found,
                "outcome": check.outcome.rawValue,
            ]
        }
        var object: [String: Any] = [
            "simulated": true, "scale": scale, "seed": seed, "until": until ?? "", "settings": settings,
            "checks": rows,
        ]
        // A plain world's file stays what it was.
        if let adversaries { object["adversaries"] = adversaries }
        if let personas { object["personas"] = personas }
        try Files.write(Array((try JSONOutput.line(object) + "\n").utf8), to: "\(out)/checks.json")
    }
}

/// The reproduction checks as a table for people.
enum CheckTable {
    static func text(_ checks: [ReproductionCheck]) -> String {
        let rows =
            [["check (simulated)", "expected", "found", ""]]
            + checks.map { check in
                [
                    check.name, check.expected, check.found,
                    check.outcome == .unfinished ? "needs a later --until" : check.outcome.rawValue,
                ]
            }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
        }
        .joined(separator: "\n")
    }
}
