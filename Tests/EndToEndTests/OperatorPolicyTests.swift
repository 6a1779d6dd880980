import Foundation
import RiskClient
import RiskCore
import RiskModels
import RiskWire
import Testing

/// The operator's own thresholds, from a file to the decisions of a running service.
@Suite(.serialized) struct OperatorPolicyTests {
    private let folder: TemporaryFolder
    private var policy: String { folder.path("policy.json") }

    private static let refusals = "stillwatch_policy_refusals_total"
    private static let mismatches = "stillwatch_model_refusals_total{code=\"MODEL_POLICY_MISMATCH\"}"

    init() throws { folder = try TemporaryFolder() }

    /// Writes a policy by which everything is stepped up, at signup by a probability.
    private func writePolicy(_ version: Int, for digest: String? = nil) throws {
        let model = digest.map { "\"model\":\"\($0)\"," } ?? ""
        let rules =
            #"[{"event_type":"signup","decision":"step_up","probability":1e-9},{"decision":"review","margin":1000}]"#
        try write("{\"version\":\(version),\(model)\"rules\":\(rules)}")
    }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: policy), options: .atomic)
    }

    private func service() throws -> ServiceProcess {
        try ServiceProcess(
            model: try TestModels.file(seed: 1), arguments: ["--policy", policy, "--poll-interval-ms", "20"])
    }

    /// The rule that decides about a sign-up now.
    private func rule(_ service: ServiceProcess) async throws -> String {
        let client = try await service.connect()
        let answer = try await client.send(.score(.detailed(try .signup("somebody")))).answer()
        try await client.close()
        return answer.decisionRule
    }

    private func digest(_ seed: UInt64) throws -> String {
        hexadecimal(try ModelFile.load(try TestModels.file(seed: seed)).digest)
    }

    @Test func theOperatorsThresholdsDecideAndChangeOnSighup() async throws {
        try writePolicy(7)
        let service = try service()
        #expect(service.ready["policy"] as? String == "operator@7")
        #expect(try await rule(service) == "operator.signup.step_up@7")
        #expect(try service.metric("stillwatch_policy_info{source=\"operator\",version=\"7\"}") == 1)
        try writePolicy(8)
        service.signal(SIGHUP)
        try await eventually("the new file decides") {
            try await rule(service) == "operator.signup.step_up@8"
        }
        #expect(service.log.contains("policy in force"))

        let bad = #"{"version":9,"rules":[{"decision":"cap","margin":1},{"decision":"step_up","margin":2}]}"#
        for (count, text) in ["{", bad].enumerated() {
            try write(text)
            service.signal(SIGHUP)
            try await eventually("the refusal is counted") {
                try service.metric(Self.refusals) == Double(count + 1)
            }
            #expect(try await rule(service) == "operator.signup.step_up@8", "the one before stays: \(text)")
        }
        #expect(service.log.contains("policy refused, the one before stays"))
        #expect(service.log.contains("rules[1].margin"))
        #expect(service.stop() == 0)
        for (text, words) in [(bad, "rules[1].margin"), ("{", "expected one JSON object")] {
            try write(text)
            let (status, error) = try service.failedStart()
            #expect(status == 1 && error.contains(policy) && error.contains(words), "\(error)")
        }
        try FileManager.default.removeItem(atPath: policy)
        #expect(try service.failedStart().error.contains("No such file"))
    }

    /// A policy for one model goes with it alone; a promotion moves model and policy together, a rollback both back.
    @Test func aPolicyForOneModelMovesWithIt() async throws {
        try writePolicy(1, for: try digest(1))
        let service = try service()
        let candidate = service.folder.path("candidate.swm")
        try Data(try TestModels.file(seed: 2)).write(to: URL(fileURLWithPath: candidate))
        let admin = try await service.admin()
        let error = await #expect(throws: StatusError.self) { try await admin.send(.stageModel(path: candidate)) }
        #expect(error?.reason == "MODEL_POLICY_MISMATCH")
        #expect(try service.metric(Self.mismatches) == 1)
        try await admin.close()

        // A file for the next model does not go with the one in use, which keeps the file before.
        try writePolicy(2, for: try digest(2))
        service.signal(SIGHUP)
        try await eventually("the refusal is counted") { try service.metric(Self.refusals) == 1 }
        #expect(try await rule(service) == "operator.signup.step_up@1")
        try Executable.tool("verify", candidate, "--policy", policy)
        try Executable.tool("deploy", "promote", candidate, "--admin-socket", service.adminSocket)
        #expect(try await rule(service) == "operator.signup.step_up@2")
        try Executable.tool("deploy", "rollback", "--admin-socket", service.adminSocket)
        #expect(try await rule(service) == "operator.signup.step_up@1")
        try Executable.tool("deploy", "promote", candidate, "--admin-socket", service.adminSocket)

        // The promoted model and its policy come back together; the base alone would not go with this file.
        #expect(service.stop() == 0)
        try service.start()
        #expect(service.modelDigest == (try digest(2)))
        #expect(try await rule(service) == "operator.signup.step_up@2")
        #expect(service.stop() == 0)
        try writePolicy(3, for: try digest(1))
        let (status, said) = try service.failedStart()
        #expect(status == 1 && said.contains("MODEL_POLICY_MISMATCH") && said.contains(policy), "\(said)")
    }

    @Test func replayWithTheFileGivesServingsDecisions() async throws {
        try writePolicy(4)
        let service = try service()
        var stream = EventStream(seed: 11)
        // Thresholds in the midst of what this model gives, whatever its features are.
        let margins = try await serve(&stream, on: service).map(\.margin).sorted()
        let probability = min(try await serve(&stream, on: service).map(\.probability).sorted()[40], 0.999)
        try write(
            """
            {"version":5,"rules":[{"event_type":"usage","decision":"review","margin":\(margins[90])},
             {"event_type":"usage","decision":"monitor","margin":\(margins[50])},
             {"event_type":"signup","decision":"monitor","probability":\(probability)},
             {"decision":"cap","margin":\(margins[70])}]}
            """)
        service.signal(SIGHUP)
        try await eventually("the file decides") { try await rule(service).hasSuffix("@5") }
        var served: [String: String] = [:]
        for answer in try await serve(&stream, on: service) {
            served["\(answer.commitSequence)"] = "\(answer.decision.word),\(answer.decisionRule)"
        }
        #expect(service.stop() == 0)
        let out = folder.path("decisions.csv")
        try Executable.tool(
            "replay", "--events", service.eventLog, "--model", service.modelFile, "--policy", policy, "--out", out)
        var replayed: [String: String] = [:]
        for line in try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            replayed[String(cells[7])] = "\(cells[5]),\(cells[6])"
        }
        for (sequence, decision) in served { #expect(replayed[sequence] == decision, "sequence \(sequence)") }
        #expect(Set(served.values).count >= 4, "the file is put to the test: \(Set(served.values))")
    }

    /// Answers to a hundred events.
    private func serve(_ stream: inout EventStream, on service: ServiceProcess) async throws -> [ScoreAnswer] {
        let client = try await service.connect()
        var answers: [ScoreAnswer] = []
        for _ in 0..<100 { answers.append(try await client.send(.score(.detailed(try stream.next()))).answer()) }
        try await client.close()
        return answers
    }
}
