internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore
internal import RiskModels

extension ModelDocument {
    init(_ message: UnsafePointer<Stillwatch__V1__ModelDocument>) throws(ModelFileError) {
        let document = message.pointee
        self.init(
            name: text(document.name), createdAtMs: Int64(bitPattern: document.created_at_ms),
            parentDigest: document.parent_digest.array,
            features: try each(document.features, document.n_features, "features", ModelFeature.init),
            kind: try ModelKind(document),
            calibrations: try each(document.calibrations, document.n_calibrations, "calibrations", Calibration.init),
            policy: try Policy(document.policy),
            goldenInputs: try each(document.golden_inputs, document.n_golden_inputs, "golden_inputs", GoldenInput.init),
            training: TrainingStatement(document.training))
    }
}

/// Decodes a list of messages; `decode` gets each one's path.
func each<Message, Value>(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int, _ name: String,
    _ decode: (Message, String) throws(ModelFileError) -> Value
) throws(ModelFileError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for (index, message) in elements(list, count).enumerated() {
        values.append(try decode(message.pointee, "\(name)[\(index)]"))
    }
    return values
}

/// A list of numbers.
func numbers(_ list: UnsafeMutablePointer<Double>?, _ count: Int) -> [Double] {
    Array(UnsafeBufferPointer(start: list, count: list == nil ? 0 : count))
}

/// A decision point by its word; nil for the empty word.
private func eventType(_ pointer: UnsafePointer<CChar>?, _ path: String) throws(ModelFileError) -> EventType? {
    let word = text(pointer)
    if word.isEmpty { return nil }
    guard let type = EventType.allCases.first(where: { $0.word == word }) else {
        throw ModelFileError(
            .invalid,
            "\(path).event_type: expected one of \(EventType.words.joined(separator: ", ")) or nothing, found "
                + "an unknown word of \(word.utf8.count) bytes")
    }
    return type
}

extension ModelFeature {
    fileprivate init(_ feature: Stillwatch__V1__ModelFeature, _ path: String) throws(ModelFileError) {
        let number = feature.direction.rawValue
        guard let direction = number == 0 ? .free : FeatureDirection(rawValue: Int(number)) else {
            throw ModelFileError(
                .unsupportedVersion,
                "\(path).direction: expected a direction this program knows, found number \(number)")
        }
        let categories = texts(feature.categories, feature.n_categories)
        guard feature.is_categorical != 0 || categories.isEmpty else {
            throw ModelFileError(
                .invalid, "\(path).categories: expected none for a numeric feature, found \(categories.count)")
        }
        self.init(
            name: text(feature.name), definitionVersion: Int(feature.definition_version), direction: direction,
            categories: feature.is_categorical != 0 ? categories : nil)
    }
}

extension ModelKind {
    fileprivate init(_ document: Stillwatch__V1__ModelDocument) throws(ModelFileError) {
        switch document.kind_case {
        case STILLWATCH__V1__MODEL_DOCUMENT__KIND_LOGISTIC:
            self = .logistic(try LogisticModel(document.logistic, "logistic"))
        case STILLWATCH__V1__MODEL_DOCUMENT__KIND_TREES:
            self = .trees(try TreeModel(document.trees))
        default: throw ModelFileError(.invalid, "kind: expected a model, found none")
        }
    }
}

extension LogisticModel {
    init(_ message: UnsafePointer<Stillwatch__V1__LogisticModel>, _ path: String) throws(ModelFileError) {
        let model = message.pointee
        self.init(
            intercept: model.intercept,
            terms: try each(model.terms, model.n_terms, "\(path).terms", LogisticTerm.init))
    }
}

extension LogisticTerm {
    fileprivate init(_ term: Stillwatch__V1__LogisticTerm, _ path: String) throws(ModelFileError) {
        let shape: Shape
        switch term.shape_case {
        case STILLWATCH__V1__LOGISTIC_TERM__SHAPE_NUMERIC:
            let numeric = term.numeric.pointee
            guard let transform = NumericTransform(rawValue: Int(numeric.transform.rawValue)) else {
                throw ModelFileError(
                    .unsupportedVersion,
                    "\(path).numeric.transform: expected a transform this program knows, found number "
                        + "\(numeric.transform.rawValue)")
            }
            shape = .numeric(
                transform: transform, center: numeric.center, scale: numeric.scale, weight: numeric.weight)
        case STILLWATCH__V1__LOGISTIC_TERM__SHAPE_MISSING: shape = .missing(weight: term.missing.pointee.weight)
        case STILLWATCH__V1__LOGISTIC_TERM__SHAPE_CATEGORY:
            shape = .category(weights: numbers(term.category.pointee.weights, term.category.pointee.n_weights))
        default: throw ModelFileError(.invalid, "\(path).shape: expected one, found none")
        }
        self.init(feature: Int(term.feature), shape: shape)
    }
}

extension Calibration {
    fileprivate init(_ calibration: Stillwatch__V1__Calibration, _ path: String) throws(ModelFileError) {
        self.init(
            eventType: try RiskWire.eventType(calibration.event_type, path), slope: calibration.slope,
            offset: calibration.offset, rowCount: calibration.row_count, positiveCount: calibration.positive_count)
    }
}

extension Policy {
    fileprivate init(_ message: UnsafePointer<Stillwatch__V1__Policy>?) throws(ModelFileError) {
        guard let policy = message?.pointee else { throw ModelFileError(.invalid, "policy: expected one, found none") }
        self.init(
            version: Int(policy.version), rules: try each(policy.rules, policy.n_rules, "policy.rules", Rule.init))
    }
}

extension Policy.Rule {
    fileprivate init(_ rule: Stillwatch__V1__PolicyRule, _ path: String) throws(ModelFileError) {
        let word = text(rule.decision)
        guard let decision = Decision(word: word) else {
            throw ModelFileError(
                .invalid,
                "\(path).decision: expected one of "
                    + Decision.allCases.map(\.word).joined(separator: ", ") + ", found an unknown word of "
                    + "\(word.utf8.count) bytes")
        }
        self.init(
            eventType: try RiskWire.eventType(rule.event_type, path), decision: decision, threshold: rule.threshold,
            falsePositiveShare: rule.false_positive_share)
    }
}

extension GoldenInput {
    fileprivate init(_ golden: Stillwatch__V1__GoldenInput, _ path: String) {
        self.init(
            values: numbers(golden.values, golden.n_values), margin: golden.margin,
            contributions: numbers(golden.contributions, golden.n_contributions))
    }
}

extension TrainingStatement {
    fileprivate init(_ message: UnsafePointer<Stillwatch__V1__TrainingStatement>?) {
        guard let training = message?.pointee else {
            self.init()
            return
        }
        self.init(
            dataDigests: UnsafeBufferPointer(start: training.data_digests, count: training.n_data_digests).map(\.array),
            options: texts(training.options, training.n_options), rowCount: training.row_count,
            positiveCount: training.positive_count, campaigns: texts(training.campaigns, training.n_campaigns),
            metrics: elements(training.metrics, training.n_metrics).map {
                Metric(name: text($0.pointee.name), value: $0.pointee.value)
            },
            numericEnvironment: text(training.numeric_environment), card: text(training.card))
    }
}
