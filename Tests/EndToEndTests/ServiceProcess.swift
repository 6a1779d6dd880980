import Foundation
import RiskClient
import RiskWire
import Testing

/// A real `stillwatchd` on free ports with a folder of its own, ended when this goes away.
///
/// Sendable because a test starts and stops it from one task; others only read where it listens.
final class ServiceProcess: @unchecked Sendable {
    let folder: TemporaryFolder
    private(set) var port = 0
    private(set) var metricsPort = 0
    private(set) var modelDigest = ""
    /// What it said when it was ready.
    private(set) var ready: [String: Any] = [:]
    private var process = Process()
    private let extraArguments: [String]
    private let limits: String?

    var adminSocket: String { folder.path("admin.sock") }
    var eventLog: String { folder.path("data/events") }
    var modelFile: String { folder.path("models/default.swm") }
    var log: String { (try? String(contentsOfFile: folder.path("log.jsonl"), encoding: .utf8)) ?? "" }

    /// Starts a service and waits until it says that it is ready.
    ///
    /// - Parameters:
    ///   - model: Bytes of the model file it starts with.
    ///   - arguments: Further command-line arguments.
    ///   - limits: Arguments of the shell's `ulimit` for it.
    init(model: [UInt8], arguments: [String] = [], limits: String? = nil) throws {
        folder = try TemporaryFolder()
        extraArguments = arguments
        self.limits = limits
        try FileManager.default.createDirectory(atPath: folder.path("models"), withIntermediateDirectories: true)
        try Data(model).write(to: URL(fileURLWithPath: modelFile))
        try start()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Starts it again after ``stop()`` or ``killHard()``.
    func start() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        let limit = limits.map { "ulimit \($0); " } ?? ""
        process.arguments = ["-c", "\(limit)exec \"$@\"", "bash"] + command
        let output = Pipe()
        process.standardOutput = output
        let logPath = folder.path("log.jsonl")
        if !FileManager.default.fileExists(atPath: logPath) {
            try Data().write(to: URL(fileURLWithPath: logPath))
        }
        let logHandle = try #require(FileHandle(forUpdatingAtPath: logPath))
        logHandle.seekToEndOfFile()
        process.standardError = logHandle
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let chunk = output.fileHandleForReading.availableData
            if chunk.isEmpty { break }
            line.append(chunk)
        }
        ready = try #require(
            try? JSONSerialization.jsonObject(with: line) as? [String: Any], "it did not start: \(log)")
        port = try Self.port(ready["listen"])
        metricsPort = try Self.port(ready["metrics"])
        modelDigest = try #require(ready["model_digest"] as? String)
    }

    private var command: [String] {
        [
            Executable.path("stillwatchd"), "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0",
            "--model-directory", folder.path("models"), "--data-directory", folder.path("data"),
            "--admin-socket", adminSocket, "--event-loops", "2",
        ] + extraArguments
    }

    /// Starts it where it must not come up; its exit status and what it said.
    func failedStart() throws -> (status: Int32, error: String) {
        let (status, output, error) = try Executable.run("/usr/bin/env", ["timeout", "20"] + command)
        #expect(output.isEmpty, "it started")
        return (status, error)
    }

    /// SIGTERM; the exit status.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// SIGKILL.
    func killHard() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    var isRunning: Bool { process.isRunning }

    /// Waits for the process to end by itself; the exit status.
    func waitUntilExit() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    func connect() async throws -> ScoringClient {
        try await ScoringClient.connect(host: "127.0.0.1", port: port)
    }

    func admin() async throws -> AdminClient {
        try await AdminClient.connect(socketPath: adminSocket)
    }

    /// Memory it holds now, in bytes.
    func residentByteCount() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(separator: " ").dropLast().last.flatMap { Int($0) }) * 1024
    }

    /// What its HTTP port answers, with the head.
    func page(_ path: String) throws -> String {
        try Executable.run("/usr/bin/env", ["bash", "-c", Self.fetch, "bash", "\(metricsPort)", path]).output
    }

    /// One sample of the metrics page; 0 if it is not there.
    func metric(_ sample: String) throws -> Double {
        let line = try page("/metrics").split(whereSeparator: \.isNewline).first { $0.hasPrefix(sample + " ") }
        return line.flatMap { Double($0.dropFirst(sample.count + 1)) } ?? 0
    }

    /// Bash speaks enough TCP for a page.
    private static let fetch = """
        exec 3<>/dev/tcp/127.0.0.1/$1
        printf 'GET %s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' "$2" >&3
        cat <&3
        """

    private static func port(_ address: Any?) throws -> Int {
        let text = try #require(address as? String)
        return try #require(Int(text.split(separator: ":").last ?? ""))
    }
}

/// Programs of this build, and others.
enum Executable {
    /// A program of this build.
    static func path(_ name: String) -> String {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// Runs a program to its end.
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String, error: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let folder = try TemporaryFolder()
        for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: folder.path(name))) }
        process.standardOutput = FileHandle(forWritingAtPath: folder.path("out"))
        process.standardError = FileHandle(forWritingAtPath: folder.path("err"))
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus, try String(contentsOfFile: folder.path("out"), encoding: .utf8),
            try String(contentsOfFile: folder.path("err"), encoding: .utf8)
        )
    }

    /// Runs the tool, which has to succeed.
    @discardableResult
    static func tool(_ arguments: String...) throws -> String {
        let (status, output, error) = try run(path("stillwatch"), arguments)
        #expect(status == 0, "stillwatch \(arguments.joined(separator: " ")): \(error)")
        return output
    }
}

/// A folder that goes away with this.
final class TemporaryFolder {
    private let root: String

    init() throws {
        root = NSTemporaryDirectory() + "stillwatch-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func path(_ name: String) -> String { "\(root)/\(name)" }
}

/// Waits until a condition holds, looking again and again. The deadline is there so that what never comes about ends
/// the test; how fast it comes says nothing on cores that long tests share.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("did not come about: \(what)")
            return
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
