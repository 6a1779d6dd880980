import Glibc
import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

/// The writing thread's work with a disk that fails when told to and a clock set by hand.
private struct Bench {
    let disk = FakeDisk()
    let queue: LogQueue
    var pump: LogPump
    var now: UInt64 = 1_000_000_000

    init(_ change: (inout EventLogWriter.Options) -> Void = { _ in }) {
        var options = EventLogWriter.Options()
        options.writeDelay = .zero
        change(&options)
        queue = LogQueue(nextSequence: 1, byteLimit: options.bufferByteLimit, directory: "log")
        pump = LogPump(
            queue: queue,
            store: SegmentStore(
                directory: "log", segmentByteLimit: options.segmentByteLimit, fileSystem: disk.fileSystem,
                segment: nil),
            options: options)
    }

    @discardableResult
    mutating func step(after milliseconds: UInt64 = 0) -> LogPump.Wait {
        now += milliseconds * 1_000_000
        return pump.step(now: now)
    }

    @discardableResult
    func append(_ sequences: ClosedRange<UInt64>) -> Int {
        sequences.filter { queue.append(sequence: $0, bytes: entryBytes($0), completion: nil).isAccepted }.count
    }

    func until(after milliseconds: UInt64) -> LogPump.Wait { .until(now + milliseconds * 1_000_000) }
}

private func bytes(_ sequences: ClosedRange<UInt64>) -> [UInt8] { sequences.flatMap { framedBytes($0) } }

@Suite struct LogPumpTests {
    @Test func scoredEventsAreSyncedWithinTheInterval() {
        var bench = Bench()
        bench.append(1...3)
        let wait = bench.step()
        #expect(wait == bench.until(after: 1000))
        #expect(bench.disk.bytes == bytes(1...3))
        #expect(bench.disk.durableBytes.isEmpty)
        #expect(bench.queue.counters.entries == 0)
        #expect(bench.step(after: 999) == bench.until(after: 1))
        #expect(bench.step(after: 1) == .forever)
        #expect(bench.disk.durableBytes == bytes(1...3))
        #expect(bench.queue.counters.entries == 3)
        #expect(bench.queue.bufferedByteCount == 0)
    }

    @Test func aDurableEntryIsAnsweredAfterItsSyncOnly() {
        var bench = Bench()
        let disk = bench.disk
        let durable = Shared<[UInt8]?>(nil)
        bench.append(1...1)
        _ = bench.queue.append(sequence: 2, bytes: entryBytes(2)) { _ in durable.update { $0 = disk.durableBytes } }
        #expect(durable.value == nil)
        disk.fail("fdatasync", times: 1, EIO)
        bench.step()
        #expect(durable.value == nil)
        bench.step(after: 100)
        #expect(durable.value == bytes(1...2))
    }

    @Test func oneSyncAnswersAllThatWait() {
        var bench = Bench()
        let answered = Shared(0)
        for sequence in 1...50 as ClosedRange<UInt64> {
            _ = bench.queue.append(sequence: sequence, bytes: entryBytes(sequence)) { result in
                if case .success = result { answered.update { $0 += 1 } }
            }
        }
        bench.step()
        #expect(answered.value == 50)
        #expect(bench.disk.syncCount == 1)
    }

    @Test func smallEntriesGatherForTheWriteDelay() {
        var bench = Bench { $0.writeDelay = .milliseconds(5) }
        #expect(bench.step() == .forever)
        #expect(bench.queue.append(sequence: 1, bytes: entryBytes(1), completion: nil).needsWake)
        #expect(bench.step() == bench.until(after: 5))
        #expect(!bench.queue.append(sequence: 2, bytes: entryBytes(2), completion: nil).needsWake)
        #expect(bench.disk.bytes.isEmpty)
        bench.step(after: 5)
        #expect(bench.disk.bytes == bytes(1...2))
        bench.step(after: 2000)
        bench.append(3...3)
        bench.step()
        #expect(bench.queue.append(sequence: 4, bytes: entryBytes(4)) { _ in }.needsWake)
        bench.step()
        #expect(bench.disk.durableBytes == bytes(1...4))
    }

    @Test func anEntryBehindADurableOneWakesTheWriter() {
        var bench = Bench()
        #expect(bench.step() == .forever)
        #expect(bench.queue.append(sequence: 1, bytes: entryBytes(1)) { _ in }.needsWake)
        #expect(bench.step() == .forever)
        #expect(bench.queue.append(sequence: 2, bytes: entryBytes(2), completion: nil).needsWake)
    }

    @Test func aFullDiskLosesNothingThatFitsInTheBuffer() {
        // Every number of bytes that still fits: before, on and within the header and each entry.
        let size = SegmentHeader.byteCount + bytes(1...6).count
        for room in 0...size {
            var bench = Bench()
            bench.disk.setRoom(room)
            bench.append(1...6)
            let wait = bench.step()
            if room < size {
                #expect(wait == bench.until(after: 100))
                #expect(bench.queue.health == .failing("write: No space left on device"))
            }
            bench.append(7...9)
            bench.step(after: 100)
            bench.disk.setRoom(nil)
            bench.step(after: 5000)
            bench.step(after: 5000)
            #expect(bench.disk.bytes == bytes(1...9), "room \(room)")
            #expect(bench.disk.durableBytes == bytes(1...9), "room \(room)")
            #expect(bench.queue.health == .healthy)
            #expect(bench.queue.counters.dropped == 0)
        }
    }

