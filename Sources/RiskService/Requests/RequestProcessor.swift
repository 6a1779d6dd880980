internal import RiskCore
internal import RiskEngine
internal import RiskEventLog
internal import RiskIdentity
internal import RiskWire
internal import Synchronization

/// Serves one request after another on one event loop. Not for sharing: it owns the loop's buffers.
final class RequestProcessor {
    /// What came of a frame.
    enum Outcome {
        case reply(WireReply)
        /// The reply comes through the closure that was made for it.
        case later
    }

    let shared: SharedServices
    private let decoder = RequestDecoder()
    private let codec = EventLogCodec()
    private var scratch = ServableModel.Scratch()
    private var model: ServedModel
    private var generation: UInt64

    init(_ shared: SharedServices) {
        self.shared = shared
        generation = shared.models.generation.load(ordering: .acquiring)
        model = shared.models.active
    }

    /// Serves a frame's payload.
    ///
    /// - Parameters:
    ///   - payload: The frame without its header.
    ///   - arrivedNs: When it was read, on the monotonic clock.
    ///   - makeLater: Makes the closure through which a later reply is to go; called at most once.
    func process(
        _ payload: UnsafeRawBufferPointer, arrivedNs: UInt64, makeLater: () -> @Sendable (WireReply) -> Void
    ) -> Outcome {
        let (id, decoded) = decoder.decode(payload)
        switch decoded {
        case .failure(let error):
            return .reply(counted(WireReply(id: id, outcome: .failure(error)), .unreadable, since: arrivedNs))
        case .success(let request):
            let method = Self.label(of: request.method)
            if let error = deadlineError(request, arrivedNs: arrivedNs) {
                return .reply(counted(WireReply(id: id, outcome: .failure(error)), method, since: arrivedNs))
            }
            if case .feedback(let call) = request.method {
                return feedback(call, id: id, caller: request.caller, arrivedNs: arrivedNs, makeLater: makeLater)
            }
            let outcome = serve(request)
            return .reply(counted(WireReply(id: id, outcome: outcome), method, since: arrivedNs))
        }
    }

    private func serve(_ request: WireRequest) -> Result<WireReply.Body, StatusError> {
        switch request.method {
        case .score(let call):
            return score(call, caller: request.caller, with: snapshot()).map(WireReply.Body.score)
        case .scoreBatch(let calls):
            let model = snapshot()
            return .success(
                .scoreBatch(
                    calls.enumerated().map { index, call in
                        call.flatMap { call in
                            score(call, caller: request.caller, with: model).mapError { $0.inItem(index) }
                        }
                    }))
        case .observe(let call):
            return observe(call, caller: request.caller)
        case .health:
            return .success(.health(shared.state.serving))
        case .serverInfo:
            return .success(.serverInfo(shared.serverInfo(model: snapshot())))
        case .lookupCampaign(let call):
            return lookupCampaign(call)
        case .feedback:
            preconditionFailure("feedback is answered later")
        }
    }

    /// The active model, taken once for a request.
    private func snapshot() -> ServedModel {
        let current = shared.models.generation.load(ordering: .acquiring)
        if current != generation {
            generation = current
            model = shared.models.active
        }
        return model
    }

    private func score(
        _ call: ScoreCall, caller: String, with model: ServedModel
    ) -> Result<ScoreAnswer, StatusError> {
        do throws(StatusError) {
            let event = try admit(call.event, model: model)
            if call.isDryRun {
                return .success(answer(event, shared.commits.facts(for: event), model, call.wantsFeatures))
            }
            return try once(call.requestID, caller: caller, content: call.wantsFeatures ? 1 : 0, event: event) {
                let (facts, sequence) = shared.commits.apply(event)
                var result = answer(event, facts, model, call.wantsFeatures)
                result.commitSequence = sequence
                result.decisionID = DecisionID.make(commitSequence: sequence, account: event.account)
                let logged = LoggedAnswer(
                    margin: result.margin, probability: result.probability, decision: result.decision,
                    modelDigest: model.digest)
                result.degraded = shared.commits.record(sequence, entry(sequence, .scored(event, logged)))
                shared.metrics.decisions[result.decision].add()
                return result
            } wrap: {
                .score($0)
            } unwrap: {
                if case .score(let answer) = $0 { answer } else { nil }
            }
        } catch {
            return .failure(error)
        }
    }

    private func observe(_ call: ObserveCall, caller: String) -> Result<WireReply.Body, StatusError> {
        do throws(StatusError) {
            let event = try admit(call.event, model: snapshot())
            return try once(call.requestID, caller: caller, content: 2, event: event) {
                let (_, sequence) = shared.commits.apply(event)
                let degraded = shared.commits.record(sequence, entry(sequence, .observed(event)))
                return WireReply.Body.observe(commitSequence: sequence, degraded: degraded)
            } wrap: {
                $0
            } unwrap: {
                if case .observe = $0 { $0 } else { nil }
            }
        } catch {
            return .failure(error)
        }
    }

