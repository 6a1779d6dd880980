import RiskCore
import Testing

@testable import RiskWire

@Suite struct RequestCodecTests {
    @Test func everyRequestComesBackAsItWas() throws {
        let decoder = RequestDecoder()
        let encoder = RequestEncoder()
        for seed in 0..<2_000 as Range<UInt64> {
            var requests = RandomRequests(seed: seed)
            let request = try requests.request()
            var bytes: [UInt8] = []
            try encoder.appendFrame(request, to: &bytes)
            let result = decode(Array(bytes.dropFirst(5)), by: decoder)
            #expect(result.id == request.id, "seed \(seed)")
            #expect(essence(try result.request.get()) == essence(request), "seed \(seed)")
        }
    }
}
