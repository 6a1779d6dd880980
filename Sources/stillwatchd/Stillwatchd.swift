import ArgumentParser
import Glibc
import Logging
import RiskCore
import RiskService
import UnixSignals

/// The server executable: command line → configuration → service, nothing else.
@main
struct Stillwatchd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stillwatchd",
        abstract: "Scores accounts inside a caller's request.",
        discussion: """
            Serves the model NAME.swm of the model directory on a TCP port and an operator's Unix socket. Once it can
            score it prints one line of JSON to standard output; logs go to standard error, one JSON object a line.

            SIGHUP looks at the model file and the policy again. SIGTERM and SIGINT drain: the port is closed, every
            accepted request is answered, the event log is synced, and the process exits with 0.

            The data directory holds the event log (events/), promoted models (models/) and the key under which raw
            identifiers are hashed (identifier.key, made on first start, mode 0600: losing it loses those links).
            """,
        version: StillwatchVersion.current)

    @Option(help: "Address and port of the scoring listener; port 0 picks a free one.")
    var listen = "127.0.0.1:7443"

    @Option(help: "Path of the operator's Unix socket. Default: admin.sock in the data directory.")
    var adminSocket: String?

    @Option(help: "Address and port of the metrics page; \"off\" for none.")
    var metricsListen = "127.0.0.1:9443"

    @Option(help: "Directory with the model file.")
    var modelDirectory: String

    @Option(help: "The model's name: NAME.swm is served.")
    var modelName = "default"

    @Option(help: "How often the model file is looked at, in milliseconds; 0: only on SIGHUP and by the operator.")
    var pollIntervalMs: Int64 = 5000

    @Option(help: "JSON file with the operator's thresholds, which then decide in place of the model's own.")
    var policy: String?

    @Option(help: "Directory for the event log, the identifier key and promoted models.")
    var dataDirectory: String

    @Option(help: "Custom names that are accepted and logged though the model does not declare them, with commas.")
    var acceptCustom = ""

    @Option(help: "Threads that serve requests. Default: one for each core.")
    var eventLoops: Int?

    @Option(help: "The largest frame payload that is read, in bytes.")
    var maxFrameBytes: Int?

    @Option(help: "The most connections at once.")
    var maxConnections: Int?

    @Option(help: "How long a frame may stay incomplete, in milliseconds. Default: 10000.")
    var partialFrameTimeoutMs: Int?

    @Option(help: "How long draining waits for busy connections before it serves no more of them. Default: 10000 ms.")
    var drainGraceMs: Int?

    @Option(help: "Memory for event log entries that are not on the disk yet, in bytes. Default: 64 MiB.")
    var logBufferBytes: Int?

    @Option(help: "Size at which the event log begins a new segment, in bytes. Default: 256 MiB.")
    var logSegmentBytes: Int?

    @Option(
        help: """
            Days of the event log to keep: whole segments older than that before the newest entry are removed, but for \
            labels in force. A restart forgets links that are still remembered: below 365 of anybody, else of labelled \
            accounts that were away for long. Default: all.
            """)
    var logKeepDays: Int?

    @Option(help: "The most accounts in the link state.")
    var linkAccounts: Int?

    @Option(help: "The most identifiers in the link state.")
    var linkIdentifiers: Int?

    @Option(help: "Lowest level that is logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel = "info"

    private var acceptedCustomNames: Set<String> {
        Set(acceptCustom.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty })
    }

    func validate() throws {
        if let name = acceptedCustomNames.first(where: { $0.wholeMatch(of: /[a-z][a-z0-9_]{0,63}/) == nil }) {
            throw ValidationError("--accept-custom: expected names [a-z][a-z0-9_]{0,63}, found \"\(name)\"")
        }
        _ = try Endpoint(listen, option: "--listen")
        if metricsListen != "off" { _ = try Endpoint(metricsListen, option: "--metrics-listen") }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level: expected trace … critical, found \"\(logLevel)\"")
        }
        for (name, value, range) in [
            ("--event-loops", eventLoops, 1...1024), ("--max-frame-bytes", maxFrameBytes, 1024...(64 << 20)),
            ("--max-connections", maxConnections, 1...1_000_000),
            ("--partial-frame-timeout-ms", partialFrameTimeoutMs, 1...3_600_000),
            ("--drain-grace-ms", drainGraceMs, 0...3_600_000),
            ("--log-buffer-bytes", logBufferBytes, (1 << 20)...(64 << 30)),
            ("--log-segment-bytes", logSegmentBytes, (64 << 10)...(64 << 30)),
            ("--log-keep-days", logKeepDays, 1...36_500),
            ("--link-accounts", linkAccounts, 1...1_000_000_000),
            ("--link-identifiers", linkIdentifiers, 1...1_000_000_000),
        ] {
            if let value, !range.contains(value) {
                throw ValidationError(
                    "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
            }
        }
        guard pollIntervalMs >= 0 else {
            throw ValidationError("--poll-interval-ms: expected at least 0, found \(pollIntervalMs)")
        }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .info
        LoggingSystem.bootstrap { label in JSONLogHandler(label: label, logLevel: level) }
        let logger = Logger(label: "stillwatchd")
        // A peer that went away and a file at its size limit are errors of a call, not the end of the process.
        Glibc.signal(SIGPIPE, SIG_IGN)
        Glibc.signal(SIGXFSZ, SIG_IGN)
        // Trapped before anything is opened, so that an early signal drains instead of killing.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        do {
            let service = try await StillwatchService.start(try serviceConfiguration(), logger: logger)
            announce(service)
            let listening = Task {
                for await signal in signals {
                    if signal == .sighup { service.reloadModel() } else { try await service.drain() }
                }
            }
            try await service.waitUntilStopped()
            listening.cancel()
        } catch {
            logger.critical("not started", metadata: ["error": "\(error)"])
            throw ExitCode(1)
        }
    }

    private func serviceConfiguration() throws -> ServiceConfiguration {
        var configuration = ServiceConfiguration(
            modelDirectory: modelDirectory, dataDirectory: dataDirectory,
            adminSocketPath: adminSocket ?? "\(dataDirectory)/admin.sock")
        let scoring = try Endpoint(listen, option: "--listen")
        (configuration.host, configuration.port) = (scoring.host, scoring.port)
        if metricsListen == "off" {
            configuration.metricsHost = nil
        } else {
            let metrics = try Endpoint(metricsListen, option: "--metrics-listen")
            (configuration.metricsHost, configuration.metricsPort) = (metrics.host, metrics.port)
        }
        configuration.modelName = modelName
        configuration.modelPollMs = pollIntervalMs
        configuration.policyPath = policy
        configuration.acceptedCustomNames = acceptedCustomNames
        configuration.eventLoopCount = eventLoops
        if let maxFrameBytes { configuration.framePayloadByteCount = maxFrameBytes }
        if let maxConnections { configuration.connectionLimit = maxConnections }
        if let partialFrameTimeoutMs { configuration.partialFrameTimeoutMs = Int64(partialFrameTimeoutMs) }
        if let drainGraceMs { configuration.drainGraceMs = Int64(drainGraceMs) }
        if let logBufferBytes { configuration.logBufferByteCount = logBufferBytes }
        if let logSegmentBytes { configuration.logSegmentByteCount = logSegmentBytes }
        configuration.logKeepDays = logKeepDays
        if let linkAccounts { configuration.linkCapacity.accounts = linkAccounts }
        if let linkIdentifiers { configuration.linkCapacity.identifiers = linkIdentifiers }
        return configuration
    }

    private func announce(_ service: StillwatchService) {
        let addresses = service.addresses
        let metrics = addresses.metrics.map { "\"\($0)\"" } ?? "null"
        StandardStream.write(
            """
            {"ready":true,"listen":"\(addresses.scoring)","admin_socket":\(JSONText.quoted(addresses.adminSocket)),\
            "metrics":\(metrics),"model_digest":"\(service.modelDigest)","policy":"\(service.policyName)"}

            """, to: STDOUT_FILENO)
    }
}
