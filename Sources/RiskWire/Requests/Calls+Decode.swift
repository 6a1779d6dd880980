internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension ScoreCall {
    init(_ message: UnsafePointer<Stillwatch__V1__ScoreRequest>) throws(FieldError) {
        let request = message.pointee
        let detail = request.has_detail != 0 ? request.detail : STILLWATCH__V1__ANSWER_DETAIL__ANSWER_DETAIL_UNSPECIFIED
        switch detail {
        case STILLWATCH__V1__ANSWER_DETAIL__ANSWER_DETAIL_UNSPECIFIED,
            STILLWATCH__V1__ANSWER_DETAIL__ANSWER_DETAIL_REASONS,
            STILLWATCH__V1__ANSWER_DETAIL__ANSWER_DETAIL_FEATURES:
            break
        default:
            throw FieldError(
                .unknownWord, path: "detail", expected: "one of reasons, features", found: "an unknown word's number")
        }
        self.init(
            event: try IncomingEvent(request.event),
            requestID: try readRequestID(request.has_request_id, request.request_id),
            isDryRun: request.has_dry_run != 0 && request.dry_run != 0,
            wantsFeatures: detail == STILLWATCH__V1__ANSWER_DETAIL__ANSWER_DETAIL_FEATURES)
    }
}

extension ObserveCall {
    init(_ message: UnsafePointer<Stillwatch__V1__ObserveRequest>) throws(FieldError) {
        self.init(
            event: try IncomingEvent(message.pointee.event),
            requestID: try readRequestID(message.pointee.has_request_id, message.pointee.request_id))
    }
}

extension IncomingEvent {
    init(_ event: UnsafePointer<Stillwatch__V1__AccountEvent>?) throws(FieldError) {
        guard let event else { throw FieldError(.missing, path: "event", expected: "an event", found: "nothing") }
        self.init(builder: EventBuilder(), raw: try EventTable.shared.raw(event))
        try EventTable.shared.read(event, into: &builder)
    }
}

extension FeedbackCall {
    init(_ message: UnsafePointer<Stillwatch__V1__FeedbackRequest>) throws(FieldError) {
        let request = message.pointee
        self.init(
            target: try Self.target(request),
            verdict: try Self.verdict(present(request.has_verdict, request.verdict.rawValue)),
            source: try Self.source(request.source),
            reason: text(request.reason),
            expiresAtMs: try Self.time(present(request.has_expires_at_ms, request.expires_at_ms), "expires_at_ms"),
            knownAtMs: try Self.time(present(request.has_known_at_ms, request.known_at_ms), "known_at_ms"),
            requestID: try readRequestID(request.has_request_id, request.request_id))
        try TextCheck.check(
            reason, path: "reason", byteLimit: WireLimits.labelReasonByteCount, refuseCardNumbers: true,
            allowEmpty: true)
    }

    private static func target(_ request: Stillwatch__V1__FeedbackRequest) throws(FieldError) -> Target {
        switch request.target_case {
        case STILLWATCH__V1__FEEDBACK_REQUEST__TARGET_ACCOUNT_REF:
            return .account(try readAccount(request.account_ref))
        case STILLWATCH__V1__FEEDBACK_REQUEST__TARGET_DECISION_ID:
            return .decision(id: try readDecisionID(request.decision_id))
        default:
            throw FieldError(
                .missing, path: "target", expected: "account_ref or decision_id", found: "neither")
        }
    }

    private static func verdict(_ number: UInt32?) throws(FieldError) -> Label.Verdict {
        let expected = "one of " + Label.Verdict.allCases.map(\.word).joined(separator: ", ")
        guard let number, number != 0 else {
            throw FieldError(.missing, path: "verdict", expected: expected, found: "nothing")
        }
        guard let verdict = Label.Verdict(rawValue: Int(number)) else {
            throw FieldError(.unknownWord, path: "verdict", expected: expected, found: "an unknown word's number")
        }
        return verdict
    }

