internal import NIOCore
internal import NIOPosix
public import RiskWire

/// A connection to a running service's operator socket. Can be used from any thread.
public final class AdminClient: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ReplyMatcher<AdminReply>>

    private init(channel: any Channel, handler: NIOLoopBound<ReplyMatcher<AdminReply>>) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects to a Unix socket.
    ///
    /// - Throws: The system's error if nobody answers there.
    public static func connect(socketPath: String) async throws -> AdminClient {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let (channel, handler) = try await bootstrap.connectMatching {
            payload throws(StatusError) -> (UInt64, AdminReply) in
            let reply = try AdminCodec().decodeReply(payload)
            return (reply.id, reply)
        } target: {
            $0.connect(unixDomainSocketPath: socketPath)
        }
        return AdminClient(channel: channel, handler: handler)
    }

    /// Sends a request and waits for its result.
    ///
    /// - Throws: ``RiskWire/StatusError`` if it is refused, ``ClientError`` if the connection ends before the reply.
    public func send(_ method: AdminRequest.Method) async throws -> AdminReply.Body {
        let handler = handler
        let reply = try await channel.eventLoop.flatSubmit {
            handler.value.send { id throws(StatusError) in
                var bytes: [UInt8] = []
                try AdminCodec().appendFrame(AdminRequest(id: id, method: method), to: &bytes)
                return bytes
            }
        }.get()
        return try reply.outcome.get()
    }

    /// Closes the connection.
    public func close() async throws {
        try await channel.close().get()
    }
}
