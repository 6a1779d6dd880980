import Glibc
import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

@Suite struct EventLogSalvageTests {
    private typealias Loss = EventLogSalvage.Loss

    private func salvage(
        _ folder: TemporaryFolder, _ log: String, to copy: String? = nil
    ) throws -> (losses: [Loss], summary: EventLogSalvage.Summary) {
        var losses: [Loss] = []
        let summary = try EventLogSalvage.run(log: log, to: copy) { losses.append($0) }
        return (losses, summary)
    }

    @Test func oneFlippedBitCostsOneEntry() throws {
        let folder = try TemporaryFolder()
        let sound = segmentBytes(1...3)
        let ends = [SegmentHeader.byteCount] + (1...3 as ClosedRange<UInt64>).map { segmentBytes(1...$0).count }
        for bit in 0..<8 * sound.count {
            var bytes = sound
            bytes[bit / 8] ^= 1 << (bit % 8)
            let path = try folder.write(bytes, to: "log")
            let (losses, summary) = try salvage(folder, path)
            let part = ends.firstIndex { bit / 8 < $0 }!
            let start = part == 0 ? 0 : ends[part - 1]
            #expect(losses.count == 1 && losses[0].damage != nil, "bit \(bit)")
            #expect(losses[0].byteOffset == start && losses[0].byteCount == ends[part] - start, "bit \(bit)")
            #expect(summary.entryCount == (part == 0 ? 3 : 2) && summary.damageCount == 1, "bit \(bit)")
        }
    }

    @Test func theCopyHasAllWholeEntriesInTheSameFiles() throws {
        let folder = try TemporaryFolder()
        let damaged = bareBytes(4) + [2, 0xff, 0xff] + bareBytes(5) + [0xff, 0xff, 0xff, 0x7f] + bareBytes(6)
        var checked = segmentBytes(7...20)
        let (start, end) = (segmentBytes(7...9).count, segmentBytes(7...11).count)
        for index in start..<end { checked[index] = UInt8(truncatingIfNeeded: index) }
        try folder.write(segmentBytes(1...3), to: SegmentName.of(firstSequence: 1))
        try folder.write(damaged, to: SegmentName.of(firstSequence: 4))
        try folder.write(checked + framedBytes(3) + framedBytes(21).dropLast(), to: SegmentName.of(firstSequence: 7))
        let place = try TemporaryFolder()
        let copy = place.path
        #expect(rmdir(copy) == 0)
        let (losses, summary) = try salvage(folder, folder.path, to: copy)
        #expect(losses.map { $0.damage == nil } == [false, false, false, false, true])
        #expect(losses[1].byteCount == 4 + bareBytes(6).count, "behind a damaged length everything is lost")
        #expect(losses[2].byteOffset == start && losses[2].byteCount == end - start)
        #expect(losses[3].damage == "expected a commit sequence above 20, found 3")
        #expect(summary.entryCount == 17 && summary.checkedEntryCount == 15 && summary.damageCount == 4)
        #expect(summary.firstSequence == 1 && summary.lastSequence == 20 && summary.fileCount == 3)
        let (entries, reader) = try readAll(copy)
        #expect(entries.map(\.commitSequence) == [1, 2, 3, 4, 5, 7, 8, 9] + Array(12...20))
        #expect(reader.lostEntryCount == 3 && reader.tornTail == nil)
        let names = [1, 4, 7].map { SegmentName.of(firstSequence: $0) }
        #expect(try SegmentName.list(directory: copy) == names)
        let again = try salvage(folder, copy)
        #expect(again.losses.isEmpty && again.summary.checkedEntryCount == 17)
    }

    /// Any damage at all: what comes back was written, and whatever a reader stops at is named.
    @Test func randomDamageInventsNothing() throws {
        let folder = try TemporaryFolder()
        let sound = segmentBytes(1...12)
        for seed in 1...150 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var bytes = sound
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                let end = min(bytes.count, start + Int.random(in: 1...60, using: &generator))
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: for index in start..<end { bytes[index] = UInt8(truncatingIfNeeded: generator.next()) }
                case 1: for index in start..<end { bytes[index] = 0 }
                case 2: bytes.removeSubrange(start..<end)
                default: bytes.insert(contentsOf: bytes[start..<end], at: start)
                }
                if bytes.isEmpty { bytes = [1] }
            }
            let log = try folder.write(bytes, to: SegmentName.of(firstSequence: 1))
            let copy = "\(folder.path)/copy-\(seed)"
            let (losses, summary) = try salvage(folder, log, to: copy)
            let entries = summary.entryCount == 0 ? [] : try readAll(copy).entries
            #expect(entries.count == summary.entryCount, "seed \(seed)")
            #expect(entries.allSatisfy { $0 == testEntry($0.commitSequence) }, "seed \(seed)")
            // A reader that stops at damage stops before the first loss.
            var readCount = 0
            var isSound = false
            do {
                let reader = try EventLogReader(path: log)
                while let entry = try reader.next() {
                    readCount += 1
                    #expect(entry == entries[readCount - 1], "seed \(seed)")
                }
                isSound = reader.tornTail == nil
            } catch {
                #expect(error.code == .corrupt || error.code == .outOfOrder, "seed \(seed): \(error)")
            }
            #expect(losses.isEmpty == isSound, "seed \(seed)")
            unlink(copy)
        }
    }

    @Test func whatStandsThereAlreadyIsLeftAlone() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(segmentBytes(1...3), to: "log")
        let other = try folder.write("precious", to: "other")
        let error = #expect(throws: EventLogError.self) { try salvage(folder, path, to: other) }
        #expect(error?.code == .cannotWrite && error?.file == other)
        #expect(try folder.read("other") == Array("precious".utf8))
    }

    @Test func whatANewerProgramWroteIsNotLeftOut() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(SegmentHeader().bytes + EntryHead.framed([0x98, 0x06, 0x01]), to: "log")
        let error = #expect(throws: EventLogError.self) { try salvage(folder, path) }
        #expect(error?.code == .unsupported)
    }
}
