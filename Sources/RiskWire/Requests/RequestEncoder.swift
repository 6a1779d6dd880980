internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Encodes requests, for clients.
///
/// Keep one for each connection or thread; it reuses its memory and is not for sharing.
public final class RequestEncoder {
    private let arena = MessageArena()

    /// An encoder.
    public init() {}

    /// Appends a request as a frame.
    ///
    /// Values are checked by the server, not here. References that a server keyed go out as the caller's own, whole
    /// e-mail and phone references not at all: the wire has no place for them.
    ///
    /// - Throws: ``StatusError`` `FIELD_NOT_TEXT` for a text with NUL in it, or the failure of a batch's item, which
    ///   has nothing that could be sent. Then nothing was appended.
    public func appendFrame(_ request: WireRequest, to bytes: inout [UInt8]) throws(StatusError) {
        arena.beginBuilding()
        let message = arena.make(stillwatch__v1__request__init)
        set(&message.pointee.has_id, &message.pointee.id, request.id)
        set(&message.pointee.has_deadline_ms, &message.pointee.deadline_ms, request.deadlineMs)
        if !request.caller.isEmpty { message.pointee.caller = try arena.checkedText(request.caller, path: "caller") }
        try put(request.method, into: message)
        let start = Frame.begin(in: &bytes)
        arena.pack(UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self), to: &bytes)
        Frame.end(at: start, in: &bytes)
    }

    private func put(
        _ method: WireRequest.Method, into message: UnsafeMutablePointer<Stillwatch__V1__Request>
    ) throws(StatusError) {
        switch method {
        case .score(let call):
            message.pointee.method_case = STILLWATCH__V1__REQUEST__METHOD_SCORE
            message.pointee.score = make(call)
        case .scoreBatch(let calls):
            message.pointee.method_case = STILLWATCH__V1__REQUEST__METHOD_SCORE_BATCH
            message.pointee.score_batch = try make(calls)
        case .observe(let call):
            message.pointee.method_case = STILLWATCH__V1__REQUEST__METHOD_OBSERVE
            message.pointee.observe = make(call)
        case .feedback(let call):
            message.pointee.method_case = STILLWATCH__V1__REQUEST__METHOD_FEEDBACK
            message.pointee.feedback = try make(call)
        case .health:
            message.pointee.method_case = STILLWATCH__V1__REQUEST__METHOD_HEALTH
            message.pointee.health = arena.make(stillwatch__v1__health_request__init)
        case .serverInfo:
            message.pointee.method_case = STILLWATCH__V1__REQUEST__METHOD_SERVER_INFO
            message.pointee.server_info = arena.make(stillwatch__v1__server_info_request__init)
        case .lookupCampaign(let call):
            message.pointee.method_case = STILLWATCH__V1__REQUEST__METHOD_LOOKUP_CAMPAIGN
            message.pointee.lookup_campaign = try make(call)
        }
    }

    private func make(_ call: ScoreCall) -> UnsafeMutablePointer<Stillwatch__V1__ScoreRequest> {
        let message = arena.make(stillwatch__v1__score_request__init)
        message.pointee.event = make(call.event)
        set(&message.pointee.has_request_id, &message.pointee.request_id, call.requestID.map(arena.bytes))
        if call.isDryRun { set(&message.pointee.has_dry_run, &message.pointee.dry_run, 1) }
        if call.wantsFeatures {
            set(
                &message.pointee.has_detail, &message.pointee.detail,
                STILLWATCH__V1__ANSWER_DETAIL__ANSWER_DETAIL_FEATURES)
        }
        return message
    }

    private func make(
        _ calls: [Result<ScoreCall, StatusError>]
    ) throws(StatusError) -> UnsafeMutablePointer<Stillwatch__V1__ScoreBatchRequest> {
        let message = arena.make(stillwatch__v1__score_batch_request__init)
        var items: [UnsafeMutablePointer<Stillwatch__V1__ScoreRequest>?] = []
        for call in calls { items.append(make(try call.get())) }
        message.pointee.n_requests = items.count
        message.pointee.requests = arena.list(items) { $0 }
        return message
    }

    private func make(_ call: ObserveCall) -> UnsafeMutablePointer<Stillwatch__V1__ObserveRequest> {
        let message = arena.make(stillwatch__v1__observe_request__init)
        message.pointee.event = make(call.event)
        set(&message.pointee.has_request_id, &message.pointee.request_id, call.requestID.map(arena.bytes))
        return message
    }

    private func make(_ event: IncomingEvent) -> UnsafeMutablePointer<Stillwatch__V1__AccountEvent> {
        EventTable.shared.make(event.builder.partial, raw: event.raw, in: arena)
    }

    private func make(
        _ call: LookupCampaignCall
    ) throws(StatusError) -> UnsafeMutablePointer<Stillwatch__V1__LookupCampaignRequest> {
        let message = arena.make(stillwatch__v1__lookup_campaign_request__init)
        switch call.target {
        case .cluster(let id):
            message.pointee.target_case = STILLWATCH__V1__LOOKUP_CAMPAIGN_REQUEST__TARGET_CLUSTER_ID
            message.pointee.cluster_id = arena.text("\(id)")
        case .account(let reference):
            message.pointee.target_case = STILLWATCH__V1__LOOKUP_CAMPAIGN_REQUEST__TARGET_ACCOUNT_REF
            message.pointee.account_ref = arena.bytes(reference.bytes)
        case .decision(let id):
            message.pointee.target_case = STILLWATCH__V1__LOOKUP_CAMPAIGN_REQUEST__TARGET_DECISION_ID
            message.pointee.decision_id = try arena.checkedText(id, path: "decision_id")
        }
        if !call.pageToken.isEmpty {
            message.pointee.page_token = try arena.checkedText(call.pageToken, path: "page_token")
        }
        set(&message.pointee.has_page_size, &message.pointee.page_size, UInt32(clamping: call.pageSize))
        return message
    }

    private func make(
        _ call: FeedbackCall
    ) throws(StatusError) -> UnsafeMutablePointer<Stillwatch__V1__FeedbackRequest> {
        let message = arena.make(stillwatch__v1__feedback_request__init)
        switch call.target {
        case .account(let reference):
            message.pointee.target_case = STILLWATCH__V1__FEEDBACK_REQUEST__TARGET_ACCOUNT_REF
            message.pointee.account_ref = arena.bytes(reference.bytes)
        case .decision(let id):
            message.pointee.target_case = STILLWATCH__V1__FEEDBACK_REQUEST__TARGET_DECISION_ID
            message.pointee.decision_id = try arena.checkedText(id, path: "decision_id")
        }
        set(&message.pointee.has_verdict, &message.pointee.verdict.rawValue, UInt32(call.verdict.rawValue))
        message.pointee.source = try arena.checkedText(call.source, path: "source")
        if !call.reason.isEmpty { message.pointee.reason = try arena.checkedText(call.reason, path: "reason") }
        set(
            &message.pointee.has_expires_at_ms, &message.pointee.expires_at_ms,
            call.expiresAtMs.map(UInt64.init(bitPattern:)))
        set(
            &message.pointee.has_known_at_ms, &message.pointee.known_at_ms, call.knownAtMs.map(UInt64.init(bitPattern:))
        )
        set(&message.pointee.has_request_id, &message.pointee.request_id, call.requestID.map(arena.bytes))
        return message
    }
}
