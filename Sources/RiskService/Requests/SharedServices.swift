internal import RiskCore
internal import RiskEngine
internal import RiskIdentity
internal import RiskWire
internal import Synchronization

/// What all event loops share. Everything in it can be used from any thread.
final class SharedServices: Sendable {
    let configuration: ServiceConfiguration
    let models: ModelStore
    let commits: CommitLog
    let keyer: IdentityKeyer
    let repeated: RepeatedRequests
    let metrics: ServiceMetrics
    let state = ServiceState()
    let startedNs = ServiceClock.monotonicNs()

    init(
        configuration: ServiceConfiguration, models: ModelStore, commits: CommitLog, keyer: IdentityKeyer,
        metrics: ServiceMetrics
    ) {
        self.configuration = configuration
        self.models = models
        self.commits = commits
        self.keyer = keyer
        self.metrics = metrics
        repeated = RepeatedRequests(
            windowMs: configuration.repeatWindowMs, capacity: configuration.repeatCapacity,
            forgotten: metrics.forgottenAnswers)
    }

    /// Counts a reply and how long it took.
    func count(_ reply: WireReply, _ method: ServiceMetrics.Method, since arrivedNs: UInt64) {
        let code: StatusCode =
            switch reply.outcome {
            case .success: .ok
            case .failure(let error): error.code
            }
        metrics.requests[ServiceMetrics.Outcome(method: method, code: code)].add()
        metrics.requestDuration.record(ns: ServiceClock.monotonicNs() - arrivedNs)
    }

    /// Counts who made the identifiers of an event: a stream that mixes both for one class loses links.
    func countIdentifiers(of event: AccountEvent) {
        for identifierClass in IdentifierClass.linked {
            switch event.identifier(identifierClass)?.namespace {
            case .caller: metrics.callerIdentifiers[identifierClass].add()
            case .serverKeyed: metrics.serverIdentifiers[identifierClass].add()
            case nil: break
            }
        }
    }

    /// What is running.
    func serverInfo(model: ServedModel) -> ServerInfo {
        let (counts, sequence) = commits.figures
        var info = ServerInfo()
        info.version = StillwatchVersion.current
        info.modelDigest = model.digest
        info.modelAlias = model.alias
        info.commitSequence = sequence
        info.uptimeS = (ServiceClock.monotonicNs() - startedNs) / 1_000_000_000
        info.maxFrameByteCount = UInt32(configuration.framePayloadByteCount)
        info.maxBatchCount = UInt32(WireLimits.batchCount)
        info.customNames = Array(
            configuration.acceptedCustomNames.union(model.servable.customKinds.keys)
        ).sorted()
        info.accountCount = UInt64(counts.accounts)
        info.identifierCount = UInt64(counts.identifiers)
        return info
    }
}

/// Whether the service is shutting down.
final class ServiceState: Sendable {
    private let isDraining = Atomic<Bool>(false)

    var serving: ServingState { isDraining.load(ordering: .relaxed) ? .draining : .serving }

    /// Whether this call was the first.
    func beginDraining() -> Bool { !isDraining.exchange(true, ordering: .relaxed) }
}
