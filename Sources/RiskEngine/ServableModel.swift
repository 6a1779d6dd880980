public import RiskCore
public import RiskModels

/// A model bound to the features of this program: from an observation to an answer.
///
/// Serving, replay and explanation all answer through here. Immutable; share it between threads.
public final class ServableModel: Sendable {
    /// Buffers that one thread reuses from answer to answer.
    public struct Scratch: Sendable {
        /// The vector of the last answer, in the order of the model's features.
        public internal(set) var vector: [Double] = []
        /// The contributions of the last answer, in the same order.
        public internal(set) var contributions: [Double] = []
        /// The vector without a link or the cluster.
        var changedVector: [Double] = []

        /// Empty buffers.
        public init() {}

        /// Copies ``vector`` into ``changedVector``, without allocation if it has the right count already.
        mutating func copyVector() {
            if changedVector.count != vector.count { changedVector = Array(repeating: .nan, count: vector.count) }
            for index in vector.indices { changedVector[index] = vector[index] }
        }
    }

    /// Effects are worked out for so many links at most, those with the largest contributions.
    public static let effectLimit = 4
    /// The least magnitude of a link's contribution for which an effect is worked out, in log-odds.
    public static let leastContributionOfEffect = 0.05

    /// What a model declares of a custom value.
    public enum CustomKind: Sendable {
        case number, text
    }

    /// The checked model.
    public let model: LoadedModel
    /// Custom values the model reads, by name without `custom.`.
    public let customKinds: [String: CustomKind]
    /// The operator's policy that decides; nil: the model's own.
    public let operatorPolicy: OperatorPolicy?

    private let extractor: FeatureExtractor
    private let decisions: DecisionTable
    /// For each model feature, an index into `reasons`.
    private let reasonIndices: [Int]
    /// The reason codes that this model's features have.
    private let reasons: [ReasonCode]
    /// What answers say of links.
    private let evidence: LinkEvidence

    /// Finds every feature of a model in the catalogue, and lays out the policy that decides.
    ///
    /// - Parameters:
    ///   - model: The checked model.
    ///   - policy: The operator's; nil: the model's own.
    /// - Throws: ``ModelFileError`` with code `unknownFeature` that names the feature this program does not have, or
    ///   `policyMismatch` if the operator's policy is meant for another model or is no ladder under this one's
    ///   calibration.
    public init(_ model: LoadedModel, policy: OperatorPolicy? = nil) throws(ModelFileError) {
        var inputs: [FeatureExtractor.Input] = []
        var codes: [ReasonCode] = []
        var features: [Feature?] = []
        var customKinds: [String: CustomKind] = [:]
        for feature in model.document.features {
            if feature.name.hasPrefix("custom.") {
                let name = String(feature.name.dropFirst("custom.".count))
                guard feature.direction == .free else {
                    throw ModelFileError(
                        .notMonotone,
                        "\(feature.name): a custom value may be negative, so nothing proves its direction")
                }
                customKinds[name] = feature.categories == nil ? .number : .text
                inputs.append(
                    feature.categories.map { .customText(name, categories: $0) } ?? .customNumber(name))
                codes.append(.callerFeature)
                features.append(nil)
            } else {
                let index = try Self.catalogueIndex(of: feature)
                inputs.append(.catalogue(index))
                codes.append(FeatureCatalogue.definitions[index].reason)
                features.append(FeatureCatalogue.definitions[index])
            }
        }
        let reasons = ReasonCode.allCases.filter(codes.contains)
        self.model = model
        self.customKinds = customKinds
        self.extractor = FeatureExtractor(inputs: inputs)
        self.decisions = try Self.decisions(of: model, policy)
        self.operatorPolicy = policy
        self.reasons = reasons
        self.reasonIndices = codes.map { reasons.firstIndex(of: $0)! }
        self.evidence = LinkEvidence(model: model, extractor: extractor, features: features)
    }

