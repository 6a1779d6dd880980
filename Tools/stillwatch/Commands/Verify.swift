import ArgumentParser
import RiskEngine
import RiskModels

/// Checks a model file as the server would.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks a model file offline: all that a server checks before it serves it.",
        discussion: """
            Container, digest, structure, monotone proof and golden bits; then whether this program has every feature \
            the model reads. With --table a model trained on a CSV passes too, which no server would serve.
            """)

    @Argument(help: "The model file.")
    var model: String

    @Flag(help: "Accept a model whose features are columns of a table.")
    var table = false

    @Flag(help: "One JSON object instead of text.")
    var json = false

    func run() throws {
        let loaded = table ? try Files.model(model) : try Files.servableModel(model).model
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
