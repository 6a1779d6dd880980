import NIOCore
import NIOEmbedded
import RiskWire
import Testing

@testable import RiskService

/// Echoes each payload; a payload that starts with 1 is answered later.
private final class EchoPeer: FramePeer {
    var later: [(@Sendable ([UInt8]) -> Void, [UInt8])] = []

    func serve(
        _ payload: UnsafeRawBufferPointer, arrivedNs: UInt64, output: inout [UInt8],
        makeLater: () -> @Sendable ([UInt8]) -> Void
    ) -> Bool {
        let frame = FrameHandlerTests.frame(Array(payload))
        guard payload.first == 1 else {
            output += frame
            return false
        }
        later.append((makeLater(), frame))
        return true
    }

    func lastWord(_ error: StatusError) -> [UInt8] { FrameHandlerTests.frame(Array(error.reason.utf8)) }
}

@Suite struct FrameHandlerTests {
    static func frame(_ payload: [UInt8]) -> [UInt8] {
        [0] + withUnsafeBytes(of: UInt32(payload.count).bigEndian, Array.init) + payload
    }

    private func makeChannel(_ peer: EchoPeer) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(
            handler: FrameHandler(peer: peer, payloadLimit: 1000, partialTimeout: .seconds(10)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func output(of channel: EmbeddedChannel) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while var buffer = try channel.readOutbound(as: ByteBuffer.self) {
            bytes += buffer.readBytes(length: buffer.readableBytes) ?? []
        }
        return bytes
    }

    /// However the bytes are cut into reads, every frame is answered once and in order.
    @Test func everyCutOfTheStreamGivesTheSameAnswers() throws {
        let payloads: [[UInt8]] = [[], [7], Array(repeating: 3, count: 900), [5, 5, 5]]
        let stream = payloads.flatMap(Self.frame)
        for cut in 0...stream.count {
            let channel = try makeChannel(EchoPeer())
            try channel.writeInbound(ByteBuffer(bytes: stream[..<cut]))
            try channel.writeInbound(ByteBuffer(bytes: stream[cut...]))
            #expect(try output(of: channel) == stream, "cut at \(cut)")
        }
        let channel = try makeChannel(EchoPeer())
        for byte in stream { try channel.writeInbound(ByteBuffer(bytes: [byte])) }
        #expect(try output(of: channel) == stream)
    }

    @Test func brokenFramingGetsALastWordAndThenTheEnd() throws {
        for (bytes, reason) in [
            ([0, 0, 0, 3, 233] as [UInt8], "FRAME_TOO_LARGE"), ([1, 0, 0, 0, 0], "FRAME_COMPRESSED"),
            ([9, 0, 0, 0, 0], "FRAME_BAD_FLAG"),
        ] {
            let channel = try makeChannel(EchoPeer())
            try channel.writeInbound(ByteBuffer(bytes: Self.frame([7]) + bytes + Self.frame([8])))
            #expect(try output(of: channel) == Self.frame([7]) + Self.frame(Array(reason.utf8)), "\(reason)")
        }
    }

    @Test func anIncompleteFrameMeetsItsTimeout() throws {
        let channel = try makeChannel(EchoPeer())
        try channel.writeInbound(ByteBuffer(bytes: [0, 0, 0]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(try output(of: channel).isEmpty)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(try output(of: channel) == Self.frame(Array("FRAME_TIMEOUT".utf8)))
    }

    @Test func aCompletedFrameStopsTheTimeout() throws {
        let channel = try makeChannel(EchoPeer())
        let frame = Self.frame([7])
        try channel.writeInbound(ByteBuffer(bytes: frame[..<3]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        try channel.writeInbound(ByteBuffer(bytes: frame[3...]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(try output(of: channel) == frame)
        #expect(channel.isActive)
    }

    @Test func laterAnswersOvertakeAndAreNotLost() throws {
        let peer = EchoPeer()
        let channel = try makeChannel(peer)
        try channel.writeInbound(ByteBuffer(bytes: Self.frame([1, 1]) + Self.frame([2])))
        #expect(try output(of: channel) == Self.frame([2]))
        channel.pipeline.fireUserInboundEventTriggered(DrainBegins(quiet: .milliseconds(250)))
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(channel.isActive, "a connection is not closed while an answer is on its way")
        for (later, frame) in peer.later { later(frame) }
        channel.embeddedEventLoop.run()
        #expect(try output(of: channel) == Self.frame([1, 1]))
    }

    @Test func aSilentConnectionIsClosedWhenDraining() throws {
        let channel = try makeChannel(EchoPeer())
        try channel.writeInbound(ByteBuffer(bytes: Self.frame([7])))
        channel.pipeline.fireUserInboundEventTriggered(DrainBegins(quiet: .milliseconds(250)))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(300))
        try channel.writeInbound(ByteBuffer(bytes: Self.frame([8])))
        #expect(try output(of: channel) == Self.frame([7]) + Self.frame([8]), "what still comes is answered")
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
    }

    /// The last word waits for the answers to the frames before it.
    @Test func theLastWordComesBehindDeferredAnswers() throws {
        let peer = EchoPeer()
        let channel = try makeChannel(peer)
        let broken: [UInt8] = [9, 0, 0, 0, 0]
        try channel.writeInbound(
            ByteBuffer(bytes: Self.frame([1, 1]) + Self.frame([2]) + Self.frame([1, 3]) + broken + Self.frame([4])))
        #expect(try output(of: channel) == Self.frame([2]))
        try channel.writeInbound(ByteBuffer(bytes: Self.frame([5])))
        #expect(try output(of: channel).isEmpty, "nothing is served behind the break")
        let (first, second) = (peer.later[0], peer.later[1])
        second.0(second.1)
        channel.embeddedEventLoop.run()
        #expect(try output(of: channel) == Self.frame([1, 3]))
        #expect(channel.isActive)
        first.0(first.1)
        channel.embeddedEventLoop.run()
        #expect(try output(of: channel) == Self.frame([1, 1]) + Self.frame(Array("FRAME_BAD_FLAG".utf8)))
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func bytesThatTrickleInBuyNoTime() throws {
        let channel = try makeChannel(EchoPeer())
        let frame = Self.frame(Array(repeating: 7, count: 100))
        for byte in frame.prefix(20) {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(600))
        }
        #expect(try output(of: channel) == Self.frame(Array("FRAME_TIMEOUT".utf8)))
    }

    /// Each frame has its own time, also when one ends and the next begins in one read.
    @Test func theNextFrameStartsTheClockAnew() throws {
        let channel = try makeChannel(EchoPeer())
        let frame = Self.frame([7])
        try channel.writeInbound(ByteBuffer(bytes: frame[..<3]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        try channel.writeInbound(ByteBuffer(bytes: frame[3...] + frame[..<2]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        try channel.writeInbound(ByteBuffer(bytes: frame[2...]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(try output(of: channel) == frame + frame)
        #expect(channel.isActive)
    }

    /// While we do not read because the peer does not, the rest of its frame is not late.
    @Test func aPeerThatIsSlowToReadIsNotSlowToWrite() throws {
        let channel = try makeChannel(EchoPeer())
        let frame = Self.frame([7])
        channel.isWritable = false
        try channel.writeInbound(ByteBuffer(bytes: frame[..<3]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        #expect(try output(of: channel).isEmpty)
        channel.isWritable = true
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(try output(of: channel) == Self.frame(Array("FRAME_TIMEOUT".utf8)))
    }

    @Test func theEndOfADrainLeavesNoReadFrameUnanswered() throws {
        let peer = EchoPeer()
        let channel = try makeChannel(peer)
        try channel.writeInbound(ByteBuffer(bytes: Self.frame([2]) + Self.frame([1, 1]) + Self.frame([3])[..<4]))
        channel.pipeline.fireUserInboundEventTriggered(DrainEnds())
        try channel.writeInbound(ByteBuffer(bytes: Self.frame([3])[4...]))
        #expect(try output(of: channel) == Self.frame([2]))
        #expect(channel.isActive)
        for (later, frame) in peer.later { later(frame) }
        channel.embeddedEventLoop.run()
        #expect(try output(of: channel) == Self.frame([1, 1]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }
}
