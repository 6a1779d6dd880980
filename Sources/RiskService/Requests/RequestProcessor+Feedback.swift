internal import RiskCore
internal import RiskEventLog
internal import RiskWire

extension RequestProcessor {
    /// Puts a label in force and answers once it is on disk.
    func feedback(
        _ call: FeedbackCall, id: UInt64, caller: String, arrivedNs: UInt64,
        makeLater: () -> @Sendable (WireReply) -> Void
    ) -> Outcome {
        let shared = shared
        func refused(_ error: StatusError) -> Outcome {
            let reply = WireReply(id: id, outcome: .failure(error))
            shared.count(reply, .feedback, since: arrivedNs)
            return .reply(reply)
        }
        let key = call.requestID.map { RepeatedRequests.Key(caller: caller, requestID: $0) }
        do throws(StatusError) {
            let label = try label(from: call)
            try checkLog()
            if let key, let body = try stored(key, call) {
                let reply = WireReply(id: id, outcome: .success(body))
                shared.count(reply, .feedback, since: arrivedNs)
                return .reply(reply)
            }
            let sequence = shared.commits.apply(label)
            let later = makeLater()
            shared.commits.recordDurably(
                sequence, entry(sequence, .labelled(label)), withinMs: shared.configuration.labelTimeoutMs
            ) { result in
                let outcome: Result<WireReply.Body, StatusError> =
                    switch result {
                    case .success?: .success(.feedback(commitSequence: sequence))
                    case .failure(let error)?: .failure(Self.notDurable("\(error)"))
                    case nil: .failure(Self.notDurable("the disk did not answer in time"))
                    }
                if let key {
                    switch outcome {
                    case .success(let body): shared.repeated.finish(key, with: body)
                    case .failure: shared.repeated.abandon(key)
                    }
                }
                let reply = WireReply(id: id, outcome: outcome)
                shared.count(reply, .feedback, since: arrivedNs)
                later(reply)
            }
            return .later
        } catch {
            return refused(error)
        }
    }

    /// The stored answer of a repeated request; nil if it is new.
    private func stored(_ key: RepeatedRequests.Key, _ call: FeedbackCall) throws(StatusError) -> WireReply.Body? {
        var hasher = Hasher()
        hasher.combine("\(call)")
        let nowMs = Int64(ServiceClock.monotonicNs() / 1_000_000)
        switch shared.repeated.begin(key, content: hasher.finalize(), nowMs: nowMs) {
        case .new:
            return nil
        case .answered(let body):
            shared.metrics.repeatedRequests.add()
            return body
        case .refused(let error):
            throw error
        }
    }

    /// A label that cannot be kept is not put in force.
    private func checkLog() throws(StatusError) {
        if case .failing(let message) = shared.commits.log.health {
            throw StatusError(
                .unavailable, reason: "EVENT_LOG_FAILING",
                message: "a label is accepted only if it can be kept, but the event log fails: \(message)")
        }
    }

    private func label(from call: FeedbackCall) throws(StatusError) -> Label {
        let account: Reference
        switch call.target {
        case .account(let reference):
            account = reference
        case .decision(let id):
            account = try self.account(ofDecision: id)
        }
        let nowMs = ServiceClock.wallMs()
        let knownAtMs = call.knownAtMs ?? nowMs
        try check(knownAtMs: knownAtMs, expiresAtMs: call.expiresAtMs, nowMs: nowMs)
        return Label(
            account: account, verdict: call.verdict, source: call.source, reason: call.reason, knownAtMs: knownAtMs,
            expiresAtMs: call.expiresAtMs)
    }

    private func check(knownAtMs: Int64, expiresAtMs: Int64?, nowMs: Int64) throws(StatusError) {
        let tolerance = shared.configuration.eventTimeToleranceMs
        guard knownAtMs <= nowMs + tolerance else {
            throw StatusError(
                FieldError(
                    .outOfRange, path: "known_at_ms", expected: "at most \(tolerance) ms ahead of the server's clock",
                    found: "\(knownAtMs - nowMs) ms ahead"))
        }
        if let expiresAtMs, expiresAtMs <= knownAtMs {
            throw StatusError(
                FieldError(
                    .outOfRange, path: "expires_at_ms", expected: "a time after known_at_ms",
                    found: "\(knownAtMs - expiresAtMs) ms before it"))
        }
    }

    private static func notDurable(_ why: String) -> StatusError {
        StatusError(
            .unavailable, reason: "EVENT_LOG_FAILING",
            message: "the label is in force but not known to be kept, send it again: \(why)")
    }
}
