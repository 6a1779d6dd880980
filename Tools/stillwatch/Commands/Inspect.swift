import ArgumentParser
import Foundation
import RiskCore
import RiskModels

/// Says what is in a model file.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is in a model file: features, weights, calibration, policy, training.",
        discussion: "The file is checked first, as the server does; a refused one is not shown.")

    @Argument(help: "The model file.")
    var model: String

    @Flag(help: "One JSON object instead of text.")
    var json = false

    func run() throws {
        let loaded = try Files.model(model)
        print(json ? try JSONOutput.line(object(loaded)) : text(loaded))
    }

    private func text(_ model: LoadedModel) -> String {
        let document = model.document
        let training = document.training
        var lines = [
            "\(document.name): \(document.kind.word), \(document.features.count) features",
            "digest      \(hexadecimal(model.digest))",
            "trained on  \(training.rowCount) rows, \(training.positiveCount) positive",
            "numerics    \(training.numericEnvironment)",
        ]
        if case .trees(let model) = document.kind { lines.append("trees       \(shape(of: model))") }
        if !training.card.isEmpty { lines += ["", training.card] }
        lines += ["", "held-out metrics"]
        lines += training.metrics.map { "  \(padded($0.name, 34)) \(String(format: "%.6f", $0.value))" }
        lines += ["", "policy, version \(document.policy.version)"]
        lines += document.policy.rules.map { rule in
            let share = String(format: "%.4f", rule.falsePositiveShare)
            return "  \(padded(rule.eventType?.word ?? "any", 10)) \(padded(rule.decision.word, 10)) from margin "
                + "\(String(format: "%9.4f", rule.threshold)), which \(share) of the held-out honest ever reached"
        }
        lines += ["", "calibration: probability = 1 / (1 + exp(-(slope × margin + offset)))"]
        lines += document.calibrations.map {
            "  \(padded($0.eventType?.word ?? "any", 10)) slope \(String(format: "%.4f", $0.slope)), offset "
                + "\(String(format: "%.4f", $0.offset)), from \($0.rowCount) rows, \($0.positiveCount) positive"
        }
        lines += ["", "bias \(String(format: "%.6f", model.bias))", "", "features"]
        lines += document.features.indices.flatMap { terms(of: $0, document) }
        return lines.joined(separator: "\n")
    }

    private func shape(of model: TreeModel) -> String {
        let base = model.base.terms.isEmpty ? "an intercept" : "\(model.base.terms.count) linear terms"
        var kinds: [String] = []
        if !model.trees.isEmpty {
            let depths = model.trees.map(\.splits.count)
            kinds.append("\(depths.count) symmetric trees of \(depths.min() ?? 0) to \(depths.max() ?? 0) levels")
        }
        if !model.leafWiseTrees.isEmpty {
            let leaves = model.leafWiseTrees.map(\.leaves.count)
            kinds.append("\(leaves.count) leaf-wise trees of \(leaves.min() ?? 0) to \(leaves.max() ?? 0) leaves")
        }
        let floor =
            model.floor.map {
                ", never below a floor of \($0.terms.count) linear terms from "
                    + String(format: "%.4f", $0.intercept)
            } ?? ""
        return "\(kinds.joined(separator: " and ")) on \(base)\(floor)"
    }

    private func terms(of index: Int, _ document: ModelDocument) -> [String] {
        let feature = document.features[index]
        let base =
            switch document.kind {
            case .logistic(let model): model
            case .trees(let model): model.base
            }
        var shapes = shapes(of: index, base)
        if case .trees(let model) = document.kind {
            let count =
                model.trees.reduce(0) { $0 + $1.splits.count { $0.feature == index } }
                + model.leafWiseTrees.reduce(0) { $0 + $1.nodes.count { $0.split.feature == index } }
            if count > 0 { shapes.append("\(count) \(count == 1 ? "split" : "splits")") }
            shapes += model.floor.map { self.shapes(of: index, $0).map { "floor \($0)" } } ?? []
        }
        return ["  \(padded(feature.name, 34)) \(padded("\(feature.direction)", 7)) \(shapes.joined(separator: "; "))"]
    }

    private func shapes(of feature: Int, _ model: LogisticModel) -> [String] {
        model.terms.filter { $0.feature == feature }.map { term in
            switch term.shape {
            case .numeric(let transform, let center, let scale, let weight):
                let inner = transform == .signedLog ? "ln(1+x)" : "x"
                return "\(String(format: "%+.5f", weight)) × (\(inner) − \(String(format: "%.4g", center))) ÷ "
                    + String(format: "%.4g", scale)
            case .missing(let weight):
                return "\(String(format: "%+.5f", weight)) if missing"
            case .category(let weights):
                return "\(weights.count - 1) categories, other \(String(format: "%+.5f", weights.last ?? 0))"
            }
        }
    }

    private func object(_ model: LoadedModel) -> [String: Any] {
        let document = model.document
        var object: [String: Any] = [
            "name": document.name, "kind": document.kind.word, "digest": hexadecimal(model.digest),
            "parent_digest": hexadecimal(document.parentDigest), "bias": model.bias,
            "features": document.features.map {
                ["name": $0.name, "definition_version": $0.definitionVersion, "direction": "\($0.direction)"]
            },
            "metrics": Dictionary(document.training.metrics.map { ($0.name, $0.value) }) { $1 },
            "policy": [
                "version": document.policy.version,
                "rules": document.policy.rules.map {
                    [
                        "event_type": $0.eventType?.word ?? "", "decision": $0.decision.word, "threshold": $0.threshold,
                        "false_positive_share": $0.falsePositiveShare,
                    ]
                },
            ],
            "training": [
                "rows": document.training.rowCount, "positives": document.training.positiveCount,
                "campaigns": document.training.campaigns, "options": document.training.options,
                "data_digests": document.training.dataDigests.map(hexadecimal),
                "numeric_environment": document.training.numericEnvironment, "card": document.training.card,
            ],
        ]
        if case .trees(let trees) = document.kind {
            object["trees"] = trees.trees.count + trees.leafWiseTrees.count
            object["linear_terms"] = trees.base.terms.count
            if let floor = trees.floor {
                object["floor"] = ["intercept": floor.intercept, "terms": floor.terms.count] as [String: Any]
            }
        }
        return object
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
