internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import RiskWire
internal import Synchronization

/// The three listeners of a service and the connections of the scoring and the admin one.
final class Listeners: Sendable {
    let addresses: StillwatchService.Addresses

    private let scoring: any Channel
    private let others: [any Channel]
    private let connections: ConnectionRegistry
    private let operators: ConnectionRegistry

    private init(
        scoring: any Channel, others: [any Channel], connections: ConnectionRegistry, operators: ConnectionRegistry,
        adminSocket: String
    ) {
        self.scoring = scoring
        self.others = others
        self.connections = connections
        self.operators = operators
        addresses = StillwatchService.Addresses(
            scoring: Self.text(scoring.localAddress), adminSocket: adminSocket,
            metrics: others.count > 1 ? Self.text(others[1].localAddress) : nil)
    }

    /// Opens the admin listener, the metrics page and then the scoring listener.
    static func open(
        _ shared: SharedServices, group: MultiThreadedEventLoopGroup, adminThreads: NIOThreadPool,
        drain: @escaping @Sendable () -> Void
    ) async throws -> Listeners {
        let connections = ConnectionRegistry(metrics: shared.metrics)
        let operators = ConnectionRegistry()
        var opened: [any Channel] = []
        do {
            opened.append(try await openAdmin(shared, group, adminThreads, operators, drain))
            if let host = shared.configuration.metricsHost {
                opened.append(try await openMetrics(shared, group, host))
            }
            let scoring = try await openScoring(shared, group, connections)
            return Listeners(
                scoring: scoring, others: opened, connections: connections, operators: operators,
                adminSocket: shared.configuration.adminSocketPath)
        } catch {
            for channel in opened { try? await channel.close() }
            throw error
        }
    }

    /// Closes the scoring listener, then each of its connections once it is silent, or after the grace once what was
    /// read of it is answered.
    func drainScoring(_ configuration: ServiceConfiguration) async {
        try? await scoring.close()
        connections.announce(DrainBegins(quiet: .milliseconds(configuration.drainQuietMs)))
        await connections.waitUntilEmpty(atMost: .milliseconds(configuration.drainGraceMs), on: scoring.eventLoop)
    }

    /// Closes the admin listener and the metrics page. Operators get their answers first: one of them may have asked
    /// for the drain.
    func closeOthers() async {
        for channel in others { try? await channel.close() }
        unlink(addresses.adminSocket)
        operators.announce(DrainBegins(quiet: .milliseconds(20)))
        await operators.waitUntilEmpty(atMost: .seconds(5), on: scoring.eventLoop)
    }

    private static func openScoring(
        _ shared: SharedServices, _ group: MultiThreadedEventLoopGroup, _ connections: ConnectionRegistry
    ) async throws -> any Channel {
        // One for each loop: connections of a loop share its buffers.
        var peers: [ObjectIdentifier: NIOLoopBoundBox<ScoringPeer>] = [:]
        for loop in group.makeIterator() {
            peers[ObjectIdentifier(loop)] = .makeBoxSendingValue(ScoringPeer(shared), eventLoop: loop)
        }
        let peerByLoop = peers
        let configuration = shared.configuration
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let peer = peerByLoop[ObjectIdentifier(channel.eventLoop)]?.value else {
                            preconditionFailure("a connection lives on a loop of the group it was made for")
                        }
                        guard connections.add(channel, limit: configuration.connectionLimit) else {
                            return try channel.pipeline.syncOperations.addHandler(
                                RefusingHandler(lastWord: peer.lastWord(overLimit(configuration.connectionLimit))))
                        }
                        try channel.pipeline.syncOperations.addHandler(
                            FrameHandler(
                                peer: peer, payloadLimit: configuration.framePayloadByteCount,
                                partialTimeout: .milliseconds(configuration.partialFrameTimeoutMs)))
                    }
                }
                .bind(host: configuration.host, port: configuration.port).get()
        } catch {
            throw ServiceError("cannot listen on \(configuration.host):\(configuration.port): \(error)")
        }
    }

    private static func openAdmin(
        _ shared: SharedServices, _ group: MultiThreadedEventLoopGroup, _ threads: NIOThreadPool,
        _ operators: ConnectionRegistry, _ drain: @escaping @Sendable () -> Void
    ) async throws -> any Channel {
        let path = shared.configuration.adminSocketPath
        try await AdminSocket.makeWay(for: path, group: group)
        // Nobody else may connect, not even between bind and a later chmod.
        let mask = umask(0o177)
        defer { umask(mask) }
        do {
            return try await ServerBootstrap(group: group)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    _ = operators.add(channel)
                    return channel.eventLoop.makeCompletedFuture {
                        let peer = AdminPeer(models: shared.models, threads: threads, drain: drain)
                        try channel.pipeline.syncOperations.addHandler(
                            FrameHandler(
                                peer: peer, payloadLimit: 2 * WireLimits.pathByteCount, partialTimeout: .seconds(10)))
                    }
                }
                .bind(unixDomainSocketPath: path).get()
        } catch {
            throw ServiceError("cannot listen on the admin socket \(path): \(error)")
        }
    }

    private static func openMetrics(
        _ shared: SharedServices, _ group: MultiThreadedEventLoopGroup, _ host: String
    ) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                        try channel.pipeline.syncOperations.addHandler(
                            MetricsHandler(
                                page: { shared.metricsPage() }, isServing: { shared.state.serving == .serving }))
                    }
                }
                .bind(host: host, port: shared.configuration.metricsPort).get()
        } catch {
            throw ServiceError("cannot listen on \(host):\(shared.configuration.metricsPort) for metrics: \(error)")
        }
    }

    private static func overLimit(_ limit: Int) -> StatusError {
        StatusError(
            .resourceExhausted, reason: "CONNECTION_LIMIT", message: "expected at most \(limit) connections, found more"
        )
    }

    private static func text(_ address: SocketAddress?) -> String {
        guard let address, let ip = address.ipAddress, let port = address.port else { return "" }
        return address.protocol == .inet6 ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }
}
