public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import RiskCore
internal import RiskEngine
internal import RiskEventLog
internal import RiskIdentity
internal import RiskLinkage
internal import RiskModels
internal import RiskWire

/// A running service: listeners, models, state and log, from start to drained.
///
///     let service = try await StillwatchService.start(configuration, logger: logger)
///     print(service.addresses.scoring)
///     await service.drain()
///
/// Its methods can be called from any thread.
public final class StillwatchService: Sendable {
    /// Where a service listens.
    public struct Addresses: Sendable {
        /// The scoring listener, `host:port`.
        public let scoring: String
        /// The admin listener's path.
        public let adminSocket: String
        /// The metrics page, `host:port`; nil if there is none.
        public let metrics: String?
    }

    /// Where it listens.
    public let addresses: Addresses

    private let shared: SharedServices
    private let group: MultiThreadedEventLoopGroup
    private let adminThreads: NIOThreadPool
    private let listeners: Listeners
    private let watch: RepeatedTask?
    private let logger: Logger
    private let stopped: EventLoopPromise<Void>

    private init(
        shared: SharedServices, group: MultiThreadedEventLoopGroup, adminThreads: NIOThreadPool, listeners: Listeners,
        watch: RepeatedTask?, stopped: EventLoopPromise<Void>, logger: Logger
    ) {
        self.shared = shared
        self.group = group
        self.adminThreads = adminThreads
        self.listeners = listeners
        self.watch = watch
        self.stopped = stopped
        self.logger = logger
        addresses = listeners.addresses
    }

    /// SHA-256 of the active model file, in hexadecimal.
    public var modelDigest: String { hexadecimal(shared.models.active.digest) }

    /// Whose policy decides, and its version, such as `operator@7` or `model@2`.
    public var policyName: String { shared.models.active.policyName }

    /// Looks at the model file and the operator's policy again, as on SIGHUP. A refused file changes nothing.
    public func reloadModel() {
        shared.models.reload(.sighup)
    }

    /// Returns when the service has been drained, by whomever.
    public func waitUntilStopped() async throws {
        try await stopped.futureResult.get()
    }

    /// Loads everything and opens the listeners, the scoring one last.
    ///
    /// - Throws: ``ServiceError`` that says what to do, or the error of a listener or of the log.
    public static func start(_ configuration: ServiceConfiguration, logger: Logger) async throws -> StillwatchService {
        let metrics = ServiceMetrics()
        let data = configuration.dataDirectory
        try FileAccess.makeDirectory(data)
        let key = try IdentifierKey.loadOrCreate(path: "\(data)/identifier.key")
        let models = try ModelStore(
            directory: configuration.modelDirectory, name: configuration.modelName,
            promotions: try PromotionRecord(directory: "\(data)/models"),
            policies: try PolicySource(path: configuration.policyPath, metrics: metrics, logger: logger),
            metrics: metrics, logger: logger)
        let commits = try StateRestorer.restore(configuration, logger: logger)
        let shared = SharedServices(
            configuration: configuration, models: models, commits: commits, keyer: IdentityKeyer(key),
            metrics: metrics)
        return try await open(shared, logger: logger)
    }

    /// Stops accepting, answers what was accepted, closes the log. Safe to call more than once.
    public func drain() async throws {
        guard shared.state.beginDraining() else { return try await waitUntilStopped() }
        logger.info("draining")
        watch?.cancel()
        await listeners.drainScoring(shared.configuration)
        await listeners.closeOthers()
        try await adminThreads.shutdownGracefully()
        shared.commits.log.close()
        logger.info("stopped", metadata: ["commit_sequence": "\(shared.commits.figures.sequence)"])
        stopped.succeed(())
        try await group.shutdownGracefully()
    }

    private static func open(_ shared: SharedServices, logger: Logger) async throws -> StillwatchService {
        let configuration = shared.configuration
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoopCount ?? System.coreCount)
        let adminThreads = NIOThreadPool(numberOfThreads: 1)
        adminThreads.start()
        let drainRequested = AsyncStream.makeStream(of: Void.self)
        do {
            let listeners = try await Listeners.open(
                shared, group: group, adminThreads: adminThreads, drain: { drainRequested.continuation.yield() })
            let watch = watchModel(shared, on: group, threads: adminThreads)
            let service = StillwatchService(
                shared: shared, group: group, adminThreads: adminThreads, listeners: listeners, watch: watch,
                stopped: group.next().makePromise(), logger: logger)
            Task {
                for await _ in drainRequested.stream { try await service.drain() }
            }
            return service
        } catch {
            try await adminThreads.shutdownGracefully()
            try await group.shutdownGracefully()
            shared.commits.log.close()
            throw error
        }
    }

    private static func watchModel(
        _ shared: SharedServices, on group: MultiThreadedEventLoopGroup, threads: NIOThreadPool
    ) -> RepeatedTask? {
        guard shared.configuration.modelPollMs > 0 else { return nil }
        let interval = TimeAmount.milliseconds(shared.configuration.modelPollMs)
        return group.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            threads.submit { state in
                if state == .active { shared.models.reload(.watch) }
            }
        }
    }
}
