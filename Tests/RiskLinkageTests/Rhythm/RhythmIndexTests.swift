import RiskCore
import TestSupport
import Testing

@testable import RiskLinkage

/// The sample and its comparisons.
@Suite struct RhythmIndexTests {
    /// Results against looking at every account's last vector by itself.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func agreesWithComparingOneByOne(seed: UInt64) throws {
        var world = RhythmWorld(seed: seed, dayCount: 30)
        for index in 0..<70 { world.add("h\(index)-", count: 1) }
        world.add("r", count: 9)
        let names = world.names("")
        var index = RhythmIndex()
        var records: [String: RhythmRecord] = [:]
        var checked = 0
        for day in 0..<world.dayCount {
            for (name, event) in try world.events(day: day) {
                let number = UInt64(names.firstIndex(of: name) ?? 0)
                var record = records[name] ?? RhythmRecord()
                index.add(event, account: number, organisation: number, standing: .unlabelled, record: &record)
                records[name] = record
                // Whoever comes last in a block was compared with all that stand there now.
                guard let result = index.takeResults().last, result.account == number else { continue }
                checked += 1
                let own = try #require(record.vector)
                let today = RhythmRecord.day(ofMs: event.timeMs)
                let products = names.filter { $0 != name }.compactMap { other in
                    records[other].flatMap { record in
                        record.vector.map { Self.aged($0, records[other], today: today).dot(own) }
                    }
                }
                let threshold = Int((max(0.5, 2.75 / result.facts.days.squareRoot()) * 127 * 127).rounded())
                #expect(Int(result.facts.twins) == products.count { $0 >= min(threshold, 14_516) }, "seed \(seed)")
                let nearest = products.sorted(by: >).prefix(8).reduce(0, +)
                #expect(abs(result.facts.nearest - Double(max(0, nearest)) / 8 / 16_129) < 1e-3, "seed \(seed)")
            }
        }
        #expect(checked > 10, "seed \(seed): \(checked)")
    }

    /// A vector of some days ago no longer speaks of the days that have taken its oldest ones' places.
    private static func aged(_ vector: RhythmVector, _ record: RhythmRecord?, today: Int) -> RhythmVector {
        var vector = vector
        guard let record else { return vector }
        for day in record.newDays(before: today) { vector[RhythmVector.place(ofDay: day)] = 0 }
        return vector
    }

    /// The same world twice, the second time with an account that is a year ahead now and then, once or many times in
    /// a row.
    @Test(arguments: [1, 40])
    func oneAccountThatRunsAheadEndsNobodysDay(eventsInARow: Int) throws {
        var world = RhythmWorld(seed: 5, dayCount: 30)
        for index in 0..<40 { world.add("h\(index)-", count: 1) }
        let names = world.names("")
        func results(withStray hasStray: Bool) throws -> [Int] {
            var index = RhythmIndex()
            var records: [String: RhythmRecord] = [:]
            var counts: [Int] = []
            for day in 0..<world.dayCount {
                for (place, (name, event)) in try world.events(day: day).enumerated() {
                    for _ in 0..<(hasStray && place % 5 == 2 ? eventsInARow : 0) {
                        var record = records["stray"] ?? RhythmRecord()
                        let stray = try world.event(
                            "stray", atMs: event.timeMs + 365 * RhythmWorld.dayMs, requests: 10)
                        index.add(stray, account: 999, organisation: 999, standing: .unlabelled, record: &record)
                        records["stray"] = record
                    }
                    let number = UInt64(names.firstIndex(of: name) ?? 0)
                    var record = records[name] ?? RhythmRecord()
                    index.add(event, account: number, organisation: number, standing: .unlabelled, record: &record)
                    records[name] = record
                }
                counts.append(index.takeResults().count)
            }
            return counts
        }
        let plain = try results(withStray: false)
        #expect(try results(withStray: true) == plain && plain.reduce(0, +) > 100)
    }

    /// Three accounts are all there are, or five times as many as have to agree.
    @Test(arguments: [3, 40])
    func afterALongGapTheDayIsBelieved(accountCount: Int) throws {
        var world = RhythmWorld(seed: 6, dayCount: 90)
        for index in 0..<accountCount {
            world.add("h\(index)-", count: 1) { day, draw in draw < 0.6 && !(30..<60).contains(day) }
        }
        var index = RhythmIndex()
        var records: [String: RhythmRecord] = [:]
        var late = 0
        for day in 0..<world.dayCount {
            for (name, event) in try world.events(day: day) {
                let number = UInt64(world.names("").firstIndex(of: name) ?? 0)
                var record = records[name] ?? RhythmRecord()
                index.add(event, account: number, organisation: number, standing: .unlabelled, record: &record)
                records[name] = record
            }
            let count = index.takeResults().count
            if day >= 75 { late += count }
        }
        #expect(late > 3 * accountCount)
    }

    @Test func theSampleIsBoundedAndFollowsTheActive() throws {
        var index = RhythmIndex(capacity: 16)
        var records: [Int: RhythmRecord] = [:]
        var world = RhythmWorld(seed: 3, dayCount: 60)
        for number in 0..<100 {
            world.add("a\(number)-", count: 1) { day, draw in draw < 0.6 && (number < 50) == (day < 30) }
        }
        let names = world.names("")
        for day in 0..<60 {
            for (name, event) in try world.events(day: day) {
                let number = names.firstIndex(of: name) ?? 0
                var record = records[number] ?? RhythmRecord()
                index.add(
                    event, account: UInt64(number), organisation: UInt64(number), standing: .unlabelled, record: &record
                )
                records[number] = record
                #expect(index.count <= 16)
            }
        }
        // Those of the second month have taken the places of those of the first.
        let holders = (50..<100).count { number in
            records[number].map { $0.slot >= 0 && index.holds(UInt64(number), at: $0.slot) } ?? false
        }
        #expect(holders == 16)
    }

    /// The vectors that OpenBLAS multiplies are whole and short enough to be exact.
    @Test func vectorsAreOfOneLength() throws {
        var world = RhythmWorld(seed: 4, dayCount: 40)
        for index in 0..<30 { world.add("h\(index)-", count: 1) }
        var index = RhythmIndex()
        var records: [String: RhythmRecord] = [:]
        for day in 0..<40 {
            for (name, event) in try world.events(day: day) {
                var record = records[name] ?? RhythmRecord()
                index.add(
                    event, account: UInt64(records.count + 1), organisation: 1, standing: .unlabelled,
                    record: &record)
                records[name] = record
                guard let vector = record.vector else { continue }
                #expect(abs(Double(vector.dot(vector)).squareRoot() - 127) < 4, "\(name)")
            }
        }
        #expect(MemoryLayout<RhythmRecord>.size <= 192)
    }
}
