internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Encodes replies, for the server.
///
/// Keep one for each event loop; it reuses its memory and is not for sharing between threads.
public final class ReplyEncoder {
    private let arena = MessageArena()

    /// An encoder.
    public init() {}

    /// Appends a reply as a frame.
    public func appendFrame(_ reply: WireReply, to bytes: inout [UInt8]) {
        arena.beginBuilding()
        let message = arena.make(stillwatch__v1__reply__init)
        set(&message.pointee.has_id, &message.pointee.id, reply.id)
        switch reply.outcome {
        case .success(let body):
            message.pointee.status = arena.status(nil)
            put(body, into: message)
        case .failure(let error):
            message.pointee.status = arena.status(error)
        }
        let start = Frame.begin(in: &bytes)
        arena.pack(UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self), to: &bytes)
        Frame.end(at: start, in: &bytes)
    }

    private func put(_ body: WireReply.Body, into message: UnsafeMutablePointer<Stillwatch__V1__Reply>) {
        switch body {
        case .score(let answer):
            message.pointee.result_case = STILLWATCH__V1__REPLY__RESULT_SCORE
            message.pointee.score = arena.answer(answer)
        case .scoreBatch(let items):
            message.pointee.result_case = STILLWATCH__V1__REPLY__RESULT_SCORE_BATCH
            message.pointee.score_batch = batch(items)
        case .observe(let commitSequence, let degraded):
            message.pointee.result_case = STILLWATCH__V1__REPLY__RESULT_OBSERVE
            let response = arena.make(stillwatch__v1__observe_response__init)
            set(&response.pointee.has_commit_sequence, &response.pointee.commit_sequence, commitSequence)
            response.pointee.n_degraded = degraded.count
            response.pointee.degraded = arena.list(degraded) { arena.text($0) }
            message.pointee.observe = response
        case .feedback(let commitSequence):
            message.pointee.result_case = STILLWATCH__V1__REPLY__RESULT_FEEDBACK
            let response = arena.make(stillwatch__v1__feedback_response__init)
            set(&response.pointee.has_commit_sequence, &response.pointee.commit_sequence, commitSequence)
            message.pointee.feedback = response
        case .health(let state):
            message.pointee.result_case = STILLWATCH__V1__REPLY__RESULT_HEALTH
            let response = arena.make(stillwatch__v1__health_response__init)
            set(&response.pointee.has_state, &response.pointee.state.rawValue, state.rawValue)
            message.pointee.health = response
        case .serverInfo(let info):
            message.pointee.result_case = STILLWATCH__V1__REPLY__RESULT_SERVER_INFO
            message.pointee.server_info = serverInfo(info)
        case .lookupCampaign(let page, let nextPageToken):
            message.pointee.result_case = STILLWATCH__V1__REPLY__RESULT_LOOKUP_CAMPAIGN
            message.pointee.lookup_campaign = arena.campaign(page, nextPageToken: nextPageToken)
        }
    }

    private func batch(
        _ items: [Result<ScoreAnswer, StatusError>]
    ) -> UnsafeMutablePointer<Stillwatch__V1__ScoreBatchResponse> {
        let message = arena.make(stillwatch__v1__score_batch_response__init)
        message.pointee.n_items = items.count
        message.pointee.items = arena.list(items) { item in
            let entry = arena.make(stillwatch__v1__score_batch_item__init)
            switch item {
            case .success(let answer):
                entry.pointee.status = arena.status(nil)
                entry.pointee.score = arena.answer(answer)
            case .failure(let error):
                entry.pointee.status = arena.status(error)
            }
            return entry
        }
        return message
    }

    private func serverInfo(_ info: ServerInfo) -> UnsafeMutablePointer<Stillwatch__V1__ServerInfoResponse> {
        let message = arena.make(stillwatch__v1__server_info_response__init)
        message.pointee.version = arena.text(info.version)
        set(&message.pointee.has_model_digest, &message.pointee.model_digest, arena.bytes(info.modelDigest))
        message.pointee.model_alias = arena.text(info.modelAlias)
        set(&message.pointee.has_commit_sequence, &message.pointee.commit_sequence, info.commitSequence)
        set(&message.pointee.has_uptime_s, &message.pointee.uptime_s, info.uptimeS)
        set(&message.pointee.has_max_frame_bytes, &message.pointee.max_frame_bytes, info.maxFrameByteCount)
        set(&message.pointee.has_max_batch_count, &message.pointee.max_batch_count, info.maxBatchCount)
        message.pointee.n_custom_names = info.customNames.count
        message.pointee.custom_names = arena.list(info.customNames) { arena.text($0) }
        set(&message.pointee.has_account_count, &message.pointee.account_count, info.accountCount)
        set(&message.pointee.has_identifier_count, &message.pointee.identifier_count, info.identifierCount)
        return message
    }
}
