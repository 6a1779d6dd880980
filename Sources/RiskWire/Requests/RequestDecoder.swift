internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

/// Decodes what callers send.
///
/// Every value is checked: field by field against the contract, texts for UTF-8 and card numbers, and no field that
/// this program does not know passes silently. Memory is bounded by ``WireLimits`` and reused from message to message,
/// so keep one decoder for each event loop; it is not for sharing between threads.
public final class RequestDecoder {
    private let reader = MessageReader()
    /// The memory for one message by its bytes.
    private let budget: (Int) -> Int

    /// A decoder.
    public convenience init() {
        self.init(budget: MessageReader.budget(forByteCount:))
    }

    /// A decoder with another budget; tests make every allocation fail with it.
    init(budget: @escaping (Int) -> Int) {
        self.budget = budget
    }

    /// Decodes one frame's payload.
    ///
    /// - Returns: The id that the reply must repeat, known even if the rest is refused (0 if it could not be read), and
    ///   the request or why it is refused. In a batch an event that is refused spoils only its own place.
    public func decode(
        _ bytes: UnsafeRawBufferPointer
    ) -> (id: UInt64, request: Result<WireRequest, StatusError>) {
        var check = RequestCheck(bytes)
        do {
            return (check.id, .success(try decode(bytes, &check)))
        } catch {
            return (check.id, .failure(error))
        }
    }

    private func decode(
        _ bytes: UnsafeRawBufferPointer, _ check: inout RequestCheck
    ) throws(StatusError) -> WireRequest {
        do { try check.run() } catch { throw error.status }
        let message = try reader.unpack(
            bytes, budget: budget(bytes.count), stillwatch__v1__request__unpack)
        let request = message.pointee
        do {
            let caller = text(request.caller)
            try TextCheck.check(
                caller, path: "caller", byteLimit: WireLimits.callerByteCount, refuseCardNumbers: false,
                allowEmpty: true)
            return WireRequest(
                id: check.id, deadlineMs: present(request.has_deadline_ms, request.deadline_ms), caller: caller,
                method: try method(request, itemFaults: check.itemFaults))
        } catch {
            throw StatusError(error)
        }
    }

    private func method(
        _ request: Stillwatch__V1__Request, itemFaults: [Int: StatusError]
    ) throws(FieldError) -> WireRequest.Method {
        switch request.method_case {
        case STILLWATCH__V1__REQUEST__METHOD_SCORE: .score(try ScoreCall(request.score))
        case STILLWATCH__V1__REQUEST__METHOD_SCORE_BATCH:
            .scoreBatch(try batch(request.score_batch, itemFaults: itemFaults))
        case STILLWATCH__V1__REQUEST__METHOD_OBSERVE: .observe(try ObserveCall(request.observe))
        case STILLWATCH__V1__REQUEST__METHOD_FEEDBACK: .feedback(try FeedbackCall(request.feedback))
        case STILLWATCH__V1__REQUEST__METHOD_HEALTH: .health
        case STILLWATCH__V1__REQUEST__METHOD_SERVER_INFO: .serverInfo
        case STILLWATCH__V1__REQUEST__METHOD_LOOKUP_CAMPAIGN:
            .lookupCampaign(try LookupCampaignCall(request.lookup_campaign))
        default:
            throw FieldError(
                .missing, path: "method",
                expected: "one of score, score_batch, observe, feedback, health, server_info, lookup_campaign",
                found: "none")
        }
    }

    private func batch(
        _ batch: UnsafePointer<Stillwatch__V1__ScoreBatchRequest>, itemFaults: [Int: StatusError]
    ) throws(FieldError) -> [Result<ScoreCall, StatusError>] {
        let requests = elements(batch.pointee.requests, batch.pointee.n_requests)
        guard !requests.isEmpty else {
            throw FieldError(
                .missing, path: "requests", expected: "1 to \(WireLimits.batchCount) requests", found: "none")
        }
        var calls: [Result<ScoreCall, StatusError>] = []
        calls.reserveCapacity(requests.count)
        for (index, request) in requests.enumerated() {
            if let fault = itemFaults[index] {
                calls.append(.failure(fault))
                continue
            }
            do {
                calls.append(.success(try ScoreCall(request)))
            } catch {
                var status = StatusError(error)
                status.path = "requests[\(index)].\(error.path)"
                calls.append(.failure(status))
            }
        }
        return calls
    }
}
