internal import RiskCore
internal import RiskModels
internal import RiskWire

/// Everything the service counts. Made once; every label comes from a closed list.
final class ServiceMetrics: Sendable {
    /// The methods, as labels.
    enum Method: String, CaseIterable, Sendable {
        case score, scoreBatch = "score_batch", observe, feedback, health, serverInfo = "server_info", unreadable
    }

    /// A method and how it ended.
    struct Outcome: Hashable, Sendable {
        let method: Method
        let code: StatusCode
    }

    /// What made the service look at a model.
    enum ModelTrigger: String, CaseIterable, Sendable {
        case start, admin, sighup, watch
    }

    let requests = LabelledCounter(
        Method.allCases.flatMap { method in StatusCode.allCases.map { Outcome(method: method, code: $0) } })
    let requestDuration = LatencyHistogram()
    let decisions = LabelledCounter(Decision.allCases)
    let modelSwaps = LabelledCounter(ModelTrigger.allCases)
    let modelRefusals = LabelledCounter(ModelFileError.Code.allCases)
    let modelPersistErrors = Counter()
    let repeatedRequests = Counter()
    let forgottenAnswers = Counter()
    let connectionsOpened = Counter()
    let connectionsClosed = Counter()
    let connectionsRefused = Counter()
    let brokenFrames = Counter()
    let callerIdentifiers = LabelledCounter(IdentifierClass.allCases)
    let serverIdentifiers = LabelledCounter(IdentifierClass.allCases)

    /// Connections that are open.
    var openConnections: UInt64 { connectionsOpened.current &- connectionsClosed.current }
}
