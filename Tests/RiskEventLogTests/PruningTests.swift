import Dispatch
import Glibc
import RiskCore
import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

@Suite struct PruningTests {
    private static func entry(_ sequence: UInt64, atMs: Int64, _ content: LogEntry.Content) -> LogEntry {
        LogEntry(commitSequence: sequence, committedAtMs: atMs, content: content)
    }

    private static func event(_ sequence: UInt64, atMs: Int64) throws -> LogEntry {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "signup")
        try builder.set(.eventTimeMs, whole: UInt64(atMs))
        try builder.set(.accountRef, reference: Reference("account-\(sequence)"))
        return entry(sequence, atMs: atMs, .observed(try builder.build()))
    }

    private static func label(
        _ sequence: UInt64, atMs: Int64, _ account: String, _ verdict: Label.Verdict = .abusive, until: Int64? = nil
    ) -> LogEntry {
        entry(
            sequence, atMs: atMs,
            .labelled(
                Label(
                    account: Reference(account), verdict: verdict, source: "test", reason: "", knownAtMs: atMs,
                    expiresAtMs: until)))
    }

    private static func session(_ sequence: UInt64, atMs: Int64, capacity: Int, isEmpty: Bool) -> LogEntry {
        entry(
            sequence, atMs: atMs,
            .sessionStarted(
                SessionStart(
                    version: "v", stateWasEmpty: isEmpty, accountCapacity: capacity, identifierCapacity: capacity)))
    }

    private static func write(_ segments: [[LogEntry]], to directory: String) throws {
        for entries in segments {
            let name = SegmentName.of(firstSequence: entries[0].commitSequence)
            let file = try EventLogFile(path: "\(directory)/\(name)")
            for entry in entries { try file.append(entry) }
            try file.finish()
        }
    }

    private static func prune(
        _ directory: String, keepMs: Int64, knownMs: Int64? = nil
    ) throws -> EventLogPruning? {
        var pass = PruningPass(directory: directory, keepMs: keepMs, fileSystem: .live)
        return try pass.run(knownMs: knownMs) { false }
    }

    /// Four segments of 100 ms each, with labels of all kinds in the first two.
    private static func smallLog() throws -> [[LogEntry]] {
        [
            [
                session(1, atMs: 1000, capacity: 10, isEmpty: true), try event(2, atMs: 1010),
                label(3, atMs: 1020, "bad"), label(4, atMs: 1030, "withdrawn"),
                label(5, atMs: 1040, "expired", until: 1190),
                label(6, atMs: 1050, "later", until: 1500),
            ],
            [
                try event(7, atMs: 1100), session(8, atMs: 1110, capacity: 20, isEmpty: false),
                label(9, atMs: 1120, "withdrawn", .withdrawn), label(10, atMs: 1130, "bad", .verified),
                try event(11, atMs: 1199),
            ],
            [try event(12, atMs: 1200), label(14, atMs: 1250, "late"), try event(15, atMs: 1299)],
            [try event(16, atMs: 1300), try event(17, atMs: 1390)],
        ]
    }

    @Test func oldSegmentsGoAndLabelsInForceStay() throws {
        let folder = try TemporaryFolder()
        let log = try Self.smallLog()
        try Self.write(log, to: folder.path)
        #expect(try Self.prune(folder.path, keepMs: 250) == nil, "its newest entry is just that old")
        let before = try folder.entries().map { try folder.read($0).count }
        let pruning = try #require(try Self.prune(folder.path, keepMs: 100))
        #expect(pruning.segmentCount == 2 && pruning.throughSequence == 11 && pruning.labelCount == 3)
        #expect(
            folder.entries() == [1, 12, 16].map { SegmentName.of(firstSequence: $0) },
            "what is left has the first segment's name")
        let after = try folder.entries().map { try folder.read($0).count }
        #expect(pruning.byteCount == before.reduce(0, +) - after.reduce(0, +) && pruning.fileCount == 1)

        let (entries, reader) = try readAll(folder.path)
        let session = Self.session(1, atMs: 1110, capacity: 20, isEmpty: true)
        #expect(entries == [session] + [log[0][2], log[0][5], log[1][3]] + log[2] + log[3])
        #expect(reader.prunedThrough == 11 && reader.lostEntryCount == 1, "13 was lost, the others were pruned")
        #expect(try Self.prune(folder.path, keepMs: 100) == nil, "there is nothing more to do")
    }

    @Test func whatIsLeftGoesAlongWithTheNextSegment() throws {
        let folder = try TemporaryFolder()
        let log = try Self.smallLog()
        try Self.write(log, to: folder.path)
        #expect(try Self.prune(folder.path, keepMs: 195, knownMs: 1300)?.segmentCount == 1)
        let second = try Self.prune(folder.path, keepMs: 0, knownMs: 10_000)
        #expect(second?.segmentCount == 2 && second?.throughSequence == 15)
        // "later" has not expired by the end of the last segment that went.
        let labels = [log[0][2], log[0][5], log[1][3], log[2][1]]
        let (entries, reader) = try readAll(folder.path)
        #expect(entries.dropFirst() == (labels + log[3])[...])
        #expect(reader.lostEntryCount == 0 && reader.prunedThrough == 15)
        #expect(try Self.prune(folder.path, keepMs: 0, knownMs: 99_999) == nil, "the last segment is never removed")
    }

    /// A crash at any step leaves a log that reads the same before and after the next start.
    @Test func aCrashAtAnyStepLosesNothing() throws {
        let folder = try TemporaryFolder()
        try Self.write(try Self.smallLog(), to: folder.path)
        let sound = try readAll(folder.path).entries
        let second = try folder.read(SegmentName.of(firstSequence: 7))
        // Before the new file has its name.
        try folder.write([1, 2, 3], to: SegmentName.of(firstSequence: 1) + ".new-4711")
        #expect(try readAll(folder.path).entries == sound)
        try EventLogWriter.open(directory: folder.path).close()
        #expect(folder.entries().count == 4)
        // Before the other segments are gone.
        _ = try Self.prune(folder.path, keepMs: 100)
        let pruned = try readAll(folder.path)
        try folder.write(second, to: SegmentName.of(firstSequence: 7))
        let (entries, reader) = try readAll(folder.path)
        #expect(entries == pruned.entries && reader.byteCount == pruned.reader.byteCount)
        #expect(try EventLogSalvage.run(log: folder.path, to: nil) { _ in }.damageCount == 0)
        let writer = try EventLogWriter.open(directory: folder.path)
        writer.close()
        #expect(folder.entries().count == 3)
        #expect(writer.footprint.segmentCount == 3 && writer.footprint.byteCount == reader.byteCount)
        #expect(try readAll(folder.path).entries == pruned.entries)
    }

    /// Who reads while the log is pruned hears of it rather than missing entries.
    @Test func aReaderOfAPrunedLogIsTold() throws {
        let folder = try TemporaryFolder()
        try Self.write(try Self.smallLog(), to: folder.path)
        let reader = try EventLogReader(path: folder.path)
        #expect(try reader.next()?.commitSequence == 1)
        _ = try Self.prune(folder.path, keepMs: 100)
        for sequence in 2...6 as ClosedRange<UInt64> { #expect(try reader.next()?.commitSequence == sequence) }
        let error = #expect(throws: EventLogError.self) { try reader.next() }
        #expect(error?.code == .cannotRead && error?.message.contains("pruned meanwhile") == true)
    }

    @Test func damageIsNotPrunedAway() throws {
        let folder = try TemporaryFolder()
        try Self.write(try Self.smallLog(), to: folder.path)
        let name = SegmentName.of(firstSequence: 7)
        var bytes = try folder.read(name)
        bytes[bytes.count / 2] ^= 1
        try folder.write(bytes, to: name)
        let names = folder.entries()
        let error = #expect(throws: EventLogError.self) { try Self.prune(folder.path, keepMs: 0) }
        #expect(error?.code == .corrupt)
        #expect(folder.entries() == names)
    }

    /// Random logs, pruned in random steps: behind the cut nothing changes, before it stand the labels in force.
    @Test func randomLogsKeepWhatIsInForce() throws {
        for seed in 1...15 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let folder = try TemporaryFolder()
            var sequence: UInt64 = 0
            var timeMs: Int64 = 1000
            var all: [LogEntry] = []
            var through: UInt64 = 0
            for round in 0..<6 {
                var segments: [[LogEntry]] = []
                for _ in 0..<2 {
                    let entries = try (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                        sequence += 1
                        timeMs += .random(in: 0...20, using: &generator)
                        return try Self.randomEntry(sequence, timeMs, &generator)
                    }
                    segments.append(entries)
                }
                try Self.write(segments, to: folder.path)
                all += segments.flatMap(\.self)
                let keepMs = Int64.random(in: 0...300, using: &generator)
                _ = try Self.prune(folder.path, keepMs: keepMs, knownMs: timeMs)
                let (entries, reader) = try readAll(folder.path)
                let kept = all.filter { $0.commitSequence > reader.prunedThrough }
                #expect(entries.suffix(kept.count) == kept[...], "seed \(seed) round \(round)")
                #expect(reader.lostEntryCount == 0, "seed \(seed) round \(round)")
                let gone = all.filter { $0.commitSequence <= reader.prunedThrough }
                let new = gone.filter { $0.commitSequence > through }
                #expect(new.allSatisfy { $0.committedAtMs < timeMs - keepMs }, "seed \(seed) round \(round)")
                through = reader.prunedThrough
                let expected = Self.inForce(gone, atMs: gone.map(\.committedAtMs).max() ?? 0)
                let found = Self.inForce(Array(entries.dropLast(kept.count)), atMs: .min)
                #expect(found == expected, "seed \(seed) round \(round)")
            }
        }
    }

    private static func randomEntry(
        _ sequence: UInt64, _ timeMs: Int64, _ generator: inout SeededGenerator
    ) throws -> LogEntry {
        guard sequence > 1 else { return session(1, atMs: timeMs, capacity: 5, isEmpty: true) }
        guard Int.random(in: 0..<3, using: &generator) == 0 else { return try event(sequence, atMs: timeMs) }
        let verdicts: [Label.Verdict] = [.abusive, .abusive, .verified, .legitimate, .withdrawn]
        return label(
            sequence, atMs: timeMs, "a\(Int.random(in: 0..<6, using: &generator))",
            verdicts[Int.random(in: 0..<5, using: &generator)],
            until: Bool.random(using: &generator) ? timeMs + .random(in: 1...400, using: &generator) : nil)
    }

    /// The last label of each account that is neither withdrawn nor past.
    private static func inForce(_ entries: [LogEntry], atMs timeMs: Int64) -> [Reference: Label] {
        var labels: [Reference: Label] = [:]
        for case .labelled(let label) in entries.map(\.content) { labels[label.account] = label }
        return labels.filter { $0.value.verdict != .withdrawn && $0.value.expiresAtMs ?? .max > timeMs }
    }

    @Test func aFullSegmentIsFollowedByPruning() throws {
        let folder = try TemporaryFolder()
        var options = EventLogWriter.Options()
        options.segmentByteLimit = 1000
        options.keep = .milliseconds(200)
        let prunings = Shared<[EventLogPruning]>([])
        let bell = DispatchSemaphore(value: 0)
        options.pruningReport = { result in
            guard case .success(let pruning) = result else { return }
            prunings.update { $0.append(pruning) }
            bell.signal()
        }
        let writer = try EventLogWriter.open(directory: folder.path, options: options)
        var sequence: UInt64 = 0
        // Entries are 10 ms apart and some thirty fit into a segment.
        while writer.counters.prunedSegments < 3 {
            for _ in 0..<200 {
                sequence += 1
                writer.append(sequence: sequence, bytes: entryBytes(sequence))
            }
            bell.wait()
        }
        writer.close()
        let (entries, reader) = try readAll(folder.path)
        let through = try #require(prunings.value.last).throughSequence
        #expect(reader.prunedThrough == through && reader.lostEntryCount == 0)
        #expect(entries.map(\.commitSequence) == [1] + Array(through + 1...sequence))
        #expect(writer.footprint.segmentCount == folder.entries().count)
        #expect(writer.footprint.byteCount == reader.byteCount)
        #expect(writer.counters.prunedSegments == UInt64(prunings.value.reduce(0) { $0 + $1.segmentCount }))
        #expect(writer.counters.pruningErrors == 0)

        // And at a start, against the newest entry there is.
        options.keep = .zero
        let secondBell = DispatchSemaphore(value: 0)
        options.pruningReport = { _ in secondBell.signal() }
        let again = try EventLogWriter.open(directory: folder.path, options: options)
        again.prune()
        secondBell.wait()
        again.close()
        #expect(folder.entries().count == 2)
    }
}
