import Foundation
import Testing

/// A service that cannot start says what is wrong and where, and ends with another status than 0.
@Suite(.serialized) struct FailedStartTests {
    /// Replaces options of a command line that would start.
    private func start(
        _ service: ServiceProcess, _ folder: TemporaryFolder, _ changes: [String: String]
    ) throws -> (status: Int32, error: String) {
        var options = [
            "--listen": "127.0.0.1:0", "--metrics-listen": "127.0.0.1:0",
            "--model-directory": service.folder.path("models"),
            "--data-directory": folder.path("data"), "--admin-socket": folder.path("admin.sock"),
        ]
        options.merge(changes) { $1 }
        let arguments = options.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        let (status, output, error) = try Executable.run(
            "/usr/bin/env", ["timeout", "20", Executable.path("stillwatchd")] + arguments)
        #expect(output.isEmpty, "it started with \(changes)")
        return (status, error)
    }

    @Test func whatIsInTheWayIsNamed() async throws {
        let running = try ServiceProcess(model: try TestModels.file(seed: 1))
        let folder = try TemporaryFolder()
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path("file")))
        var corrupt = try TestModels.file(seed: 1)
        corrupt[corrupt.count / 2] ^= 1
        for (name, bytes) in [("corrupt", corrupt), ("empty", []), ("short", Array(corrupt.prefix(40)))] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: folder.path("\(name)/default.swm")))
        }
        try FileManager.default.createDirectory(atPath: folder.path("open"), withIntermediateDirectories: true)
        _ = FileManager.default.createFile(
            atPath: folder.path("open/identifier.key"), contents: Data(repeating: 7, count: 32),
            attributes: [.posixPermissions: 0o644])
        let cases: [(changes: [String: String], words: [String])] = [
            (["--model-directory": folder.path("nowhere")], [folder.path("nowhere/default.swm"), "No such file"]),
            (["--model-name": "other"], ["models/other.swm", "No such file"]),
            (
                ["--model-directory": folder.path("corrupt")],
                [folder.path("corrupt/default.swm"), "MODEL_DIGEST_MISMATCH"]
            ),
            (["--model-directory": folder.path("empty")], [folder.path("empty/default.swm"), "refused"]),
            (["--model-directory": folder.path("short")], [folder.path("short/default.swm"), "refused"]),
            (["--listen": "127.0.0.1:\(running.port)"], ["cannot listen on 127.0.0.1:\(running.port)", "in use"]),
            (["--metrics-listen": "127.0.0.1:\(running.metricsPort)"], ["127.0.0.1:\(running.metricsPort)", "in use"]),
            (["--admin-socket": running.adminSocket], [running.adminSocket, "a running service"]),
            (["--admin-socket": folder.path("file")], [folder.path("file"), "not a socket"]),
            (["--admin-socket": folder.path("nowhere/admin.sock")], [folder.path("nowhere/admin.sock")]),
            (["--data-directory": folder.path("file")], [folder.path("file")]),
            // Not even root can make folders there.
            (["--data-directory": "/proc/stillwatch"], ["/proc/stillwatch", "cannot make the directory"]),
            (["--data-directory": running.folder.path("data")], [running.eventLog, "expected no other writer"]),
            (["--data-directory": folder.path("open")], [folder.path("open/identifier.key"), "chmod 600"]),
        ]
        for (changes, words) in cases {
            let (status, error) = try start(running, folder, changes)
            #expect(status == 1, "\(changes): \(error)")
            for word in words { #expect(error.contains(word), "\(changes): \(error)") }
        }
        let client = try await running.connect()
        guard case .health(.serving) = try await client.send(.health).outcome.get() else {
            Issue.record("expected the other service to be undisturbed")
            return
        }
        #expect(try running.page("/healthz").hasSuffix("serving\n"))
        #expect(try Executable.tool("deploy", "list", "--admin-socket", running.adminSocket).contains("active"))
        #expect(running.stop() == 0)
    }

    @Test func wrongUsageIsExplained() throws {
        let folder = try TemporaryFolder()
        let cases: [(arguments: [String], words: [String])] = [
            (["--listen", "nowhere"], ["--listen", "ADDRESS:PORT", "\"nowhere\""]),
            (["--listen", "127.0.0.1:65536"], ["--listen", "65535"]),
            (["--metrics-listen", "9443"], ["--metrics-listen"]),
            (["--event-loops", "0"], ["--event-loops", "1 to 1024"]),
            (["--poll-interval-ms=-1"], ["--poll-interval-ms", "-1"]),
            (["--max-frame-bytes", "10"], ["--max-frame-bytes"]),
            (["--max-connections", "many"], ["max-connections", "many"]),
            (["--log-level", "loud"], ["--log-level", "loud"]),
            (["--log-buffer-bytes", "1000"], ["--log-buffer-bytes", "1048576"]),
            (["--log-segment-bytes", "1000"], ["--log-segment-bytes", "65536"]),
            (["--log-keep-days", "0"], ["--log-keep-days", "1 to 36500"]),
            (["--no-such-flag"], ["--no-such-flag"]),
        ]
        let places = ["--model-directory", folder.path("models"), "--data-directory", folder.path("data")]
        for (arguments, words) in cases + [([], ["--data-directory"])] {
            let whole = arguments.isEmpty ? Array(places.prefix(2)) : places + arguments
            let (status, output, error) = try Executable.run(Executable.path("stillwatchd"), whole)
            #expect(status == 64 && output.isEmpty, "\(arguments)")
            for word in words { #expect(error.contains(word), "\(arguments): \(error)") }
        }
        let help = try Executable.run(Executable.path("stillwatchd"), ["--help"])
        #expect(help.status == 0 && help.output.contains("--partial-frame-timeout-ms"))
    }
}
