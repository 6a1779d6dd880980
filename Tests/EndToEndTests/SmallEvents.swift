import RiskCore
import RiskWire
import Testing

extension IncomingEvent {
    /// A sign-up with few values.
    ///
    /// - Parameters:
    ///   - account: The account.
    ///   - device: The device it came from; nil: not said.
    ///   - timeMs: When, Unix milliseconds.
    static func signup(
        _ account: String, device: String? = nil, timeMs: Int64 = 1_762_000_000_000
    ) throws -> IncomingEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, wordIndex: 0)
        try builder.set(.eventTimeMs, whole: UInt64(timeMs))
        try builder.set(.accountRef, reference: Reference(account))
        if let device { try builder.set(.deviceRef, reference: Reference(device)) }
        return IncomingEvent(builder: builder)
    }
}

extension WireReply {
    /// Why there is no result.
    func refusal() throws -> StatusError {
        guard case .failure(let error) = outcome else {
            throw StatusError(.internal, reason: "TEST", message: "expected a refusal, found an answer")
        }
        return error
    }
}

extension ScoreAnswer {
    /// The evidence of one class; nil if it links nobody.
    func link(_ identifierClass: IdentifierClass) -> Link? { links.first { $0.identifierClass == identifierClass } }
}
