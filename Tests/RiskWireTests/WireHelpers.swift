import RiskCore

@testable import RiskWire

/// A request's payload without its frame.
func payload(of request: WireRequest) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try RequestEncoder().appendFrame(request, to: &bytes)
    return Array(bytes.dropFirst(WireLimits.frameHeaderByteCount))
}

func decode(_ bytes: [UInt8], by decoder: RequestDecoder = RequestDecoder()) -> (
    id: UInt64, request: Result<WireRequest, StatusError>
) {
    bytes.withUnsafeBytes { decoder.decode($0) }
}

/// The refusal of a payload; nil if it is accepted.
func refusal(of bytes: [UInt8]) -> StatusError? {
    if case .failure(let error) = decode(bytes).request { error } else { nil }
}

/// A varint.
func varint(_ value: UInt64) -> [UInt8] {
    var (value, bytes) = (value, [UInt8]())
    while value >= 0x80 {
        bytes.append(UInt8(value & 0x7f) | 0x80)
        value >>= 7
    }
    return bytes + [UInt8(value)]
}

/// A varint field.
func field(_ number: Int, _ value: UInt64) -> [UInt8] { varint(UInt64(number) << 3) + varint(value) }

/// A length-delimited field.
func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    varint(UInt64(number) << 3 | 2) + varint(UInt64(content.count)) + content
}

/// A text field.
func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

/// A 64-bit field.
func field(_ number: Int, double: Double) -> [UInt8] {
    varint(UInt64(number) << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: double.bitPattern >> (8 * $0)) }
}

/// What makes two requests the same, as text.
func essence(_ request: WireRequest) -> String {
    func of(_ event: IncomingEvent) -> String {
        "\(event.builder.partial) \(RawIdentifiers.Kind.allCases.map { event.raw[$0] })"
    }
    func of(_ call: ScoreCall) -> String {
        "\(of(call.event)) \(call.requestID as Any) \(call.isDryRun) \(call.wantsFeatures)"
    }
    let method =
        switch request.method {
        case .score(let call): "score \(of(call))"
        case .scoreBatch(let calls): "batch \(calls.map { call in call.map { of($0) } })"
        case .observe(let call): "observe \(of(call.event)) \(call.requestID as Any)"
        case .feedback(let call): "\(call)"
        case .health: "health"
        case .serverInfo: "serverInfo"
        }
    return "\(request.id) \(request.deadlineMs as Any) \(request.caller) \(method)"
}
