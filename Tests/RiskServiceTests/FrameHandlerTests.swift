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
        channel.embeddedEventLoop.advanceTime(by: .seconds(3))
        #expect(!channel.isActive)
    }
}
