import ArgumentParser
import Foundation
import RiskClient
import RiskCore
import RiskWire

/// Puts models into a running service.
struct Deploy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stages, promotes, rolls back and lists the models of a running service.",
        discussion: """
            Talks to the operator's socket. A file is checked here first, then by the service, which reads it itself.

              stillwatch deploy stage candidate.swm --admin-socket data/admin.sock    ready, not serving
              stillwatch deploy promote --admin-socket data/admin.sock                the staged one serves
              stillwatch deploy promote candidate.swm --admin-socket data/admin.sock  both at once
              stillwatch deploy rollback --admin-socket data/admin.sock               the one before serves again
            """)

    /// What is to be done.
    enum Action: String, CaseIterable, ExpressibleByArgument {
        case stage, promote, rollback, list, drain
    }

    @Argument(help: "stage, promote, rollback, list or drain.")
    var action: Action

    @Argument(help: "The model file, for stage and promote.")
    var model: String?

    @Option(help: "The service's operator socket.")
    var adminSocket: String

    @Flag(help: "JSON instead of text.")
    var json = false

    func validate() throws {
        if action == .stage, model == nil { throw ValidationError("stage needs a model file") }
        if action != .stage, action != .promote, model != nil {
            throw ValidationError("\(action.rawValue) takes no model file")
        }
    }

    func run() async throws {
        if let model { _ = try Files.servableModel(model) }
        let client: AdminClient
        do {
            client = try await AdminClient.connect(socketPath: adminSocket)
        } catch {
            throw ToolError("no service answers at \(adminSocket): \(error)")
        }
        do {
            for line in try await perform(client) { print(line) }
        } catch let error as StatusError {
            throw ToolError("the service refused: \(error)")
        }
        try await client.close()
    }

    private func perform(_ client: AdminClient) async throws -> [String] {
        switch action {
        case .stage:
            return try lines(await stage(client))
        case .promote:
            let digest: [UInt8]
            if model != nil {
                guard let staged = try await stage(client).first else { return [] }
                digest = staged.digest
            } else {
                digest = try await stagedDigest(client)
            }
            guard case .promoteModel(let info) = try await client.send(.promoteModel(digest: digest)) else { return [] }
            return try lines([info])
        case .rollback:
            guard case .rollbackModel(let info) = try await client.send(.rollbackModel) else { return [] }
            return try lines([info])
        case .list:
            guard case .listModels(let models) = try await client.send(.listModels) else { return [] }
            return try lines(models)
        case .drain:
            _ = try await client.send(.drain)
            return [json ? #"{"draining":true}"# : "draining"]
        }
    }

    private func stage(_ client: AdminClient) async throws -> [ModelInfo] {
        let path = URL(fileURLWithPath: model ?? "").path
        guard case .stageModel(let info) = try await client.send(.stageModel(path: path)) else { return [] }
        return [info]
    }

    private func stagedDigest(_ client: AdminClient) async throws -> [UInt8] {
        guard case .listModels(let models) = try await client.send(.listModels),
            let staged = models.first(where: { $0.role == .staged })
        else { throw ToolError("no model is staged: name a file, or stage one first") }
        return staged.digest
    }

    private func lines(_ models: [ModelInfo]) throws -> [String] {
        try models.map { info in
            if json {
                return try JSONOutput.line([
                    "role": "\(info.role)", "digest": hexadecimal(info.digest), "name": info.name, "kind": info.kind,
                    "path": info.path, "since_ms": info.sinceMs, "features": info.featureCount,
                ])
            }
            return
                "\(info.role)  \(hexadecimal(info.digest))  \(info.kind), \(info.featureCount) features  \(info.path)"
        }
    }
}
