internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore
internal import RiskModels

extension MessageArena {
    /// A model document. Counts and versions below 0 or above 32 bits are a programming error.
    func document(_ document: ModelDocument) -> UnsafeMutablePointer<Stillwatch__V1__ModelDocument> {
        let message = make(stillwatch__v1__model_document__init)
        message.pointee.name = text(document.name)
        set(
            &message.pointee.has_created_at_ms, &message.pointee.created_at_ms, UInt64(bitPattern: document.createdAtMs)
        )
        set(&message.pointee.has_parent_digest, &message.pointee.parent_digest, bytes(document.parentDigest))
        message.pointee.n_features = document.features.count
        message.pointee.features = list(document.features) { feature($0) }
        switch document.kind {
        case .logistic(let model):
            message.pointee.kind_case = STILLWATCH__V1__MODEL_DOCUMENT__KIND_LOGISTIC
            message.pointee.logistic = logistic(model)
        case .trees(let model):
            message.pointee.kind_case = STILLWATCH__V1__MODEL_DOCUMENT__KIND_TREES
            message.pointee.trees = trees(model)
        }
        message.pointee.n_calibrations = document.calibrations.count
        message.pointee.calibrations = list(document.calibrations) { calibration($0) }
        message.pointee.policy = policy(document.policy)
        message.pointee.n_golden_inputs = document.goldenInputs.count
        message.pointee.golden_inputs = list(document.goldenInputs) { golden($0) }
        message.pointee.training = training(document.training)
        return message
    }

    private func feature(_ feature: ModelFeature) -> UnsafeMutablePointer<Stillwatch__V1__ModelFeature>? {
        let message = make(stillwatch__v1__model_feature__init)
        message.pointee.name = text(feature.name)
        set(
            &message.pointee.has_definition_version, &message.pointee.definition_version,
            UInt32(feature.definitionVersion))
        set(&message.pointee.has_direction, &message.pointee.direction.rawValue, UInt32(feature.direction.rawValue))
        if let categories = feature.categories {
            message.pointee.n_categories = categories.count
            message.pointee.categories = list(categories) { text($0) }
            set(&message.pointee.has_is_categorical, &message.pointee.is_categorical, 1)
        }
        return message
    }

    func logistic(_ model: LogisticModel) -> UnsafeMutablePointer<Stillwatch__V1__LogisticModel> {
        let message = make(stillwatch__v1__logistic_model__init)
        set(&message.pointee.has_intercept, &message.pointee.intercept, model.intercept)
        message.pointee.n_terms = model.terms.count
        message.pointee.terms = list(model.terms) { term($0) }
        return message
    }

    private func term(_ term: LogisticTerm) -> UnsafeMutablePointer<Stillwatch__V1__LogisticTerm>? {
        let message = make(stillwatch__v1__logistic_term__init)
        set(&message.pointee.has_feature, &message.pointee.feature, UInt32(term.feature))
        switch term.shape {
        case .numeric(let transform, let center, let scale, let weight):
            let numeric = make(stillwatch__v1__numeric_term__init)
            set(&numeric.pointee.has_transform, &numeric.pointee.transform.rawValue, UInt32(transform.rawValue))
            set(&numeric.pointee.has_center, &numeric.pointee.center, center)
            set(&numeric.pointee.has_scale, &numeric.pointee.scale, scale)
            set(&numeric.pointee.has_weight, &numeric.pointee.weight, weight)
            message.pointee.shape_case = STILLWATCH__V1__LOGISTIC_TERM__SHAPE_NUMERIC
            message.pointee.numeric = numeric
        case .missing(let weight):
            let missing = make(stillwatch__v1__missing_term__init)
            set(&missing.pointee.has_weight, &missing.pointee.weight, weight)
            message.pointee.shape_case = STILLWATCH__V1__LOGISTIC_TERM__SHAPE_MISSING
            message.pointee.missing = missing
        case .category(let weights):
            let category = make(stillwatch__v1__category_term__init)
            category.pointee.n_weights = weights.count
            category.pointee.weights = list(weights) { $0 }
            message.pointee.shape_case = STILLWATCH__V1__LOGISTIC_TERM__SHAPE_CATEGORY
            message.pointee.category = category
        }
        return message
    }

    private func calibration(_ calibration: Calibration) -> UnsafeMutablePointer<Stillwatch__V1__Calibration>? {
        let message = make(stillwatch__v1__calibration__init)
        message.pointee.event_type = calibration.eventType.map { text($0.word) }
        set(&message.pointee.has_slope, &message.pointee.slope, calibration.slope)
        set(&message.pointee.has_offset, &message.pointee.offset, calibration.offset)
        set(&message.pointee.has_row_count, &message.pointee.row_count, calibration.rowCount)
        set(&message.pointee.has_positive_count, &message.pointee.positive_count, calibration.positiveCount)
        return message
    }

    private func policy(_ policy: Policy) -> UnsafeMutablePointer<Stillwatch__V1__Policy> {
        let message = make(stillwatch__v1__policy__init)
        set(&message.pointee.has_version, &message.pointee.version, UInt32(policy.version))
        message.pointee.n_rules = policy.rules.count
        message.pointee.rules = list(policy.rules) { rule in
            let message = make(stillwatch__v1__policy_rule__init)
            message.pointee.event_type = rule.eventType.map { text($0.word) }
            message.pointee.decision = text(rule.decision.word)
            set(&message.pointee.has_threshold, &message.pointee.threshold, rule.threshold)
            set(
                &message.pointee.has_false_positive_share, &message.pointee.false_positive_share,
                rule.falsePositiveShare)
            return message
        }
        return message
    }

    private func golden(_ golden: GoldenInput) -> UnsafeMutablePointer<Stillwatch__V1__GoldenInput>? {
        let message = make(stillwatch__v1__golden_input__init)
        message.pointee.n_values = golden.values.count
        message.pointee.values = list(golden.values) { $0 }
        set(&message.pointee.has_margin, &message.pointee.margin, golden.margin)
        message.pointee.n_contributions = golden.contributions.count
        message.pointee.contributions = list(golden.contributions) { $0 }
        return message
    }

    private func training(_ training: TrainingStatement) -> UnsafeMutablePointer<Stillwatch__V1__TrainingStatement> {
        let message = make(stillwatch__v1__training_statement__init)
        message.pointee.n_data_digests = training.dataDigests.count
        message.pointee.data_digests = list(training.dataDigests) { bytes($0) }
        message.pointee.n_options = training.options.count
        message.pointee.options = list(training.options) { text($0) }
        set(&message.pointee.has_row_count, &message.pointee.row_count, training.rowCount)
        set(&message.pointee.has_positive_count, &message.pointee.positive_count, training.positiveCount)
        message.pointee.n_campaigns = training.campaigns.count
        message.pointee.campaigns = list(training.campaigns) { text($0) }
        message.pointee.n_metrics = training.metrics.count
        message.pointee.metrics = list(training.metrics) { metric in
            let message = make(stillwatch__v1__metric__init)
            message.pointee.name = text(metric.name)
            set(&message.pointee.has_value, &message.pointee.value, metric.value)
            return message
        }
        message.pointee.numeric_environment = text(training.numericEnvironment)
        message.pointee.card = text(training.card)
        return message
    }
}
