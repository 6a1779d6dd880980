import RiskWire
import Testing

@Suite struct FrameScannerTests {
    private func scan(_ bytes: [UInt8], limit: Int = 1000) -> FrameScanner.Outcome {
        bytes.withUnsafeBytes { FrameScanner.scan($0, payloadByteLimit: limit) }
    }

    private func reason(_ outcome: FrameScanner.Outcome) -> String? {
        if case .broken(let error) = outcome { "\(error.code) \(error.reason)" } else { nil }
    }

    @Test(arguments: [0, 1, 255, 256, 70_000]) func everyPrefixOfAFrameSaysHowMuchIsNeeded(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        var bytes: [UInt8] = []
        Frame.append(payload: payload, to: &bytes)
        for length in Set((0..<min(count, 300)).map { $0 } + [4, 5, count, count + 4]) where length < bytes.count {
            let needed = length < 5 ? 5 : count + 5
            #expect(
                scan(Array(bytes.prefix(length)), limit: count) == .incomplete(neededByteCount: needed),
                "\(length) of \(bytes.count) bytes")
        }
        #expect(scan(bytes + [9], limit: count) == .frame(payload: 5..<count + 5, frameByteCount: count + 5))
    }

    @Test func aFrameOverTheLimitIsRefusedByItsHeaderAlone() {
        guard case .broken(let error) = scan([0, 0xff, 0xff, 0xff, 0xff]) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == .resourceExhausted && error.reason == "FRAME_TOO_LARGE")
        #expect(error.message.contains("1000") && error.message.contains("4294967295"))
        #expect(scan([0, 0, 0, 3, 0xe8]) == .incomplete(neededByteCount: 1005))
        #expect(reason(scan([0, 0, 0, 3, 0xe9])) == "resourceExhausted FRAME_TOO_LARGE")
    }

    @Test func otherFlagsAreRefusedByTheFirstByteAlone() {
        #expect(reason(scan([1])) == "unimplemented FRAME_COMPRESSED")
        for flag in UInt8(2)...255 { #expect(reason(scan([flag])) == "invalidArgument FRAME_BAD_FLAG") }
    }
}
