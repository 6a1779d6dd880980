internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Decodes replies, for clients.
///
/// Fields that a newer server added are skipped. A reason or link that this program has no word for is left out, and
/// then the answer's `degraded` has ``unknownReason`` or ``unknownLink``. Not for sharing between threads.
public final class ReplyDecoder {
    /// In `degraded`: the server gave a reason code that this program does not know.
    public static let unknownReason = "CLIENT_UNKNOWN_REASON"
    /// In `degraded`: the server gave a link of a class that this program does not know.
    public static let unknownLink = "CLIENT_UNKNOWN_LINK"

    private static let schema = MessageSchema(stillwatch__v1__reply__init)
    private let reader = MessageReader()

    /// A decoder.
    public init() {}

    /// Decodes one frame's payload.
    ///
    /// - Throws: ``StatusError`` `REPLY_UNREADABLE` or one of those of the wire if the bytes are no reply. A reply that
    ///   says why there is no result does not throw: it is the outcome.
    public func decode(_ bytes: UnsafeRawBufferPointer) throws(StatusError) -> WireReply {
        let message = try reader.read(bytes, Self.schema, unknownFields: .skip, stillwatch__v1__reply__unpack)
        let reply = message.pointee
        let error = try statusError(reply.status)
        if let error { return WireReply(id: reply.id, outcome: .failure(error)) }
        return WireReply(id: reply.id, outcome: .success(try body(reply)))
    }

    private func body(_ reply: Stillwatch__V1__Reply) throws(StatusError) -> WireReply.Body {
        switch reply.result_case {
        case STILLWATCH__V1__REPLY__RESULT_SCORE: return .score(try ScoreAnswer(reply.score))
        case STILLWATCH__V1__REPLY__RESULT_SCORE_BATCH:
            var items: [Result<ScoreAnswer, StatusError>] = []
            for item in elements(reply.score_batch.pointee.items, reply.score_batch.pointee.n_items) {
                items.append(try self.item(item.pointee))
            }
            return .scoreBatch(items)
        case STILLWATCH__V1__REPLY__RESULT_OBSERVE:
            let response = reply.observe.pointee
            return .observe(
                commitSequence: response.commit_sequence, degraded: texts(response.degraded, response.n_degraded))
        case STILLWATCH__V1__REPLY__RESULT_FEEDBACK:
            return .feedback(commitSequence: reply.feedback.pointee.commit_sequence)
        case STILLWATCH__V1__REPLY__RESULT_HEALTH:
            guard let state = ServingState(rawValue: reply.health.pointee.state.rawValue) else {
                throw unreadable(
                    "a serving state", "number \(reply.health.pointee.state.rawValue)", path: "health.state")
            }
            return .health(state)
        case STILLWATCH__V1__REPLY__RESULT_SERVER_INFO: return .serverInfo(ServerInfo(reply.server_info))
        case STILLWATCH__V1__REPLY__RESULT_LOOKUP_CAMPAIGN:
            return .lookupCampaign(
                try CampaignPage(reply.lookup_campaign),
                nextPageToken: text(reply.lookup_campaign.pointee.next_page_token))
        default: throw unreadable("a result", "success without one", path: "result")
        }
    }

    private func item(
        _ item: Stillwatch__V1__ScoreBatchItem
    ) throws(StatusError) -> Result<ScoreAnswer, StatusError> {
        if let error = try statusError(item.status) { return .failure(error) }
        guard let score = item.score else { throw unreadable("a score", "success without one", path: "score_batch") }
        return .success(try ScoreAnswer(score))
    }
}

/// The error that a status stands for; nil for success.
func statusError(_ status: UnsafePointer<Stillwatch__V1__Status>?) throws(StatusError) -> StatusError? {
    guard let status = status?.pointee else { throw unreadable("a status", "none", path: "status") }
    if status.code == 0 { return nil }
    return StatusError(
        StatusCode(rawValue: status.code) ?? .unknown, reason: text(status.reason), message: text(status.message),
        path: text(status.path))
}

/// The error for a reply that makes no sense.
func unreadable(_ expected: String, _ found: String, path: String) -> StatusError {
    StatusError(.internal, reason: "REPLY_UNREADABLE", message: "expected \(expected), found \(found)", path: path)
}

extension ServerInfo {
    fileprivate init(_ message: UnsafePointer<Stillwatch__V1__ServerInfoResponse>) {
        let info = message.pointee
        self.init()
        version = text(info.version)
        modelDigest = info.model_digest.array
        modelAlias = text(info.model_alias)
        commitSequence = info.commit_sequence
        uptimeS = info.uptime_s
        maxFrameByteCount = info.max_frame_bytes
        maxBatchCount = info.max_batch_count
        customNames = texts(info.custom_names, info.n_custom_names)
        accountCount = info.account_count
        identifierCount = info.identifier_count
    }
}
