internal import NIOCore
internal import NIOHTTP1

/// The metrics page: GET /metrics, and GET /healthz for probes that speak only HTTP.
final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let page: @Sendable () -> String
    private let isServing: @Sendable () -> Bool
    private var head: HTTPRequestHead?

    init(page: @escaping @Sendable () -> String, isServing: @escaping @Sendable () -> Bool) {
        self.page = page
        self.isServing = isServing
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body:
            break
        case .end:
            guard let head = head.take() else { return }
            let path = head.uri.split(separator: "?", omittingEmptySubsequences: false)[0]
            switch (head.method, path) {
            case (.GET, "/metrics"):
                answer(.ok, page(), type: "text/plain; version=0.0.4; charset=utf-8", head, context)
            case (.GET, "/healthz"):
                let serving = isServing()
                answer(serving ? .ok : .serviceUnavailable, serving ? "serving\n" : "draining\n", head, context)
            default:
                answer(.notFound, "expected GET /metrics or GET /healthz\n", head, context)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(
        _ status: HTTPResponseStatus, _ body: String, type: String = "text/plain; charset=utf-8",
        _ request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders([("content-type", type), ("content-length", "\(body.utf8.count)")])
        if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: request.version, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !request.isKeepAlive { bound.value.close(promise: nil) }
        }
    }
}
