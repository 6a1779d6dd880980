import ArgumentParser
import RiskCore
import RiskEngine
import RiskModels

/// Checks a model file as the server would.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks a model file offline: all that a server checks before it serves it.",
        discussion: """
            Container, digest, structure, monotone proof and golden bits; then whether this program has every feature \
            the model reads. With --policy also the operator's thresholds, and whether they go with this model. With \
            --table a model trained on a CSV passes too, which no server would serve.
            """)

    @Argument(help: "The model file.")
    var model: String

    @Option(help: "JSON file with the operator's policy to check as well.")
    var policy: String?

    @Flag(help: "Accept a model whose features are columns of a table.")
    var table = false

    @Flag(help: "One JSON object instead of text.")
    var json = false

    func validate() throws {
        if table, policy != nil {
            throw ValidationError("--policy is for models that a server serves, not for --table")
        }
    }

    func run() throws {
        let loaded = table ? try Files.model(model) : try Files.servableModel(model, policy: policy).model
        let goldens = loaded.document.goldenInputs.count
        if json {
            print(
                try JSONOutput.line([
                    "digest": hexadecimal(loaded.digest), "features": loaded.featureCount, "golden_inputs": goldens,
                    "ok": true,
                ]))
        } else {
            print("ok: \(hexadecimal(loaded.digest)), \(loaded.featureCount) features, \(goldens) golden inputs")
        }
    }
}