    @Test func pausesBetweenTriesGrow() {
        var bench = Bench()
        bench.disk.fail("create", times: 9, EROFS)
        bench.append(1...1)
        var pauses: [UInt64] = []
        var wait = bench.step()
        while case .until(let time) = wait, pauses.count < 9 {
            pauses.append((time - bench.now) / 1_000_000)
            #expect(bench.step(after: 1) == wait)
            wait = bench.step(after: pauses[pauses.count - 1] - 1)
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
        #expect(bench.disk.bytes == bytes(1...1))
        #expect(bench.queue.counters.errors == 9)
    }

    @Test func shortWritesAndFailedCutsLeaveNoTornMiddle() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var bench = Bench { $0.segmentByteLimit = 150 }
            var next: UInt64 = 1
            for _ in 0..<30 {
                bench.disk.setWriteLimit(Int.random(in: 1...40, using: &generator))
                bench.disk.setRoom(Bool.random(using: &generator) ? Int.random(in: 0...60, using: &generator) : nil)
                let operation = ["write", "ftruncate", "fdatasync", "fsync", "create"].randomElement(using: &generator)!
                bench.disk.fail(operation, times: Int.random(in: 0...2, using: &generator), EIO)
                let count = UInt64.random(in: 1...5, using: &generator)
                bench.append(next...next + count - 1)
                next += count
                bench.step(after: UInt64.random(in: 0...6000, using: &generator))
            }
            bench.disk.setRoom(nil)
            for operation in ["write", "ftruncate", "fdatasync", "fsync", "create"] {
                bench.disk.fail(operation, times: 0, 0)
            }
            for _ in 0..<3 { bench.step(after: 6000) }
            #expect(bench.disk.durableBytes == bytes(1...next - 1), "seed \(seed)")
            #expect(bench.queue.counters.entries == next - 1, "seed \(seed)")
            #expect(bench.queue.bufferedByteCount == 0, "seed \(seed)")
        }
    }

    @Test func anOverflowIsCountedAndDurableAppendsFail() {
        let cost = framedBytes(1).count + EventLogLimits.bufferedEntryOverheadByteCount
        var bench = Bench { $0.bufferByteLimit = cost * 4 }
        bench.disk.setRoom(0)
        bench.step()
        #expect(bench.append(1...6) == 4)
        let answer = Shared<EventLogError.Code?>(nil)
        _ = bench.queue.append(sequence: 7, bytes: entryBytes(7)) { result in
            if case .failure(let error) = result { answer.update { $0 = error.code } }
        }
        #expect(answer.value == .bufferFull)
        #expect(bench.queue.counters.dropped == 3)
        bench.step()
        bench.disk.setRoom(nil)
        bench.step(after: 6000)
        bench.step(after: 6000)
        #expect(bench.append(8...8) == 1)
        bench.step(after: 6000)
        #expect(bench.disk.bytes == bytes(1...4) + bytes(8...8))
    }

    @Test func aSegmentEndsBeforeItGrowsBeyondItsLimit() {
        let (header, size) = (SegmentHeader.byteCount, framedBytes(1).count)
        // Exactly two entries fit; one byte less and one fits; never less than one.
        for (limit, perSegment) in [(2 * size, 2), (2 * size - 1, 1), (2 * size + 1, 2), (1, 1)] {
            var bench = Bench { $0.segmentByteLimit = header + limit }
            bench.append(1...5)
            bench.step()
            bench.append(6...6)
            bench.step(after: 1000)
            let starts = Array(stride(from: 1, through: 6, by: perSegment))
            #expect(bench.disk.names == starts.map { "log/events-0000000000000000000\($0).swlog" })
            #expect(bench.disk.bytes == bytes(1...6))
            #expect(bench.queue.counters.rotations == UInt64(starts.count - 1))
        }
    }

    @Test func closingWritesWhatCameEarlyAndGivesUpOnADeadDisk() {
        var bench = Bench()
        bench.append(1...2)
        bench.append(5...6)
        bench.queue.close()
        #expect(bench.append(7...7) == 0)
        #expect(bench.step() == .finished)
        #expect(bench.disk.durableBytes == bytes(1...2) + bytes(5...6))

        var dead = Bench()
        dead.disk.setRoom(0)
        dead.append(1...2)
        let answer = Shared<EventLogError.Code?>(nil)
        _ = dead.queue.append(sequence: 3, bytes: entryBytes(3)) { result in
            if case .failure(let error) = result { answer.update { $0 = error.code } }
        }
        dead.queue.close()
        #expect(dead.step() == dead.until(after: 100))
        #expect(dead.step(after: 100) == .finished)
        #expect(answer.value == .cannotWrite)
        #expect(dead.queue.counters.dropped == 3)
    }
}
