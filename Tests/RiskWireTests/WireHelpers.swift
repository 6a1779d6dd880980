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

/// Whether two requests ask the same.
func isSame(_ left: WireRequest, _ right: WireRequest) -> Bool {
    func same(_ left: IncomingEvent, _ right: IncomingEvent) -> Bool {
        left.builder.partial == right.builder.partial && left.raw == right.raw
    }
    func same(_ left: ScoreCall, _ right: ScoreCall) -> Bool {
        same(left.event, right.event) && left.requestID == right.requestID && left.isDryRun == right.isDryRun
            && left.wantsFeatures == right.wantsFeatures
    }
    guard left.id == right.id, left.deadlineMs == right.deadlineMs, left.caller == right.caller else { return false }
    switch (left.method, right.method) {
    case (.score(let left), .score(let right)): return same(left, right)
    case (.scoreBatch(let left), .scoreBatch(let right)):
        return left.count == right.count
            && zip(left, right).allSatisfy { left, right in
                guard case .success(let left) = left, case .success(let right) = right else { return false }
                return same(left, right)
            }
    case (.observe(let left), .observe(let right)):
        return same(left.event, right.event) && left.requestID == right.requestID
    case (.feedback(let left), .feedback(let right)): return left == right
    case (.lookupCampaign(let left), .lookupCampaign(let right)): return left == right
    case (.health, .health), (.serverInfo, .serverInfo): return true
    default: return false
    }
}

/// A test's own failure.
struct Unexpected: Error {
    let description: String

    init(_ description: String) { self.description = description }
}
