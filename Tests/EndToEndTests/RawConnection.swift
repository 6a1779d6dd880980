import Foundation
import RiskWire

/// A plain TCP connection, for bytes that no client of ours would send. It blocks; one thread uses it at a time.
final class RawConnection {
    /// What goes wrong besides an ordered end.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private let decoder = ReplyDecoder()
    private var buffer: [UInt8] = []
    private var start = 0

    /// Connects; a read that takes longer than twenty seconds fails.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "connect: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// Sends all of it; false if the service takes no more.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends as much of it as goes out within a second of waiting; how many bytes.
    func sendUntilStuck(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&wait, 1, 1000) == 1 else { return sent }
            let count = bytes.withUnsafeBytes {
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                return Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, flags)
            }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    /// Says that nothing more will be sent.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next reply; nil at an ordered end. An end within a frame, a reset and silence are failures.
    func nextReply() throws -> WireReply? {
        while true {
            let outcome = buffer.withUnsafeBytes {
                FrameScanner.scan(
                    UnsafeRawBufferPointer(rebasing: $0[start...]), payloadByteLimit: WireLimits.replyPayloadByteCount)
            }
            switch outcome {
            case .frame(let payload, let frameByteCount):
                let reply = buffer.withUnsafeBytes { bytes in
                    Result { () throws(StatusError) in
                        try decoder.decode(
                            UnsafeRawBufferPointer(
                                rebasing: bytes[start + payload.lowerBound..<start + payload.upperBound]))
                    }
                }
                start += frameByteCount
                return try reply.get()
            case .broken(let error):
                throw error
            case .incomplete:
                guard try receive() else { return nil }
            }
        }
    }

    /// All replies until the service ends the connection.
    func repliesToEnd() throws -> [WireReply] {
        var replies: [WireReply] = []
        while let reply = try nextReply() { replies.append(reply) }
        return replies
    }

    private func receive() throws -> Bool {
        buffer.removeFirst(start)
        start = 0
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count >= 0 else { throw Failure(description: "recv: \(String(cString: strerror(errno)))") }
        guard count > 0 || buffer.isEmpty else {
            throw Failure(description: "the connection ended within a frame, after \(buffer.count) of its bytes")
        }
        buffer += chunk.prefix(count)
        return count > 0
    }
}

/// Runs blocking work on threads of its own, so that it holds up no other test.
func onThreads<Value: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        for index in 0..<count {
            group.addTask {
                let value = try await withCheckedThrowingContinuation { continuation in
                    Thread.detachNewThread { continuation.resume(with: Result { try work(index) }) }
                }
                return (index, value)
            }
        }
        var values: [Int: Value] = [:]
        for try await (index, value) in group { values[index] = value }
        return (0..<count).compactMap { values[$0] }
    }
}

/// The bytes of a request's frame.
func requestFrame(_ id: UInt64, _ method: WireRequest.Method, caller: String = "") throws -> [UInt8] {
    var bytes: [UInt8] = []
    try RequestEncoder().appendFrame(WireRequest(id: id, caller: caller, method: method), to: &bytes)
    return bytes
}
