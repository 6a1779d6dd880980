internal import RiskCore
internal import RiskModels
internal import RiskWire

/// Everything the service counts. Made once; every label comes from a closed list.
final class ServiceMetrics: Sendable {
    /// The methods, as labels.
    enum Method: Int, CaseIterable, Sendable {
        case score, scoreBatch, observe, feedback, health, serverInfo, lookupCampaign, unreadable

        /// As a label's value.
        var word: String {
            switch self {
            case .scoreBatch: "score_batch"
            case .serverInfo: "server_info"
            case .lookupCampaign: "lookup_campaign"
            default: "\(self)"
            }
        }

        var counterIndex: Int { rawValue }
    }

    /// A method and how it ended.
    struct Outcome: CounterLabel {
        let method: Method
        let code: StatusCode

        static let counterLabels = Method.allCases.flatMap { method in
            StatusCode.allCases.map { Outcome(method: method, code: $0) }
        }

        var counterIndex: Int { method.counterIndex * StatusCode.allCases.count + Int(code.rawValue) }
    }

    /// What made the service look at a model.
    enum ModelTrigger: Int, CaseIterable, CounterLabel {
        case start, admin, sighup, watch

        static var counterLabels: [Self] { allCases }
        var counterIndex: Int { rawValue }
    }

    let requests = LabelledCounter<Outcome>()
    let requestDuration = LatencyHistogram()
    let decisions = LabelledCounter<Decision>()
    let modelSwaps = LabelledCounter<ModelTrigger>()
    let modelRefusals = LabelledCounter<ModelFileError.Code>()
    let modelPersistErrors = Counter()
    let policyRefusals = Counter()
    let repeatedRequests = Counter()
    let forgottenAnswers = Counter()
    let connectionsOpened = Counter()
    let connectionsClosed = Counter()
    let connectionsRefused = Counter()
    let brokenFrames = Counter()
    let callerIdentifiers = LabelledCounter<IdentifierClass>()
    let serverIdentifiers = LabelledCounter<IdentifierClass>()

    /// Connections that are open.
    var openConnections: UInt64 { connectionsOpened.current &- connectionsClosed.current }
}

extension Decision: CounterLabel {
    static var counterLabels: [Self] { allCases }
    var counterIndex: Int { rawValue - 1 }
}

extension IdentifierClass: CounterLabel {
    static var counterLabels: [Self] { allCases }
    var counterIndex: Int { rawValue - 1 }
}

extension ModelFileError.Code: CounterLabel {
    static var counterLabels: [Self] { allCases }
    var counterIndex: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