    /// Scores an observation.
    ///
    /// - Parameters:
    ///   - observation: The event, which has passed ``checkCustom(_:accepted:)``, and its facts.
    ///   - alias: The name the model is served under.
    ///   - wantsFeatures: Whether the answer lists every feature.
    ///   - isExact: Whether contributions are Float64 throughout, as for ``LoadedModel/explain(_:contributions:)``; for
    ///     tools, not for serving.
    ///   - scratch: Buffers; hold the vector and the contributions afterwards.
    /// - Returns: An answer without commit sequence and decision id.
    /// - Complexity: O(features + reasons × log reasons), and a margin for each effect: see ``effectLimit``.
    public func answer(
        _ observation: Observation, alias: String, wantsFeatures: Bool = false, isExact: Bool = false,
        scratch: inout Scratch
    ) -> ScoreAnswer {
        extractor.extract(observation, into: &scratch.vector)
        let margin =
            isExact
            ? model.explain(scratch.vector, contributions: &scratch.contributions)
            : model.score(scratch.vector, contributions: &scratch.contributions)
        let type = observation.event.type
        let (decision, rule) = decisions.decide(margin: margin, at: type)
        var answer = ScoreAnswer(
            margin: margin, probability: model.probability(margin: margin, at: type), decision: decision,
            decisionRule: rule, bias: model.bias,
            residual: model.residual(margin: margin, contributions: scratch.contributions),
            reasons: grouped(scratch.contributions),
            links: evidence.links(observation.links, contributions: scratch.contributions),
            cluster: evidence.cluster(observation.links, contributions: scratch.contributions),
            modelDigest: model.digest, modelAlias: alias,
            missingFeatureCount: scratch.vector.reduce(0) { $0 + ($1.isNaN ? 1 : 0) },
            features: wantsFeatures ? listed(scratch) : [])
        evidence.addEffects(to: &answer, of: observation, scratch: &scratch)
        return answer
    }

    /// The margin of an observation, the same bits as the answer's.
    ///
    /// - Complexity: O(features); no allocation once `scratch` was used.
    public func margin(_ observation: Observation, scratch: inout Scratch) -> Double {
        extractor.extract(observation, into: &scratch.vector)
        return model.score(scratch.vector, contributions: &scratch.contributions)
    }

    /// Refuses custom values that neither the model nor the operator declared, and values of the wrong kind.
    public func checkCustom(_ event: AccountEvent, accepted: Set<String>) throws(FieldError) {
        for custom in event.custom {
            let path = "custom.\(custom.name)"
            switch (customKinds[custom.name], custom.value) {
            case (.number, .text):
                throw FieldError(.wrongType, path: path, expected: "a number", found: "text")
            case (.text, .number):
                throw FieldError(.wrongType, path: path, expected: "text", found: "a number")
            case (nil, _) where !accepted.contains(custom.name):
                throw FieldError(
                    .unknownField, path: path, expected: "a name that the model or the operator declares",
                    found: "an undeclared one")
            default:
                break
            }
        }
    }

    private static func decisions(
        of model: LoadedModel, _ policy: OperatorPolicy?
    ) throws(ModelFileError) -> DecisionTable {
        guard let policy else { return DecisionTable(model.document.policy) }
        if let digest = policy.modelDigest, digest != model.digest {
            throw ModelFileError(
                .policyMismatch,
                "the operator's policy \(policy.version) is for the model \(hexadecimal(digest)) alone, found "
                    + hexadecimal(model.digest))
        }
        do throws(FieldError) {
            return try DecisionTable(policy) { model.margin(probability: $0, at: $1) }
        } catch {
            throw ModelFileError(.policyMismatch, "the operator's policy \(policy.version): \(error)")
        }
    }

    private static func catalogueIndex(of feature: ModelFeature) throws(ModelFileError) -> Int {
        guard let known = FeatureCatalogue.feature(named: feature.name) else {
            throw ModelFileError(
                .unknownFeature,
                "the model reads \(feature.name), which is not in this program's catalogue: it was trained on a table "
                    + "or by a newer stillwatch")
        }
        guard
            let index = FeatureCatalogue.index(name: feature.name, definitionVersion: feature.definitionVersion),
            feature.categories == nil
        else {
            throw ModelFileError(
                .unknownFeature,
                "the model reads \(feature.name) by definition \(feature.definitionVersion), this program has "
                    + "definition \(known.definitionVersion): train again")
        }
        guard known.direction == .free || feature.direction == known.direction else {
            throw ModelFileError(
                .notMonotone, "\(feature.name) must keep the direction that the catalogue declares: \(known.direction)")
        }
        return index
    }

    private func grouped(_ contributions: [Double]) -> [ScoreAnswer.Reason] {
        var sums = Array(repeating: 0.0, count: reasons.count)
        for (feature, contribution) in contributions.enumerated() { sums[reasonIndices[feature]] += contribution }
        var result: [ScoreAnswer.Reason] = []
        for (index, sum) in sums.enumerated() where sum != 0 {
            result.append(ScoreAnswer.Reason(code: reasons[index], contribution: sum))
        }
        return ScoreAnswer.choosingCustomerTexts(result.sorted { abs($0.contribution) > abs($1.contribution) })
    }

    private func listed(_ scratch: Scratch) -> [ScoreAnswer.FeatureContribution] {
        model.document.features.enumerated().map { index, feature in
            let value = scratch.vector[index]
            return ScoreAnswer.FeatureContribution(
                name: feature.name, value: value.isNaN ? nil : value, contribution: scratch.contributions[index])
        }
    }
}
