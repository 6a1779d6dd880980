internal import NIOCore
internal import Synchronization

/// The open connections of a listener.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var whenEmpty: EventLoopPromise<Void>?
    }

    private let state = Mutex(State())
    private let metrics: ServiceMetrics?

    /// A registry that counts its connections, if it is told where.
    init(metrics: ServiceMetrics? = nil) {
        self.metrics = metrics
    }

    /// Notes a connection until it closes; false if there are too many.
    func add(_ channel: any Channel, limit: Int = .max) -> Bool {
        let isAdded = state.withLock { state in
            guard state.channels.count < limit else { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
        guard isAdded else {
            metrics?.connectionsRefused.add()
            return false
        }
        metrics?.connectionsOpened.add()
        channel.closeFuture.whenComplete { _ in
            self.metrics?.connectionsClosed.add()
            self.remove(channel)
        }
        return true
    }

    /// Sends an event through every connection's pipeline.
    func announce(_ event: some Sendable) {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.pipeline.fireUserInboundEventTriggered(event)
        }
    }

    /// How long a connection may take to close once it serves no more frames.
    private static let closingTime = lingering + .seconds(1)

    /// Waits until all are closed. Those still open after the grace are told ``DrainEnds``; those that are open long
    /// after that, because their peer does not read, are cut off.
    func waitUntilEmpty(atMost grace: TimeAmount, on loop: any EventLoop) async {
        let empty = loop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            state.whenEmpty = empty
            return state.channels.isEmpty
        }
        if isEmpty { empty.succeed(()) }
        let ending = loop.scheduleTask(in: grace) { self.announce(DrainEnds()) }
        let cutting = loop.scheduleTask(in: grace + Self.closingTime) {
            for channel in self.state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
        }
        try? await empty.futureResult.get()
        ending.cancel()
        cutting.cancel()
    }

    private func remove(_ channel: any Channel) {
        let promise: EventLoopPromise<Void>? = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            guard state.channels.isEmpty else { return nil }
            return state.whenEmpty.take()
        }
        promise?.succeed(())
    }
}

/// Says why a connection is not served, and closes it: our side at once, all of it when the peer has closed too or some
/// seconds are over. Closing with unread bytes would reset the connection and could take the last word from the peer.
final class RefusingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let lastWord: [UInt8]

    init(lastWord: [UInt8]) {
        self.lastWord = lastWord
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: lastWord))).whenComplete { _ in
            bound.value.close(mode: .output, promise: nil)
        }
        context.eventLoop.scheduleTask(in: lingering) { bound.value.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