    private static func source(_ pointer: UnsafePointer<CChar>?) throws(FieldError) -> String {
        let expected = "1 to \(WireLimits.labelSourceByteCount) bytes of text"
        guard let pointer else { throw FieldError(.missing, path: "source", expected: expected, found: "nothing") }
        let source = text(pointer)
        try TextCheck.check(
            source, path: "source", byteLimit: WireLimits.labelSourceByteCount, refuseCardNumbers: true,
            allowEmpty: false)
        return source
    }

    private static func time(_ value: UInt64?, _ path: String) throws(FieldError) -> Int64? {
        guard let value else { return nil }
        guard value <= FieldSpec.wholeMaximum else {
            throw FieldError(
                .outOfRange, path: path, expected: "a whole number from 0 to \(FieldSpec.wholeMaximum)",
                found: "\(value)")
        }
        return Int64(value)
    }
}

extension LookupCampaignCall {
    init(_ message: UnsafePointer<Stillwatch__V1__LookupCampaignRequest>) throws(FieldError) {
        let request = message.pointee
        let token = text(request.page_token)
        try TextCheck.check(
            token, path: "page_token", byteLimit: WireLimits.pageTokenByteCount, refuseCardNumbers: false,
            allowEmpty: true)
        let pageSize = present(request.has_page_size, request.page_size).map(Int.init) ?? Self.ordinaryPageSize
        guard (1...CampaignPage.memberLimit).contains(pageSize) else {
            throw FieldError(
                .outOfRange, path: "page_size", expected: "a whole number from 1 to \(CampaignPage.memberLimit)",
                found: "\(pageSize)")
        }
        self.init(target: try Self.target(request), pageToken: token, pageSize: pageSize)
    }

    private static func target(_ request: Stillwatch__V1__LookupCampaignRequest) throws(FieldError) -> Target {
        switch request.target_case {
        case STILLWATCH__V1__LOOKUP_CAMPAIGN_REQUEST__TARGET_CLUSTER_ID:
            let name = text(request.cluster_id)
            try TextCheck.check(
                name, path: "cluster_id", byteLimit: WireLimits.clusterIDByteCount, refuseCardNumbers: false,
                allowEmpty: false)
            guard let id = ClusterID(name) else {
                throw FieldError(
                    .malformed, path: "cluster_id", expected: "a cluster's name, such as c17", found: "another text")
            }
            return .cluster(id)
        case STILLWATCH__V1__LOOKUP_CAMPAIGN_REQUEST__TARGET_ACCOUNT_REF:
            return .account(try readAccount(request.account_ref))
        case STILLWATCH__V1__LOOKUP_CAMPAIGN_REQUEST__TARGET_DECISION_ID:
            return .decision(id: try readDecisionID(request.decision_id))
        default:
            throw FieldError(
                .missing, path: "target", expected: "cluster_id, account_ref or decision_id", found: "none")
        }
    }
}

/// An account that is meant.
private func readAccount(_ data: ProtobufCBinaryData) throws(FieldError) -> Reference {
    let bytes = data.array
    try checkLength(of: bytes, limit: Reference.maximumByteCount, path: "account_ref")
    return Reference(bytes)
}

/// The id of an earlier decision whose account is meant.
private func readDecisionID(_ pointer: UnsafePointer<CChar>?) throws(FieldError) -> String {
    let id = text(pointer)
    try TextCheck.check(
        id, path: "decision_id", byteLimit: WireLimits.decisionIDByteCount, refuseCardNumbers: false,
        allowEmpty: false)
    return id
}

/// A request id, if there is one.
private func readRequestID(_ isPresent: protobuf_c_boolean, _ data: ProtobufCBinaryData) throws(FieldError) -> [UInt8]?
{
    guard isPresent != 0 else { return nil }
    let bytes = data.array
    try checkLength(of: bytes, limit: WireLimits.requestIDByteCount, path: "request_id")
    return bytes
}

/// Refuses an empty or overlong list of bytes.
func checkLength(of bytes: [UInt8], limit: Int, path: String) throws(FieldError) {
    guard (1...limit).contains(bytes.count) else {
        throw FieldError(.wrongLength, path: path, expected: "1 to \(limit) bytes", found: "\(bytes.count) bytes")
    }
}
