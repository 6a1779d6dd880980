internal import RiskWire

/// The scoring service behind a listener.
final class ScoringPeer: FramePeer {
    private let processor: RequestProcessor
    private let encoder = ReplyEncoder()
    private let shared: SharedServices

    init(_ shared: SharedServices) {
        self.shared = shared
        processor = RequestProcessor(shared)
    }

    func serve(
        _ payload: UnsafeRawBufferPointer, arrivedNs: UInt64, output: inout [UInt8],
        makeLater: () -> @Sendable ([UInt8]) -> Void
    ) -> Bool {
        let outcome = processor.process(payload, arrivedNs: arrivedNs) {
            let later = makeLater()
            return { reply in
                var bytes: [UInt8] = []
                ReplyEncoder().appendFrame(reply, to: &bytes)
                later(bytes)
            }
        }
        guard case .reply(let reply) = outcome else { return true }
        encoder.appendFrame(reply, to: &output)
        return false
    }

    func lastWord(_ error: StatusError) -> [UInt8] {
        shared.metrics.brokenFrames.add()
        var bytes: [UInt8] = []
        encoder.appendFrame(WireReply(id: 0, outcome: .failure(error)), to: &bytes)
        return bytes
    }
}
