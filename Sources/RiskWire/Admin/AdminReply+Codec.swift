internal import CProtobufC
internal import CStillwatchProtos

extension MessageArena {
    /// Puts a result into an operator's reply.
    func put(_ body: AdminReply.Body, into message: UnsafeMutablePointer<Stillwatch__V1__AdminReply>) {
        switch body {
        case .listModels(let models):
            message.pointee.result_case = STILLWATCH__V1__ADMIN_REPLY__RESULT_LIST_MODELS
            let response = make(stillwatch__v1__list_models_response__init)
            response.pointee.n_models = models.count
            response.pointee.models = list(models) { modelInfo($0) }
            message.pointee.list_models = response
        case .stageModel(let model):
            message.pointee.result_case = STILLWATCH__V1__ADMIN_REPLY__RESULT_STAGE_MODEL
            message.pointee.stage_model = make(stillwatch__v1__stage_model_response__init)
            message.pointee.stage_model.pointee.model = modelInfo(model)
        case .promoteModel(let model):
            message.pointee.result_case = STILLWATCH__V1__ADMIN_REPLY__RESULT_PROMOTE_MODEL
            message.pointee.promote_model = make(stillwatch__v1__promote_model_response__init)
            message.pointee.promote_model.pointee.model = modelInfo(model)
        case .rollbackModel(let model):
            message.pointee.result_case = STILLWATCH__V1__ADMIN_REPLY__RESULT_ROLLBACK_MODEL
            message.pointee.rollback_model = make(stillwatch__v1__rollback_model_response__init)
            message.pointee.rollback_model.pointee.model = modelInfo(model)
        case .drain:
            message.pointee.result_case = STILLWATCH__V1__ADMIN_REPLY__RESULT_DRAIN
            message.pointee.drain = make(stillwatch__v1__drain_response__init)
        }
    }

    private func modelInfo(_ info: ModelInfo) -> UnsafeMutablePointer<Stillwatch__V1__ModelInfo>? {
        let message = make(stillwatch__v1__model_info__init)
        set(&message.pointee.has_digest, &message.pointee.digest, bytes(info.digest))
        set(&message.pointee.has_role, &message.pointee.role.rawValue, info.role.rawValue)
        message.pointee.name = text(info.name)
        message.pointee.kind = text(info.kind)
        message.pointee.path = text(info.path)
        set(&message.pointee.has_since_ms, &message.pointee.since_ms, UInt64(bitPattern: info.sinceMs))
        set(&message.pointee.has_feature_count, &message.pointee.feature_count, UInt32(info.featureCount))
        return message
    }
}

extension AdminReply.Body {
    init(_ reply: Stillwatch__V1__AdminReply) throws(StatusError) {
        switch reply.result_case {
        case STILLWATCH__V1__ADMIN_REPLY__RESULT_LIST_MODELS:
            var models: [ModelInfo] = []
            for model in elements(reply.list_models.pointee.models, reply.list_models.pointee.n_models) {
                models.append(try ModelInfo(model))
            }
            self = .listModels(models)
        case STILLWATCH__V1__ADMIN_REPLY__RESULT_STAGE_MODEL:
            self = .stageModel(try ModelInfo(reply.stage_model.pointee.model))
        case STILLWATCH__V1__ADMIN_REPLY__RESULT_PROMOTE_MODEL:
            self = .promoteModel(try ModelInfo(reply.promote_model.pointee.model))
        case STILLWATCH__V1__ADMIN_REPLY__RESULT_ROLLBACK_MODEL:
            self = .rollbackModel(try ModelInfo(reply.rollback_model.pointee.model))
        case STILLWATCH__V1__ADMIN_REPLY__RESULT_DRAIN: self = .drain
        default: throw unreadable("a result", "success without one", path: "result")
        }
    }
}

extension ModelInfo {
    fileprivate init(_ message: UnsafePointer<Stillwatch__V1__ModelInfo>?) throws(StatusError) {
        guard let info = message?.pointee else { throw unreadable("a model", "none", path: "model") }
        guard let role = Role(rawValue: info.role.rawValue) else {
            throw unreadable("a role this program knows", "number \(info.role.rawValue)", path: "model.role")
        }
        self.init(
            digest: info.digest.array, role: role, name: text(info.name), kind: text(info.kind), path: text(info.path),
            sinceMs: Int64(bitPattern: info.since_ms), featureCount: Int(info.feature_count))
    }
}
