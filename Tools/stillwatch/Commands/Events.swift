import ArgumentParser
import Foundation
import RiskCore
import RiskEventLog
import RiskIdentity
import RiskLinkage
import RiskWire

/// Turns event logs into JSON Lines and back.
struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns JSON Lines into an event log, or an event log into JSON Lines.",
        discussion: """
              stillwatch events --from-jsonl past.jsonl --out past.swlog
              stillwatch events --to-jsonl data/events > events.jsonl

            One event a line, with the fields and words of the Score request. Unknown fields and words are errors that \
            name line and path; --lenient leaves them out and says how often. Raw identifiers (raw.email …) are hashed \
            under --identifier-key, the service's own key file if its links are to match.

            Opaque references that are no plain text are written base64:…, those that the service keyed keyed:….
            """)

    @Option(help: "JSON Lines file to read.")
    var fromJsonl: String?

    @Option(help: "Event log to read: a directory or a file.")
    var toJsonl: String?

    @Option(name: .shortAndLong, help: "File to write. Default for --to-jsonl: standard output.")
    var out: String?

    @Option(help: "With --to-jsonl: also write the labels in the log to this CSV file.")
    var labelsOut: String?

    @Option(help: "Key file for raw identifiers; made if it is not there.")
    var identifierKey: String?

    @Flag(help: "Leave unknown fields and words out instead of refusing them.")
    var lenient = false

    func validate() throws {
        guard (fromJsonl == nil) != (toJsonl == nil) else {
            throw ValidationError("expected either --from-jsonl or --to-jsonl")
        }
        if fromJsonl != nil, out == nil { throw ValidationError("--from-jsonl needs --out") }
    }

    func run() throws {
        if let fromJsonl { try importLines(fromJsonl) } else { try exportLines(toJsonl ?? "") }
    }

    private func importLines(_ path: String) throws {
        let capacity = LinkState.Capacity()
        var lines = JSONLinesImport(
            sessionStart: SessionStart(
                version: StillwatchVersion.current, stateWasEmpty: true, accountCapacity: capacity.accounts,
                identifierCapacity: capacity.identifiers))
        lines.isLenient = lenient
        if let identifierKey {
            let keyer = IdentityKeyer(try IdentifierKey.loadOrCreate(path: identifierKey))
            lines.keying = { raw, builder throws(FieldError) in try keyer.apply(raw, to: &builder) }
        }
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        let progress = ProgressLine()
        lines.progress = { progress.tell("reading", Double($0) / Double(max(1, size))) }
        let summary = try lines.run(from: path, to: out ?? "")
        for (path, count) in summary.dropped.sorted(by: { $0.key < $1.key }) {
            standardError("left out \(path): \(count) times")
        }
        if summary.outOfOrderCount > 0 {
            standardError("\(summary.outOfOrderCount) events stood behind a later one and were put in order of time")
        }
        standardError("\(out ?? ""): \(summary.eventCount) events")
    }

    private func exportLines(_ path: String) throws {
        // Opened first: a log that is not there must not cost the file that is.
        let reader = try EventLogReader(path: path)
        let handle: FileHandle
        if let out {
            guard FileManager.default.createFile(atPath: out, contents: nil),
                let file = FileHandle(forWritingAtPath: out)
            else { throw ToolError("cannot write \(out)") }
            handle = file
        } else {
            handle = .standardOutput
        }
        let count = try EventLogExport.writeJSONLines(reader) { try handle.write(contentsOf: Data($0)) }
        if let tail = reader.tornTail {
            standardError(
                "\(tail.file): left out an unfinished entry of \(tail.byteCount) bytes at byte \(tail.byteOffset)")
        }
        if let labelsOut {
            let rows = try EventLogExport.labels(try EventLogReader(path: path))
            try Files.write(LabelsFile.encode(rows), to: labelsOut)
        }
        standardError("\(count) events")
    }
}
