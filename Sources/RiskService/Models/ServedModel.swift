internal import RiskCore
internal import RiskEngine
internal import RiskModels
internal import RiskWire

/// A model the service holds, with where it came from. Immutable.
final class ServedModel: Sendable {
    let servable: ServableModel
    let alias: String
    let path: String
    /// The file's bytes, kept to be written elsewhere without reading a path that may have changed.
    let file: [UInt8]

    init(servable: ServableModel, alias: String, path: String, file: [UInt8]) {
        self.servable = servable
        self.alias = alias
        self.path = path
        self.file = file
    }

    /// The same model under another policy.
    func bound(to policy: OperatorPolicy?) throws(ModelFileError) -> ServedModel {
        if servable.operatorPolicy == policy { return self }
        return ServedModel(
            servable: try ServableModel(servable.model, policy: policy), alias: alias, path: path, file: file)
    }

    /// Who set the thresholds: `operator` or `model`.
    var policySource: String { servable.operatorPolicy == nil ? "model" : "operator" }

    /// The version of the policy that decides.
    var policyVersion: Int { servable.operatorPolicy?.version ?? servable.model.document.policy.version }

    /// Whose policy decides, and its version: `operator@7`.
    var policyName: String { "\(policySource)@\(policyVersion)" }

    var digest: [UInt8] { servable.model.digest }

    func info(role: ModelInfo.Role, sinceMs: Int64) -> ModelInfo {
        let document = servable.model.document
        return ModelInfo(
            digest: digest, role: role, name: document.name, kind: document.kind.word, path: path, sinceMs: sinceMs,
            featureCount: document.features.count)
    }
}
