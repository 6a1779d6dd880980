import RiskCore
import TestSupport
import Testing

@testable import RiskWire

/// Hostile bytes: always an answer, never a crash, and what is accepted is what goes out again.
@Suite struct RequestFuzzTests {
    @Test func randomBytesGetAnAnswer() {
        let decoder = RequestDecoder()
        var random = SeededGenerator(seed: 1)
        for _ in 0..<50_000 { _ = decode(random.bytes(0...24), by: decoder) }
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func mutatedRequestsGetAnAnswerAndSurviveTheWire(seed: UInt64) throws {
        let decoder = RequestDecoder()
        var requests = RandomRequests(seed: seed)
        let corpus = try (0..<60).map { _ in try payload(of: requests.request()) }
        var random = SeededGenerator(seed: seed &+ 1000)
        var acceptedCount = 0
        for round in 0..<15_000 {
            let bytes = mutated(corpus[Int.random(in: 0..<corpus.count, using: &random)], corpus, &random)
            guard case .success(let request) = decode(bytes, by: decoder).request else { continue }
            if case .scoreBatch(let items) = request.method, items.contains(where: { (try? $0.get()) == nil }) {
                continue
            }
            acceptedCount += 1
            let again = decode(try payload(of: request), by: decoder)
            #expect(isSame(try again.request.get(), request), "seed \(seed), round \(round)")
        }
        #expect(acceptedCount > 100, "seed \(seed)")
    }

    private func mutated(_ bytes: [UInt8], _ corpus: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...9, using: &random)))
            case 3: bytes.insert(contentsOf: random.bytes(1...9), at: index)
            case 4: bytes += corpus[Int.random(in: 0..<corpus.count, using: &random)]
            default: bytes.removeLast(Int.random(in: 0...min(9, bytes.count - 1), using: &random))
            }
        }
        return bytes
    }
}
