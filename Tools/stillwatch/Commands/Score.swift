import ArgumentParser
import Foundation
import RiskClient
import RiskCore
import RiskEventLog
import RiskWire

/// Sends requests from a file to a running service.
struct Score: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends the events of a JSON Lines file to a running service and writes its answers.",
        discussion: """
              stillwatch score --requests events.jsonl --server 127.0.0.1:7443 --out answers.jsonl

            Events go out in the file's order over one connection; raw identifiers go as they are and the service \
            hashes them. One line of JSON for each event, in order, status first: OK, or the refusal's reason and \
            path. Exits with 1 if any event was refused.
            """)

    @Option(help: "JSON Lines file of events.")
    var requests: String

    @Option(help: "The service, ADDRESS:PORT.")
    var server: String

    @Option(name: .shortAndLong, help: "File for the answers. Default: standard output.")
    var out: String?

    @Option(help: "Requests on their way at a time.")
    var depth = 1

    @Flag(help: "Only record the events, do not score them.")
    var observe = false

    @Flag(help: "Score without recording anything.")
    var dryRun = false

    @Option(help: "Who is calling.")
    var caller = "stillwatch"

    func validate() throws {
        guard (1...1024).contains(depth) else { throw ValidationError("--depth: expected 1 to 1024, found \(depth)") }
        guard !(observe && dryRun) else { throw ValidationError("expected --observe or --dry-run, found both") }
    }

    func run() async throws {
        let client = try await ServiceAddress.connect(server)
        let sink = try AnswerSink(path: out)
        let refused: Int
        do {
            refused = try await send(to: client, sink)
        } catch {
            // What was answered was recorded by the service: keep it.
            try sink.finish()
            throw error
        }
        try await client.close()
        try sink.finish()
        if refused > 0 { throw ToolError("\(refused) events were refused") }
    }

    /// Keeps `depth` requests on their way and writes the answers in the order of the events; how many were refused.
    private func send(to client: ScoringClient, _ sink: AnswerSink) async throws -> Int {
        let reader = try JSONLinesReader(path: requests)
        let size = (try? FileManager.default.attributesOfItem(atPath: requests)[.size] as? Int) ?? 0
        let progress = ProgressLine()
        var onTheirWay: [(event: AccountEvent, reply: Task<WireReply, any Error>)] = []
        var refused = 0
        func takeOldest() async throws {
            let (event, reply) = onTheirWay.removeFirst()
            if try sink.write(try await reply.value, to: event) { refused += 1 }
        }
        while let incoming = try reader.next() {
            if onTheirWay.count == depth { try await takeOldest() }
            let method: WireRequest.Method =
                observe
                ? .observe(ObserveCall(event: incoming)) : .score(ScoreCall(event: incoming, isDryRun: dryRun))
            let event = try whole(incoming, line: reader.line)
            let caller = caller
            let sent = client.begin(method, caller: caller)
            onTheirWay.append((event, Task { try await sent() }))
            progress.tell("sending", Double(reader.readByteCount) / Double(max(1, size)))
        }
        while !onTheirWay.isEmpty { try await takeOldest() }
        return refused
    }

    /// The event as the service sees it, but for the raw identifiers.
    private func whole(_ incoming: IncomingEvent, line: Int) throws -> AccountEvent {
        do throws(FieldError) {
            return try incoming.builder.build()
        } catch {
            throw JSONLinesError(error, file: requests, line: line)
        }
    }
}

/// Where answers go.
private final class AnswerSink {
    private let file: TextFile?

    init(path: String?) throws {
        file = try path.map { try TextFile($0) }
    }

    /// Writes one reply; whether it was a refusal.
    func write(_ reply: WireReply, to event: AccountEvent) throws -> Bool {
        var object: [String: Any] = [:]
        var isRefused = false
        switch reply.outcome {
        case .success(.score(let answer)):
            object = AnswerJSON.object(answer)
            object["status"] = "OK"
        case .success(.observe(let sequence, let degraded)):
            object = ["status": "OK", "commit_sequence": sequence, "degraded": degraded]
        case .success:
            throw ToolError("the service answered something else than was asked")
        case .failure(let error):
            object = [
                "status": error.reason, "code": error.code.rawValue, "path": error.path, "message": error.message,
            ]
            isRefused = true
        }
        object["account_ref"] = ReferenceText.encode(event.account)
        object["event_time_ms"] = event.timeMs
        object["event_type"] = event.type.word
        let line = try JSONOutput.line(object)
        if let file { try file.writeLine(line) } else { print(line) }
        return isRefused
    }

    func finish() throws { try file?.finish() }
}
