internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Encodes and decodes what operators and the service say to each other, for both sides.
///
/// Keep one for each connection or thread; it reuses its memory and is not for sharing.
public final class AdminCodec {
    private static let requestSchema = MessageSchema(stillwatch__v1__admin_request__init)
    private static let replySchema = MessageSchema(stillwatch__v1__admin_reply__init)
    /// SHA-256.
    private static let digestByteCount = 32
    private let arena = MessageArena()
    private let reader = MessageReader()

    /// A codec.
    public init() {}

    /// Appends a request as a frame.
    ///
    /// - Throws: ``StatusError`` `FIELD_NOT_TEXT` for a path with NUL in it. Then nothing was appended.
    public func appendFrame(_ request: AdminRequest, to bytes: inout [UInt8]) throws(StatusError) {
        arena.beginBuilding()
        let message = arena.make(stillwatch__v1__admin_request__init)
        set(&message.pointee.has_id, &message.pointee.id, request.id)
        switch request.method {
        case .listModels:
            message.pointee.method_case = STILLWATCH__V1__ADMIN_REQUEST__METHOD_LIST_MODELS
            message.pointee.list_models = arena.make(stillwatch__v1__list_models_request__init)
        case .stageModel(let path):
            message.pointee.method_case = STILLWATCH__V1__ADMIN_REQUEST__METHOD_STAGE_MODEL
            message.pointee.stage_model = arena.make(stillwatch__v1__stage_model_request__init)
            message.pointee.stage_model.pointee.path = try arena.checkedText(path, path: "path")
        case .promoteModel(let digest):
            message.pointee.method_case = STILLWATCH__V1__ADMIN_REQUEST__METHOD_PROMOTE_MODEL
            let argument = arena.make(stillwatch__v1__promote_model_request__init)
            set(&argument.pointee.has_digest, &argument.pointee.digest, arena.bytes(digest))
            message.pointee.promote_model = argument
        case .rollbackModel:
            message.pointee.method_case = STILLWATCH__V1__ADMIN_REQUEST__METHOD_ROLLBACK_MODEL
            message.pointee.rollback_model = arena.make(stillwatch__v1__rollback_model_request__init)
        case .drain:
            message.pointee.method_case = STILLWATCH__V1__ADMIN_REQUEST__METHOD_DRAIN
            message.pointee.drain = arena.make(stillwatch__v1__drain_request__init)
        }
        appendFrame(UnsafeRawPointer(message), to: &bytes)
    }

    /// Appends a reply as a frame.
    public func appendFrame(_ reply: AdminReply, to bytes: inout [UInt8]) {
        arena.beginBuilding()
        let message = arena.make(stillwatch__v1__admin_reply__init)
        set(&message.pointee.has_id, &message.pointee.id, reply.id)
        switch reply.outcome {
        case .success(let body):
            message.pointee.status = arena.status(nil)
            arena.put(body, into: message)
        case .failure(let error):
            message.pointee.status = arena.status(error)
        }
        appendFrame(UnsafeRawPointer(message), to: &bytes)
    }

    /// Decodes one frame's payload from an operator.
    ///
    /// - Returns: The id that the reply must repeat (0 if it could not be read), and the request or its refusal.
    public func decodeRequest(
        _ bytes: UnsafeRawBufferPointer
    ) -> (id: UInt64, request: Result<AdminRequest, StatusError>) {
        let id = RequestCheck.id(of: bytes)
        do {
            let method = try method(bytes)
            return (id, .success(AdminRequest(id: id, method: method)))
        } catch {
            return (id, .failure(error))
        }
    }

    /// Decodes one frame's payload from the service.
    ///
    /// - Throws: ``StatusError`` if the bytes are no reply. One that says why there is no result does not throw.
    public func decodeReply(_ bytes: UnsafeRawBufferPointer) throws(StatusError) -> AdminReply {
        let message = try reader.read(
            bytes, Self.replySchema, unknownFields: .skip, stillwatch__v1__admin_reply__unpack)
        let reply = message.pointee
        if let error = try statusError(reply.status) { return AdminReply(id: reply.id, outcome: .failure(error)) }
        return AdminReply(id: reply.id, outcome: .success(try AdminReply.Body(reply)))
    }

    private func method(_ bytes: UnsafeRawBufferPointer) throws(StatusError) -> AdminRequest.Method {
        do {
            try MessageCheck(bytes: bytes, unknownFields: .refuse).check(0..<bytes.count, Self.requestSchema)
        } catch {
            throw RequestCheck.methodFault(error).status
        }
        let message = try reader.unpack(
            bytes, budget: MessageReader.budget(forByteCount: bytes.count), stillwatch__v1__admin_request__unpack)
        do {
            return try method(message.pointee)
        } catch {
            throw StatusError(error)
        }
    }

    private func method(_ request: Stillwatch__V1__AdminRequest) throws(FieldError) -> AdminRequest.Method {
        switch request.method_case {
        case STILLWATCH__V1__ADMIN_REQUEST__METHOD_LIST_MODELS: return .listModels
        case STILLWATCH__V1__ADMIN_REQUEST__METHOD_STAGE_MODEL:
            let path = text(request.stage_model.pointee.path)
            try TextCheck.check(
                path, path: "path", byteLimit: WireLimits.pathByteCount, refuseCardNumbers: false, allowEmpty: false)
            return .stageModel(path: path)
        case STILLWATCH__V1__ADMIN_REQUEST__METHOD_PROMOTE_MODEL:
            let digest = request.promote_model.pointee.digest.array
            guard digest.count == Self.digestByteCount else {
                throw FieldError(
                    .wrongLength, path: "digest", expected: "\(Self.digestByteCount) bytes",
                    found: "\(digest.count) bytes")
            }
            return .promoteModel(digest: digest)
        case STILLWATCH__V1__ADMIN_REQUEST__METHOD_ROLLBACK_MODEL: return .rollbackModel
        case STILLWATCH__V1__ADMIN_REQUEST__METHOD_DRAIN: return .drain
        default:
            throw FieldError(
                .missing, path: "method",
                expected: "one of list_models, stage_model, promote_model, rollback_model, drain", found: "none")
        }
    }

    private func appendFrame(_ message: UnsafeRawPointer, to bytes: inout [UInt8]) {
        let start = Frame.begin(in: &bytes)
        arena.pack(message.assumingMemoryBound(to: ProtobufCMessage.self), to: &bytes)
        Frame.end(at: start, in: &bytes)
    }
}
