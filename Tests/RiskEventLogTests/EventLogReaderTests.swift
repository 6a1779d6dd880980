import RiskCore
import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

@Suite struct EventLogReaderTests {
    @Test func aFileIsALogToo() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bareBytes(5) + bareBytes(6), to: "any.name")
        let (entries, reader) = try readAll(path)
        #expect(entries == [testEntry(5), testEntry(6)])
        #expect(reader.firstSequence == 5 && reader.lastSequence == 6 && reader.lostEntryCount == 0)
    }

    @Test func segmentsAreReadInOrderAndOtherFilesLeftAlone() throws {
        let folder = try TemporaryFolder()
        try folder.write(bareBytes(10), to: SegmentName.of(firstSequence: 10))
        try folder.write(bareBytes(1) + bareBytes(2), to: SegmentName.of(firstSequence: 1))
        try folder.write(Array("account_ref".utf8), to: "labels.csv")
        try folder.write([9, 9], to: "events-1.swlog")
        let (entries, reader) = try readAll(folder.path)
        #expect(entries.map(\.commitSequence) == [1, 2, 10])
        #expect(reader.lostEntryCount == 7)
    }

    @Test func entriesAcrossTheEndOfAReadAreWhole() throws {
        let folder = try TemporaryFolder()
        let file = try EventLogFile(path: folder.path + "/log")
        var byteCount = 0
        var sequence: UInt64 = 0
        while byteCount < EventLogLimits.readByteCount + 100_000 {
            sequence += 1
            var builder = EventBuilder()
            try builder.set(.eventType, word: "signup")
            try builder.set(.eventTimeMs, whole: sequence)
            try builder.set(.accountRef, reference: Reference("account-\(sequence)"))
            // Of all lengths, so that entries lie across the end of a read in many ways.
            for _ in 0..<8 {
                let hash = [UInt8](repeating: UInt8(sequence % 251), count: Int(sequence % 61) + 4)
                try builder.add(.prefixMinhash, reference: Reference(hash))
            }
            let event = try builder.build()
            byteCount += 8 * event.prefixMinhash[0].bytes.count
            try file.append(LogEntry(commitSequence: sequence, committedAtMs: 1, content: .observed(event)))
        }
        #expect(folder.entries() != ["log"])
        try file.finish()
        #expect(folder.entries() == ["log"])
        let (entries, reader) = try readAll(folder.path + "/log")
        #expect(reader.byteCount > EventLogLimits.readByteCount)
        #expect(entries.count == Int(sequence))
        #expect(
            entries.allSatisfy { entry in
                guard case .observed(let event) = entry.content else { return false }
                return event.timeMs == Int64(entry.commitSequence)
                    && event.prefixMinhash.last?.bytes.first == UInt8(entry.commitSequence % 251)
            })
    }

    @Test func anUnfinishedFileLeavesNothing() throws {
        let folder = try TemporaryFolder()
        do {
            let file = try EventLogFile(path: folder.path + "/log")
            try file.append(testEntry(1))
        }
        #expect(folder.entries().isEmpty)
    }

    @Test(arguments: [1, 9, 4096, 3 << 20])
    func zerosAtTheEndAreATornTail(count: Int) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bareBytes(1) + [UInt8](repeating: 0, count: count), to: "log")
        let (entries, reader) = try readAll(path)
        #expect(entries.count == 1)
        #expect(reader.tornTail == TornTail(file: path, byteOffset: bareBytes(1).count, byteCount: count))
    }

    @Test func damageIsNamedByFileAndOffset() throws {
        let offset = bareBytes(1).count
        let damaged: [([UInt8], EventLogError.Code)] = [
            ([3, 0xff, 0xff, 0xff] + bareBytes(2), .corrupt),
            ([0, 0, 0] + bareBytes(2), .corrupt),
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1], .corrupt),
            ([0xff, 0xff, 0xff, 0x7f, 1], .corrupt),
            (bareBytes(1), .outOfOrder),
            // Field 99, a varint, of which this program knows nothing.
            ([3, 0x98, 0x06, 0x01], .unsupported),
        ]
        for (bytes, code) in damaged {
            let folder = try TemporaryFolder()
            let path = try folder.write(bareBytes(1) + bytes, to: "log")
            let error = #expect(throws: EventLogError.self) { try readAll(path) }
            #expect(error?.code == code)
            #expect(error?.file == path)
            #expect(error?.byteOffset == offset)
            #expect(error?.description.contains("log@\(offset)") == true)
        }
    }

    @Test func anUnfinishedEntryInAnEarlierSegmentIsDamage() throws {
        let folder = try TemporaryFolder()
        try folder.write(bareBytes(1) + bareBytes(2).dropLast(), to: SegmentName.of(firstSequence: 1))
        try folder.write(bareBytes(3), to: SegmentName.of(firstSequence: 3))
        let error = #expect(throws: EventLogError.self) { try readAll(folder.path) }
        #expect(error?.code == .corrupt)
        #expect(error?.byteOffset == bareBytes(1).count)
    }

    @Test func whatIsNotThereIsNamed() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path, folder.path + "/none"] {
            let error = #expect(throws: EventLogError.self) { try EventLogReader(path: path) }
            #expect(error?.code == .cannotRead)
            #expect(error?.file == path)
        }
    }
}
