internal import NIOPosix
internal import RiskWire

/// The operator's service behind its listener. Files are read on a thread of their own, never on an event loop.
final class AdminPeer: FramePeer {
    private let codec = AdminCodec()
    private let models: ModelStore
    private let threads: NIOThreadPool
    private let drain: @Sendable () -> Void

    init(models: ModelStore, threads: NIOThreadPool, drain: @escaping @Sendable () -> Void) {
        self.models = models
        self.threads = threads
        self.drain = drain
    }

    func serve(
        _ payload: UnsafeRawBufferPointer, arrivedNs: UInt64, output: inout [UInt8],
        makeLater: () -> @Sendable ([UInt8]) -> Void
    ) -> Bool {
        let (id, decoded) = codec.decodeRequest(payload)
        switch decoded {
        case .failure(let error):
            codec.appendFrame(AdminReply(id: id, outcome: .failure(error)), to: &output)
            return false
        case .success(let request):
            let later = makeLater()
            let (models, drain) = (models, drain)
            threads.submit { state in
                let outcome: Result<AdminReply.Body, StatusError> =
                    state == .active
                    ? Self.serve(request.method, models: models, drain: drain) : .failure(Self.stopping)
                var bytes: [UInt8] = []
                AdminCodec().appendFrame(AdminReply(id: id, outcome: outcome), to: &bytes)
                later(bytes)
            }
            return true
        }
    }

    func lastWord(_ error: StatusError) -> [UInt8] {
        var bytes: [UInt8] = []
        codec.appendFrame(AdminReply(id: 0, outcome: .failure(error)), to: &bytes)
        return bytes
    }

    private static func serve(
        _ method: AdminRequest.Method, models: ModelStore, drain: @Sendable () -> Void
    ) -> Result<AdminReply.Body, StatusError> {
        switch method {
        case .listModels: return .success(.listModels(models.list))
        case .stageModel(let path): return models.stage(path: path).map(AdminReply.Body.stageModel)
        case .promoteModel(let digest): return models.promote(digest: digest).map(AdminReply.Body.promoteModel)
        case .rollbackModel: return models.rollback().map(AdminReply.Body.rollbackModel)
        case .drain:
            drain()
            return .success(.drain)
        }
    }

    private static let stopping = StatusError(
        .unavailable, reason: "DRAINING", message: "expected a running service, found one that is stopping")
}
