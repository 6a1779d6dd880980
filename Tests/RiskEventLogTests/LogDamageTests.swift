import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

/// Damage is found wherever it is, and told from what a crash leaves.
@Suite struct LogDamageTests {
    private func failure(_ path: String) -> EventLogError? {
        do {
            _ = try readAll(path)
            return nil
        } catch {
            return error as? EventLogError
        }
    }

    @Test func everyFlippedBitIsFoundAndNamed() throws {
        let folder = try TemporaryFolder()
        let sound = segmentBytes(1...3)
        let ends = (1...3 as ClosedRange<UInt64>).map { segmentBytes(1...$0).count }
        let path = "\(folder.path)/\(SegmentName.of(firstSequence: 1))"
        for bit in 0..<8 * sound.count {
            var bytes = sound
            bytes[bit / 8] ^= 1 << (bit % 8)
            try folder.write(bytes, to: SegmentName.of(firstSequence: 1))
            guard let error = failure(folder.path) else {
                Issue.record("bit \(bit) was not found")
                continue
            }
            let entry = bit / 8 < SegmentHeader.byteCount ? 0 : ends.firstIndex { bit / 8 < $0 }! + 1
            #expect(error.code == .corrupt && error.file == path, "bit \(bit): \(error)")
            #expect(error.byteOffset == (entry < 2 ? entry * SegmentHeader.byteCount : ends[entry - 2]), "bit \(bit)")
            #expect(error.entryNumber == (entry == 0 ? nil : entry), "bit \(bit)")
            #expect(error.message.contains("expected") && error.message.contains("found"), "bit \(bit): \(error)")
            #expect(error.description.contains("stillwatch events --salvage"))
            // Nor is anything written behind it, or cut off it.
            #expect(throws: EventLogError.self) { try EventLogWriter.open(directory: folder.path) }
            #expect(try folder.read(SegmentName.of(firstSequence: 1)) == bytes)
        }
    }

    @Test func twoFlippedBitsOfOneEntryAreFound() throws {
        let folder = try TemporaryFolder()
        let sound = segmentBytes(1...3)
        for seed in 1...500 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var bytes = sound
            let bits = (0..<8 * sound.count).shuffledPair(using: &generator)
            for bit in [bits.0, bits.1] { bytes[bit / 8] ^= 1 << (bit % 8) }
            #expect(failure(try folder.write(bytes, to: "log"))?.code == .corrupt, "seed \(seed)")
        }
    }

    @Test func theMessageHasBothChecksums() throws {
        let folder = try TemporaryFolder()
        var bytes = segmentBytes(1...3)
        let offset = segmentBytes(1...2).count
        bytes[offset + EntryHead.byteCount] ^= 1
        let entry = Array(bytes[(offset + EntryHead.byteCount)...])
        let path = try folder.write(bytes, to: "log")
        let expected = checksumText(CRC32C.checksum(of: entryBytes(3)))
        let found = checksumText(CRC32C.checksum(of: entry))
        #expect(
            failure(path)?.description.hasPrefix(
                "corrupt [\(path)@\(offset), entry 3]: expected an entry with checksum \(expected), found \(found); put"
            )
                == true)
    }

    @Test func aNewerFileIsRefusedWithBothVersions() throws {
        let folder = try TemporaryFolder()
        var header = SegmentHeader().bytes
        header[8] = 7
        let path = try folder.write(header.withOwnChecksum + framedBytes(1), to: "log")
        let error = failure(path)
        #expect(error?.code == .unsupported)
        #expect(error?.message == "expected a file of version 1 or 2, found 7")
        #expect(error?.remedy == "use the program that wrote it or a later one")
    }

    @Test func entriesThatChangedPlacesAreFound() throws {
        let folder = try TemporaryFolder()
        let bytes = SegmentHeader().bytes + framedBytes(1) + framedBytes(3) + framedBytes(2)
        let error = failure(try folder.write(bytes, to: "log"))
        #expect(error?.code == .outOfOrder && error?.entryNumber == 3)
    }

    @Test(arguments: [1, 11, 12, 24, 4096, 3 << 20])
    func zerosAtTheEndAreATornTail(count: Int) throws {
        let folder = try TemporaryFolder()
        let zeros = [UInt8](repeating: 0, count: count)
        let path = try folder.write(segmentBytes(1...2) + zeros, to: "log")
        #expect(try readAll(path).reader.tornTail?.byteCount == count)
        #expect(try readAll(path).reader.tornTail?.byteOffset == segmentBytes(1...2).count)
        #expect(try readAll(try folder.write(zeros, to: "log")).reader.tornTail?.byteCount == count)
        // Zeros with something behind them are none.
        if count >= EntryHead.byteCount {
            #expect(failure(try folder.write(segmentBytes(1...2) + zeros + [1], to: "log"))?.code == .corrupt)
        }
    }

    @Test func oldAndNewSegmentsAreOneLog() throws {
        let folder = try TemporaryFolder()
        try folder.write(bareBytes(1) + bareBytes(2), to: SegmentName.of(firstSequence: 1))
        try folder.write(segmentBytes(3...4), to: SegmentName.of(firstSequence: 3))
        try folder.write(bareBytes(5), to: SegmentName.of(firstSequence: 5))
        let writer = try EventLogWriter.open(directory: folder.path)
        writer.append(sequence: 6, bytes: entryBytes(6))
        writer.close()
        #expect(try folder.read(SegmentName.of(firstSequence: 5)) == bareBytes(5), "an old file stays as it is")
        #expect(try folder.read(SegmentName.of(firstSequence: 6)) == segmentBytes(6...6))
        let (entries, reader) = try readAll(folder.path)
        #expect(entries.map(\.commitSequence) == Array(1...6))
        #expect(reader.lostEntryCount == 0 && reader.readByteCount == reader.byteCount)

        // From any place on, whatever the file.
        for count in 0...6 {
            let first = try EventLogReader(path: folder.path)
            for _ in 0..<count { _ = try first.next() }
            let second = try EventLogReader(at: first.place)
            var sequences: [UInt64] = []
            while let entry = try second.next() { sequences.append(entry.commitSequence) }
            #expect(sequences == Array((1...6).dropFirst(count)))
            #expect(second.readByteCount == reader.byteCount)
        }
    }
}

extension [UInt8] {
    /// A header whose last four bytes are made to fit the others.
    fileprivate var withOwnChecksum: [UInt8] {
        let checksum = CRC32C.checksum(of: Array(self[..<20]))
        return Array(self[..<20]) + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
    }
}

extension Range<Int> {
    /// Two different numbers of the range.
    fileprivate func shuffledPair(using generator: inout SeededGenerator) -> (Int, Int) {
        let first = Int.random(in: self, using: &generator)
        let second = Int.random(in: lowerBound..<upperBound - 1, using: &generator)
        return (first, second < first ? second : second + 1)
    }
}
