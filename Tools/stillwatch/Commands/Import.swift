import ArgumentParser
import RiskModels
import RiskWire

/// Takes over a model of another program.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a model file of another library's model.",
        discussion: """
            The margin is LightGBM's raw score and the reasons are its pred_contrib. Calibration, thresholds and \
            directions are not taken over. A server takes the file only if it knows every feature by name.
            """)

    @Option(help: "A text model of LightGBM (Booster.save_model), of binary classification.")
    var lightgbm: String

    @Option(help: "The model file to write.")
    var out: String

    @Option(help: "The model's name.")
    var name = "imported"

    func run() throws {
        let text = String(decoding: try Files.read(lightgbm), as: UTF8.self)
        do {
            let document = try LightGBMText.document(text, name: name)
            // Everything missing, all zero, all one: enough to prove that another program scores as this one does.
            let rows = [Double.nan, 0, 1].map { Array(repeating: $0, count: document.features.count) }
            let file = ModelFile.encode(try LoadedModel.addingGoldenInputs(rows, to: document))
            _ = try ModelFile.load(file)
            try Files.write(file, to: out)
        } catch let error as ImportError {
            throw ToolError("\(lightgbm) cannot be taken over: \(error)")
        } catch let error as ModelFileError {
            throw ToolError("\(lightgbm) cannot be taken over: \(error)")
        }
    }
}
