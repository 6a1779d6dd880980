internal import NIOCore
internal import RiskWire

/// Tells a connection that the service is draining.
struct DrainBegins: Sendable {
    /// How long the connection must be silent before it is closed.
    let quiet: TimeAmount
}

/// Tells a connection that was not silent while draining to serve no more frames: what was read is answered.
struct DrainEnds: Sendable {}

/// How long a connection whose answers are all written waits for its peer to read them and close.
let lingering = TimeAmount.seconds(5)

/// Length-prefixed frames on one connection: each complete frame gets exactly one answer.
///
/// Handed whole reads, it serves all complete frames of one and writes their answers in one buffer. It stops reading
/// while the peer does not take its answers. Runs on the connection's event loop only.
final class FrameHandler<Peer: FramePeer>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case open
        /// No more frames are read; answers are still on their way.
        case inputClosed
        /// The last word is said; what comes in is dropped.
        case closing
    }

    private let peer: Peer
    private let payloadLimit: Int
    private let partialTimeout: TimeAmount
    private var phase = Phase.open
    private var partial: ByteBuffer?
    private var partialTimer: Scheduled<Void>?
    private var output: [UInt8] = []
    private var answersOnTheirWay = 0
    /// What broke the framing, while answers to the frames before it are still on their way.
    private var lastWord: StatusError?
    private var wasSilent = true
    private var isOutputClosed = false
    private var isInputClosed = false

    init(peer: Peer, payloadLimit: Int, partialTimeout: TimeAmount) {
        self.peer = peer
        self.payloadLimit = payloadLimit
        self.partialTimeout = partialTimeout
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .open else { return }
        wasSilent = false
        var buffer = unwrapInboundIn(data)
        if var begun = partial.take() {
            begun.writeBuffer(&buffer)
            buffer = begun
        }
        let broken = serveFrames(of: &buffer, context: context)
        flushOutput(context)
        if let broken { return sayLastWord(broken, context) }
        keep(buffer, context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if phase == .open {
            let writable = context.channel.isWritable
            context.channel.setOption(.autoRead, value: writable).whenFailure { _ in }
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            endInput(context)
            if isOutputClosed { context.close(promise: nil) }
        } else if let drain = event as? DrainBegins {
            closeWhenSilent(drain.quiet, context)
        } else if event is DrainEnds {
            endInput(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closing
        partial = nil
        stopTimer()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Serves every complete frame; the error if the framing is broken.
    private func serveFrames(of buffer: inout ByteBuffer, context: ChannelHandlerContext) -> StatusError? {
        let arrivedNs = ServiceClock.monotonicNs()
        let (usedByteCount, broken) = buffer.withUnsafeReadableBytes { bytes -> (Int, StatusError?) in
            var start = 0
            while true {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                switch FrameScanner.scan(rest, payloadByteLimit: payloadLimit) {
                case .incomplete:
                    return (start, nil)
                case .broken(let error):
                    return (start, error)
                case .frame(let payload, let frameByteCount):
                    let isLater = peer.serve(
                        UnsafeRawBufferPointer(rebasing: rest[payload]), arrivedNs: arrivedNs, output: &output
                    ) { makeLater(context) }
                    if isLater { answersOnTheirWay += 1 }
                    start += frameByteCount
                }
            }
        }
        buffer.moveReaderIndex(forwardBy: usedByteCount)
        if usedByteCount > 0 { stopTimer() }
        return broken
    }

    private func flushOutput(_ context: ChannelHandlerContext) {
        guard !output.isEmpty else { return }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: output)), promise: nil)
        output.removeAll(keepingCapacity: output.count <= 1 << 20)
    }

    /// Keeps an incomplete frame for the next read, for as long as a partial frame may take from its first byte on:
    /// bytes that trickle in buy no more time.
    private func keep(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        guard buffer.readableBytes > 0 else { return }
        var rest = buffer
        rest.discardReadBytes()
        partial = rest
        if partialTimer == nil { startTimer(context) }
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        partialTimer = context.eventLoop.scheduleTask(in: partialTimeout) {
            let (handler, context) = bound.value
            guard handler.phase == .open, handler.partial != nil else { return }
            // The rest may wait in the kernel while we do not read: a peer that is slow to read is not slow to write.
            guard context.channel.isWritable else { return handler.startTimer(context) }
            let error = StatusError(
                .deadlineExceeded, reason: "FRAME_TIMEOUT",
                message: "expected the rest of a frame within \(handler.partialTimeout.nanoseconds / 1_000_000) ms")
            handler.sayLastWord(error, context)
        }
    }

    private func stopTimer() {
        partialTimer?.cancel()
        partialTimer = nil
    }

    private func makeLater(_ context: ChannelHandlerContext) -> @Sendable ([UInt8]) -> Void {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        return { bytes in
            loop.execute {
                let (handler, context) = bound.value
                handler.answersOnTheirWay -= 1
                guard context.channel.isActive else { return }
                handler.wasSilent = false
                let buffer = context.channel.allocator.buffer(bytes: bytes)
                context.writeAndFlush(handler.wrapOutboundOut(buffer), promise: nil)
                handler.closeIfDone(context)
            }
        }
    }

    /// Says why and closes, in an order in which the peer reads the last word before it notices. Waits until every
    /// complete frame has its answer.
    private func sayLastWord(_ error: StatusError, _ context: ChannelHandlerContext) {
        phase = .closing
        partial = nil
        stopTimer()
        guard answersOnTheirWay == 0 else {
            lastWord = error
            return
        }
        lastWord = nil
        let buffer = context.channel.allocator.buffer(bytes: peer.lastWord(error))
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        closeGently(context)
    }

    /// Serves no more frames, and closes once those that were read are answered.
    private func endInput(_ context: ChannelHandlerContext) {
        if phase == .open { phase = .inputClosed }
        partial = nil
        stopTimer()
        closeIfDone(context)
    }

    private func closeIfDone(_ context: ChannelHandlerContext) {
        guard answersOnTheirWay == 0 else { return }
        if let lastWord { return sayLastWord(lastWord, context) }
        guard phase == .inputClosed else { return }
        phase = .closing
        closeGently(context)
    }

    /// Closes our side once all is written, and the rest when the peer has closed too or some seconds are over: closing
    /// at once with unread bytes would reset the connection and take answers from the peer.
    private func closeGently(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).flatMap {
            bound.value.1.close(mode: .output)
        }.whenComplete { _ in
            let (handler, context) = bound.value
            handler.isOutputClosed = true
            if handler.isInputClosed { return context.close(promise: nil) }
            context.eventLoop.scheduleTask(in: lingering) { bound.value.1.close(promise: nil) }
        }
    }

    private func closeWhenSilent(_ quiet: TimeAmount, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: quiet) {
            let (handler, context) = bound.value
            guard handler.phase == .open, context.channel.isActive else { return }
            if handler.wasSilent, handler.answersOnTheirWay == 0 {
                handler.phase = .closing
                handler.closeGently(context)
            } else {
                handler.wasSilent = true
                handler.closeWhenSilent(quiet, context)
            }
        }
    }
}
