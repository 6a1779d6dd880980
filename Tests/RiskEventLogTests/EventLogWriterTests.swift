import Dispatch
import Glibc
import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

@Suite struct EventLogWriterTests {
    @Test func appendsOutOfOrderFromManyThreadsEndUpInOrder() throws {
        let folder = try TemporaryFolder()
        var options = EventLogWriter.Options()
        options.segmentByteLimit = 4096
        let writer = try EventLogWriter.open(directory: folder.path, options: options)
        let next = Shared<UInt64>(1)
        let answered = Shared(0)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for _ in 0..<500 {
                let sequence = Shared<UInt64>(0)
                next.update { value in
                    let taken = value
                    sequence.update { $0 = taken }
                    value += 1
                }
                switch sequence.value % 10 {
                case 3: writer.skip(sequence: sequence.value)
                case 7:
                    writer.appendDurably(sequence: sequence.value, bytes: entryBytes(sequence.value)) { result in
                        if case .success = result { answered.update { $0 += 1 } }
                    }
                default: writer.append(sequence: sequence.value, bytes: entryBytes(sequence.value))
                }
            }
        }
        writer.close()
        #expect(answered.value == 200)
        #expect(writer.counters.entries == 1800)
        #expect(writer.counters.rotations > 5)
        let (entries, reader) = try readAll(folder.path)
        #expect(entries == (1...2000 as ClosedRange<UInt64>).filter { $0 % 10 != 3 }.map { testEntry($0) })
        #expect(reader.lostEntryCount == 200)
        #expect(reader.tornTail == nil)
        #expect(reader.readByteCount == reader.byteCount)
    }

    @Test func anEntryWaitsForTheOnesBeforeIt() throws {
        let folder = try TemporaryFolder()
        let writer = try EventLogWriter.open(directory: folder.path)
        let order = Shared<[UInt64]>([])
        let done = DispatchSemaphore(value: 0)
        for sequence in [3, 2, 5, 4] as [UInt64] {
            writer.appendDurably(sequence: sequence, bytes: entryBytes(sequence)) { _ in
                order.update { $0.append(sequence) }
                done.signal()
            }
        }
        #expect(order.value.isEmpty)
        writer.skip(sequence: 1)
        for _ in 0..<4 { done.wait() }
        #expect(order.value == [2, 3, 4, 5])
        writer.close()
        writer.close()
        #expect(writer.append(sequence: 6, bytes: entryBytes(6)) == .dropped)
    }

    @Test func aRestartedWriterGoesOnBehindTheLastEntry() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/log"
        defer {
            for name in ["events-00000000000000000001.swlog"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
        for round in 0..<3 as Range<UInt64> {
            let writer = try EventLogWriter.open(directory: path)
            #expect(writer.recovery.lastSequence == round * 2 && writer.recovery.tornTail == nil)
            for sequence in round * 2 + 1...round * 2 + 2 {
                writer.append(sequence: sequence, bytes: entryBytes(sequence))
            }
            writer.close()
        }
        let entries = try readAll(path).entries
        #expect(entries.map(\.commitSequence) == Array(1...6))
        var status = stat()
        #expect(stat("\(path)/events-00000000000000000001.swlog", &status) == 0)
        #expect(status.st_mode & 0o137 == 0)
    }

    @Test(arguments: [1, 2]) func aTornTailIsCutOffAtEveryOffset(version: Int) throws {
        let start = version == 1 ? [] : SegmentHeader().bytes
        let whole = (1...4 as ClosedRange<UInt64>).map { sequence in
            version == 1
                ? bareBytes(sequence, padding: Int(sequence)) : framedBytes(sequence, padding: Int(sequence))
        }
        let bytes = start + whole.flatMap { $0 }
        for length in 0...bytes.count {
            let folder = try TemporaryFolder()
            try folder.write(Array(bytes[..<length]), to: SegmentName.of(firstSequence: 1))
            var entryCount = 0
            var end = length < start.count ? 0 : start.count
            while entryCount < 4, end + whole[entryCount].count <= length {
                end += whole[entryCount].count
                entryCount += 1
            }
            let (entries, reader) = try readAll(folder.path)
            #expect(entries.count == entryCount)
            let tail = TornTail(
                file: "\(folder.path)/\(SegmentName.of(firstSequence: 1))", byteOffset: end, byteCount: length - end)
            #expect(reader.tornTail == (length == end ? nil : tail), "length \(length)")

            let writer = try EventLogWriter.open(directory: folder.path)
            #expect(writer.recovery.tornTail == reader.tornTail)
            let next = writer.recovery.nextSequence
            #expect(next == UInt64(entryCount) + 1)
            writer.append(sequence: next, bytes: entryBytes(next))
            writer.close()
            let after = try readAll(folder.path)
            #expect(after.entries.map(\.commitSequence) == Array(1...next))
            #expect(after.reader.tornTail == nil)
            // What has no checksums is not continued with entries that have.
            #expect(folder.entries().count == (version == 1 && entryCount > 0 ? 2 : 1), "length \(length)")
        }
    }

    @Test func anEmptySegmentSaysWhereToGoOn() throws {
        let folder = try TemporaryFolder()
        try folder.write(bareBytes(1) + bareBytes(2), to: SegmentName.of(firstSequence: 1))
        try folder.write([UInt8](), to: SegmentName.of(firstSequence: 3))
        let writer = try EventLogWriter.open(directory: folder.path)
        #expect(writer.recovery.lastSequence == 2)
        writer.append(sequence: 3, bytes: entryBytes(3))
        writer.close()
        #expect(try readAll(folder.path).entries.count == 3)
    }

    @Test func aSecondWriterIsRefused() throws {
        let folder = try TemporaryFolder()
        let writer = try EventLogWriter.open(directory: folder.path)
        let error = #expect(throws: EventLogError.self) { try EventLogWriter.open(directory: folder.path) }
        #expect(error?.code == .locked)
        writer.close()
        try EventLogWriter.open(directory: folder.path).close()
    }

    @Test func aDamagedLogIsNotAppendedTo() throws {
        let folder = try TemporaryFolder()
        try folder.write(bareBytes(1) + [2, 0xff, 0xff] + bareBytes(2), to: SegmentName.of(firstSequence: 1))
        let error = #expect(throws: EventLogError.self) { try EventLogWriter.open(directory: folder.path) }
        #expect(error?.code == .corrupt)
        #expect(error?.byteOffset == bareBytes(1).count)
    }
}
