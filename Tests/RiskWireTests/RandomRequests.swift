import RiskCore
import RiskWire

/// Random requests of every method that keep the contract.
struct RandomRequests {
    var events: RandomEvents

    init(seed: UInt64) { events = RandomEvents(seed: seed) }

    mutating func request() throws -> WireRequest {
        WireRequest(
            id: events.random.next(),
            deadlineMs: events.chance(0.5) ? UInt32.random(in: 0 ... .max, using: &events.random) : nil,
            caller: events.chance(0.5) ? events.random.word(0...20) : "", method: try method())
    }

    private mutating func method() throws -> WireRequest.Method {
        events.density = .random(in: 0...1, using: &events.random)
        switch Int.random(in: 0..<9, using: &events.random) {
        case 0...2: return .score(try score())
        case 3:
            return .scoreBatch(
                try (0..<Int.random(in: 1...4, using: &events.random)).map { _ in .success(try score()) })
        case 4: return .observe(ObserveCall(event: try event(), requestID: requestID()))
        case 5: return .feedback(feedback())
        case 6: return .health
        case 7: return .lookupCampaign(lookup())
        default: return .serverInfo
        }
    }

    mutating func score() throws -> ScoreCall {
        ScoreCall(
            event: try event(), requestID: requestID(), isDryRun: events.chance(0.3), wantsFeatures: events.chance(0.3))
    }

    private mutating func event() throws -> IncomingEvent {
        IncomingEvent(builder: try events.builder(), raw: try events.raw())
    }

    private mutating func requestID() -> [UInt8]? { events.chance(0.5) ? events.random.bytes(1...64) : nil }

    private mutating func lookup() -> LookupCampaignCall {
        let target: LookupCampaignCall.Target =
            switch Int.random(in: 0..<3, using: &events.random) {
            case 0: .cluster(ClusterID(.random(in: 1 ... .max, using: &events.random)))
            case 1: .account(Reference(events.random.bytes(1...64)))
            default: .decision(id: events.random.word())
            }
        return LookupCampaignCall(
            target: target, pageToken: events.chance(0.5) ? events.random.word() : "",
            pageSize: .random(in: 1...CampaignPage.memberLimit, using: &events.random))
    }

    private mutating func feedback() -> FeedbackCall {
        let time = Int64.random(in: 0...(1 << 50), using: &events.random)
        return FeedbackCall(
            target: events.chance(0.5)
                ? .account(Reference(events.random.bytes(1...64))) : .decision(id: events.random.word()),
            verdict: Label.Verdict.allCases.randomElement(using: &events.random) ?? .abusive,
            source: events.random.word(),
            reason: events.chance(0.5) ? events.random.word() : "", expiresAtMs: events.chance(0.5) ? time : nil,
            knownAtMs: events.chance(0.5) ? time : nil, requestID: requestID())
    }
}