    /// Everything that is checked of an event before anything changes: identifiers, clock, custom values.
    private func admit(_ incoming: IncomingEvent, model: ServedModel) throws(StatusError) -> AccountEvent {
        do throws(FieldError) {
            var builder = incoming.builder
            if !incoming.raw.isEmpty { try shared.keyer.apply(incoming.raw, to: &builder) }
            let event = try builder.build()
            let limit = ServiceClock.wallMs() + shared.configuration.eventTimeToleranceMs
            guard event.timeMs <= limit else {
                throw FieldError(
                    .outOfRange, path: EventField.eventTimeMs.spec.path,
                    expected: "at most \(shared.configuration.eventTimeToleranceMs) ms ahead of the server's clock",
                    found: "\(event.timeMs - limit + shared.configuration.eventTimeToleranceMs) ms ahead")
            }
            try model.servable.checkCustom(event, accepted: shared.configuration.acceptedCustomNames)
            shared.countIdentifiers(of: event)
            return event
        } catch {
            throw StatusError(error)
        }
    }

    private func answer(
        _ event: AccountEvent, _ facts: LinkSnapshot, _ model: ServedModel, _ wantsFeatures: Bool
    ) -> ScoreAnswer {
        model.servable.answer(
            Observation(event: event, links: facts), alias: model.alias, wantsFeatures: wantsFeatures,
            scratch: &scratch)
    }

    /// Serves a request with an id once; without an id, always.
    private func once<Answer>(
        _ requestID: [UInt8]?, caller: String, content: Int, event: AccountEvent, serve: () -> Answer,
        wrap: (Answer) -> WireReply.Body, unwrap: (WireReply.Body) -> Answer?
    ) throws(StatusError) -> Result<Answer, StatusError> {
        guard let requestID else { return .success(serve()) }
        let key = RepeatedRequests.Key(caller: caller, requestID: requestID)
        switch shared.repeated.begin(
            key, content: contentHash(content, event), nowMs: Int64(ServiceClock.monotonicNs() / 1_000_000))
        {
        case .new:
            let answer = serve()
            shared.repeated.finish(key, with: wrap(answer))
            return .success(answer)
        case .answered(let body):
            guard let answer = unwrap(body) else { preconditionFailure("the content hash tells methods apart") }
            shared.metrics.repeatedRequests.add()
            return .success(answer)
        case .refused(let error):
            throw error
        }
    }

    /// An encoded log entry, committed now.
    func entry(_ sequence: UInt64, _ content: LogEntry.Content) -> [UInt8] {
        codec.encode(LogEntry(commitSequence: sequence, committedAtMs: ServiceClock.wallMs(), content: content))
    }

    private func contentHash(_ kind: Int, _ event: AccountEvent) -> Int {
        var hasher = Hasher()
        hasher.combine(kind)
        hasher.combine(codec.encode(LogEntry(commitSequence: 0, committedAtMs: 0, content: .observed(event))))
        return hasher.finalize()
    }

    private func deadlineError(_ request: WireRequest, arrivedNs: UInt64) -> StatusError? {
        guard let deadlineMs = request.deadlineMs else { return nil }
        let waitedMs = (ServiceClock.monotonicNs() - arrivedNs) / 1_000_000
        guard waitedMs >= UInt64(deadlineMs) else { return nil }
        return StatusError(
            .deadlineExceeded, reason: "DEADLINE_EXPIRED",
            message: "expected to be served within \(deadlineMs) ms, waited \(waitedMs) ms", path: "deadline_ms")
    }

    private func counted(_ reply: WireReply, _ method: ServiceMetrics.Method, since arrivedNs: UInt64) -> WireReply {
        shared.count(reply, method, since: arrivedNs)
        return reply
    }

    private static func label(of method: WireRequest.Method) -> ServiceMetrics.Method {
        switch method {
        case .score: .score
        case .scoreBatch: .scoreBatch
        case .observe: .observe
        case .feedback: .feedback
        case .health: .health
        case .serverInfo: .serverInfo
        case .lookupCampaign: .lookupCampaign
        }
    }
}

extension StatusError {
    /// The same of one request of a batch, its path as the decoder writes it.
    fileprivate func inItem(_ index: Int) -> StatusError {
        guard !path.isEmpty else { return self }
        var error = self
        error.path = "requests[\(index)].\(path)"
        return error
    }
}
