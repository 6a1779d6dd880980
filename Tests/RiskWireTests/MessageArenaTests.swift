import CStillwatchProtos
import RiskCore
import Testing

@testable import RiskWire

@Suite struct MessageArenaTests {
    /// Every allocation of unpacking a full request fails once: an arena that refused once refuses all that follows.
    @Test func unpackingSurvivesTheFailureOfAnyAllocation() throws {
        var requests = RandomRequests(seed: 3)
        requests.events.density = 1
        let single = try payload(of: WireRequest(id: 1, caller: "c", method: .score(requests.score())))
        let batch = try payload(
            of: WireRequest(id: 1, method: .scoreBatch([.success(requests.score()), .success(requests.score())])))
        // The same message twice: protobuf-c merges, and a oneof is freed while it is parsed.
        let event = field(
            1, field(11, field(1, "email")) + field(12, field(3, "text") + field(2, double: 1) + field(3, "t")))
        let merged = field(10, event + event) + field(13, field(1, "a") + field(2, "d") + field(1, "b"))
        let reader = MessageReader()
        for bytes in [single, batch, single + single, merged, field(10, []) + single] {
            var budget = 0
            var failureCount = 0
            while true {
                let error = bytes.withUnsafeBytes { bytes -> StatusError? in
                    do throws(StatusError) {
                        _ = try reader.unpack(bytes, budget: budget, stillwatch__v1__request__unpack)
                        return nil
                    } catch { return error }
                }
                guard let error else { break }
                #expect(error.reason == "MESSAGE_TOO_COMPLEX", "budget \(budget)")
                failureCount += 1
                budget += 16
            }
            #expect(failureCount > 5)
            #expect(budget < MessageReader.budget(forByteCount: bytes.count))
        }
    }

    @Test func memoryIsAlignedApartAndWithinTheBudget() {
        let arena = MessageArena()
        for round in 0..<3 {
            arena.begin(budget: 1 << 20)
            var ranges: [Range<UInt>] = []
            var count = 1
            while let memory = arena.take(count) {
                memory.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: count), count: count)
                let start = UInt(bitPattern: memory)
                #expect(start % 16 == 0)
                #expect(!ranges.contains { $0.overlaps(start..<start + UInt(count)) }, "round \(round)")
                ranges.append(start..<start + UInt(count))
                count = count * 7 / 4 + 1
            }
            #expect(arena.isExhausted && arena.take(1) == nil)
            #expect(ranges.map(\.count).reduce(0, +) <= 1 << 20)
        }
    }
}
