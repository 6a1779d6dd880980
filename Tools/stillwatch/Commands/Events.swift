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
        abstract: "Turns JSON Lines into an event log and back; checks a log and copies what is whole of it.",
        discussion: """
              stillwatch events --from-jsonl past.jsonl --out past.swlog
              stillwatch events --to-jsonl data/events > events.jsonl
              stillwatch events --check data/events
              stillwatch events --salvage data/events --out data/events.salvaged

            One event a line, with the fields and words of the Score request. Unknown fields and words are errors that \
            name line and path; --lenient leaves them out and says how often. Raw identifiers (raw.email …) are hashed \
            under --identifier-key, the service's own key file if its links are to match.

            Opaque references that are no plain text are written base64:…, those that the service keyed keyed:….

            --check reads a whole log and names every place with damage, not only the first; the exit status is 1 if \
            there is any. --salvage also copies the whole entries to a new place. To go on with the copy, stop the \
            service and let the copy take the log's place; links and labels of the lost entries are lost.
            """)

    @Option(help: "JSON Lines file to read.")
    var fromJsonl: String?

    @Option(help: "Event log to read: a directory or a file.")
    var toJsonl: String?

    @Option(help: "Event log to look for damage in: a directory or a file.")
    var check: String?

    @Option(help: "Damaged event log to copy the whole entries of: a directory or a file.")
    var salvage: String?

    @Option(
        name: .shortAndLong,
        help: "File to write, for --salvage a directory if the log is one. Default for --to-jsonl: standard output.")
    var out: String?

    @Option(help: "With --to-jsonl: also write the labels in the log to this CSV file.")
    var labelsOut: String?

    @Option(help: "Key file for raw identifiers; made if it is not there.")
    var identifierKey: String?

    @Flag(help: "Leave unknown fields and words out instead of refusing them.")
    var lenient = false

    func validate() throws {
        guard [fromJsonl, toJsonl, check, salvage].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("expected one of --from-jsonl, --to-jsonl, --check, --salvage")
        }
        if fromJsonl != nil, out == nil { throw ValidationError("--from-jsonl needs --out") }
        if salvage != nil, out == nil { throw ValidationError("--salvage needs --out") }
    }

    func run() throws {
        if let fromJsonl { return try importLines(fromJsonl) }
        if let toJsonl { return try exportLines(toJsonl) }
        let summary = try inspect(salvage ?? check ?? "", copy: salvage == nil ? nil : out)
        if check != nil, summary.damageCount > 0 { throw ExitCode(1) }
    }

    private func inspect(_ log: String, copy: String?) throws -> EventLogSalvage.Summary {
        let summary = try EventLogSalvage.run(log: log, to: copy) { loss in
            let what = loss.damage ?? "an unfinished entry, which the service cuts off"
            standardError("\(loss.file)@\(loss.byteOffset): \(loss.byteCount) bytes: \(what)")
        }
        var words = "\(copy ?? log): files: \(summary.fileCount), entries: \(summary.entryCount)"
        if let first = summary.firstSequence, let last = summary.lastSequence { words += " of \(first) to \(last)" }
        words += ", with checksums: \(summary.checkedEntryCount), damaged places: \(summary.damageCount)"
        if summary.prunedThrough > 0 { words += ", pruned through \(summary.prunedThrough) but for labels" }
        standardError(words)
        return summary
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
