internal import NIOCore
internal import NIOPosix
public import RiskCore
public import RiskWire

/// A connection to the scoring service, for any number of requests at a time.
///
///     let client = try await ScoringClient.connect(host: "127.0.0.1", port: 7443)
///     let reply = try await client.send(.score(call))
///     try await client.close()
///
/// Requests go out in the order of the calls; replies are matched by their ids. Can be used from any thread.
public final class ScoringClient: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ReplyMatcher<WireReply>>

    private init(channel: any Channel, handler: NIOLoopBound<ReplyMatcher<WireReply>>) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects within ten seconds.
    ///
    /// - Throws: The network's error if nobody answers there.
    public static func connect(host: String, port: Int) async throws -> ScoringClient {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        let (channel, handler) = try await bootstrap.connectMatching {
            payload throws(StatusError) -> (UInt64, WireReply) in
            let reply = try ReplyDecoder().decode(payload)
            return (reply.id, reply)
        } target: {
            $0.connect(host: host, port: port)
        }
        return ScoringClient(channel: channel, handler: handler)
    }

    /// Sends a request and waits for its reply.
    ///
    /// - Parameters:
    ///   - method: What is asked.
    ///   - caller: Who is calling; request ids are kept apart by it.
    ///   - deadlineMs: Milliseconds after which the service need not serve it any more.
    /// - Throws: ``ClientError`` if the connection ends before the reply; a refusal comes in the reply.
    ///   ``RiskWire/StatusError`` if the request cannot be expressed on the wire.
    public func send(
        _ method: WireRequest.Method, caller: String = "", deadlineMs: UInt32? = nil
    ) async throws -> WireReply {
        try await begin(method, caller: caller, deadlineMs: deadlineMs)()
    }

    /// Sends a request and returns at once; the closure waits for its reply.
    ///
    /// Requests that are begun one after another go out in that order.
    public func begin(
        _ method: WireRequest.Method, caller: String = "", deadlineMs: UInt32? = nil
    ) -> @Sendable () async throws -> WireReply {
        let handler = handler
        let reply = channel.eventLoop.flatSubmit {
            handler.value.send { id throws(StatusError) in
                var bytes: [UInt8] = []
                let request = WireRequest(id: id, deadlineMs: deadlineMs, caller: caller, method: method)
                try RequestEncoder().appendFrame(request, to: &bytes)
                return bytes
            }
        }
        return { try await reply.get() }
    }

    /// Takes a campaign apart: its summary, evidence and timeline, and one page of its members.
    ///
    ///     var token = ""
    ///     repeat {
    ///         let (page, next) = try await client.lookupCampaign(.cluster(id), pageToken: token)
    ///         token = next
    ///     } while !token.isEmpty
    ///
    /// - Parameters:
    ///   - target: The cluster, an account in it or a decision about such an account.
    ///   - pageToken: What came with the page before; empty for the first.
    ///   - pageSize: The most members, 1 to ``RiskCore/CampaignPage/memberLimit``.
    ///   - caller: Who is calling.
    /// - Returns: The page, and the token of the next one, empty after the last.
    /// - Throws: ``RiskWire/StatusError`` if the service refuses, such as `CLUSTER_UNKNOWN`; ``ClientError`` if the
    ///   connection ends before the reply.
    public func lookupCampaign(
        _ target: LookupCampaignCall.Target, pageToken: String = "",
        pageSize: Int = LookupCampaignCall.ordinaryPageSize, caller: String = ""
    ) async throws -> (page: CampaignPage, nextPageToken: String) {
        let call = LookupCampaignCall(target: target, pageToken: pageToken, pageSize: pageSize)
        guard
            case .lookupCampaign(let page, let next) = try await send(.lookupCampaign(call), caller: caller).outcome
                .get()
        else { throw ClientError("the service answered something else than a page of a campaign") }
        return (page, next)
    }

    /// Closes the connection.
    public func close() async throws {
        try await channel.close().get()
    }
}
