internal import NIOCore
internal import NIOPosix
internal import RiskWire

/// Splits what comes in into frames and gives each reply to whom it belongs. Runs on its connection's event loop.
final class ReplyMatcher<Reply: Sendable>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let channel: any Channel
    private let decode: (UnsafeRawBufferPointer) throws(StatusError) -> (UInt64, Reply)
    private var waiting: [UInt64: EventLoopPromise<Reply>] = [:]
    private var lastID: UInt64 = 0
    private var partial: ByteBuffer?
    private var failure: ClientError?

    init(channel: any Channel, decode: @escaping (UnsafeRawBufferPointer) throws(StatusError) -> (UInt64, Reply)) {
        self.channel = channel
        self.decode = decode
    }

    /// Sends the frame that `makeFrame` makes for a fresh id; the future is its reply.
    func send(_ makeFrame: (UInt64) throws(StatusError) -> [UInt8]) -> EventLoopFuture<Reply> {
        if let failure { return channel.eventLoop.makeFailedFuture(failure) }
        let frame: [UInt8]
        do throws(StatusError) {
            frame = try makeFrame(lastID + 1)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        lastID += 1
        let promise = channel.eventLoop.makePromise(of: Reply.self)
        waiting[lastID] = promise
        channel.writeAndFlush(channel.allocator.buffer(bytes: frame), promise: nil)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if var begun = partial.take() {
            begun.writeBuffer(&buffer)
            buffer = begun
        }
        let usedByteCount = buffer.withUnsafeReadableBytes { bytes in takeFrames(bytes) }
        buffer.moveReaderIndex(forwardBy: usedByteCount)
        if failure != nil { return context.close(promise: nil) }
        if buffer.readableBytes > 0 { partial = buffer }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ClientError("the service closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(ClientError("the connection failed: \(error)"))
        context.close(promise: nil)
    }

    private func takeFrames(_ bytes: UnsafeRawBufferPointer) -> Int {
        var start = 0
        while failure == nil {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            switch FrameScanner.scan(rest, payloadByteLimit: WireLimits.replyPayloadByteCount) {
            case .incomplete:
                return start
            case .broken(let error):
                fail(ClientError("the service's answer cannot be read: \(error)"))
            case .frame(let payload, let frameByteCount):
                take(UnsafeRawBufferPointer(rebasing: rest[payload]))
                start += frameByteCount
            }
        }
        return start
    }

    private func take(_ payload: UnsafeRawBufferPointer) {
        do throws(StatusError) {
            let (id, reply) = try decode(payload)
            if let promise = waiting.removeValue(forKey: id) {
                promise.succeed(reply)
            } else {
                fail(ClientError("the service answered a request that was not sent: \(reply)"))
            }
        } catch {
            fail(ClientError("the service's answer cannot be read: \(error)"))
        }
    }

    private func fail(_ error: ClientError) {
        failure = failure ?? error
        for promise in waiting.values { promise.fail(failure ?? error) }
        waiting = [:]
    }
}

extension ClientBootstrap {
    /// Connects with a ``ReplyMatcher`` in the pipeline.
    func connectMatching<Reply: Sendable>(
        _ decode: @escaping @Sendable (UnsafeRawBufferPointer) throws(StatusError) -> (UInt64, Reply),
        target: (ClientBootstrap) -> EventLoopFuture<any Channel>
    ) async throws -> (any Channel, NIOLoopBound<ReplyMatcher<Reply>>) {
        let bootstrap = channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ReplyMatcher(channel: channel, decode: decode))
            }
        }
        return try await target(bootstrap).flatMapThrowing { channel in
            let handler = try channel.pipeline.syncOperations.handler(type: ReplyMatcher<Reply>.self)
            return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }.get()
    }
}
