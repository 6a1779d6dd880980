import ArgumentParser
import Foundation
import RiskModels
import RiskWire

/// Takes over a model of another program.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a model file of another library's model.",
        discussion: """
            The margin is LightGBM's raw score or XGBoost's output margin and the reasons are its pred_contrib; \
            XGBoost adds Float32 numbers, so its last digits differ. Calibration, thresholds and directions are not \
            taken over. A server takes the file only if it knows every feature by name.
            """)

    @Option(help: "A text model of LightGBM (Booster.save_model), of binary classification.")
    var lightgbm: String?

    @Option(help: "A JSON model of XGBoost 2 or 3 (save_model(\"model.json\")), of binary classification.")
    var xgboost: String?

    @Flag(help: "All rounds of an XGBoost model that was stopped early (default: up to its best iteration).")
    var allRounds = false

    @Option(help: "The model file to write.")
    var out: String

    @Option(help: "The model's name.")
    var name = "imported"

    func validate() throws {
        guard (lightgbm == nil) != (xgboost == nil) else {
            throw ValidationError("Expected either --lightgbm or --xgboost.")
        }
        guard xgboost != nil || !allRounds else {
            throw ValidationError("--all-rounds goes with --xgboost: LightGBM's files have no other rounds.")
        }
    }

    func run() throws {
        let path = xgboost ?? lightgbm ?? ""
        do {
            let document = try document(try Files.read(path))
            // Everything missing, all zero, all one: enough to prove that another program scores as this one does.
            let rows = [Double.nan, 0, 1].map { Array(repeating: $0, count: document.features.count) }
            let file = ModelFile.encode(try LoadedModel.addingGoldenInputs(rows, to: document))
            _ = try ModelFile.load(file)
            try Files.write(file, to: out)
            if !document.training.card.isEmpty { standardError("\(out): \(document.training.card)") }
        } catch let error as ImportError {
            throw ToolError("\(path) cannot be taken over: \(error)")
        } catch let error as ModelFileError {
            throw ToolError("\(path) cannot be taken over: \(error)")
        }
    }

    private func document(_ file: [UInt8]) throws -> ModelDocument {
        guard xgboost != nil else {
            return try LightGBMText.document(String(decoding: file, as: UTF8.self), name: name)
        }
        return try XGBoostJSON.document(file, name: name, rounds: allRounds ? .all : .untilBest) { type, bytes in
            try JSONDecoder().decode(type, from: Data(bytes))
        }
    }
}
