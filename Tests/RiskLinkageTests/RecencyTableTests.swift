import TestSupport
import Testing

@testable import RiskLinkage

@Suite struct RecencyTableTests {
    /// Keys as they come (hashes), keys that all fall into one part, and keys that agree in the bits an index keeps.
    enum Keys: CaseIterable {
        case hashed, small, sameTag

        func key(_ number: Int) -> UInt64 {
            switch self {
            case .hashed:
                var generator = SeededGenerator(seed: UInt64(number))
                return generator.next()
            case .small: return UInt64(number)
            case .sameTag: return UInt64(number) << 32 | 7
            }
        }
    }

    private func expectSame(_ table: RecencyTable<[Int]>, _ naive: NaiveRecency, _ place: String) {
        #expect(table.count == naive.entries.count, "\(place)")
        #expect(table.evictionCount == naive.evictionCount, "\(place)")
        #expect(table.stalest?.key == naive.entries.first?.key, "\(place)")
        #expect(table.stalest?.value == naive.entries.first?.value, "\(place)")
    }

    /// Empties a copy, stalest first: the whole order.
    private func expectSameOrder(_ table: RecencyTable<[Int]>, _ naive: NaiveRecency, _ place: String) {
        var table = table
        for (key, value) in naive.entries {
            #expect(table.stalest?.key == key, "\(place)")
            #expect(table[key] == value, "\(place)")
            table.remove(key)
        }
        #expect(table.count == 0 && table.stalest == nil, "\(place)")
    }

    private func step(
        _ table: inout RecencyTable<[Int]>, _ naive: inout NaiveRecency, _ key: UInt64, _ kind: Int, _ number: Int
    ) {
        switch kind {
        case 0..<6:
            table.touch(key, inserting: []) { $0.append(number) }
            naive.touch(key, adding: number)
        case 6..<8:
            table.modify(key) { $0.append(number) }
            naive.modify(key, adding: number)
        case 8:
            table.remove(key)
            naive.remove(key)
        default:
            let isOver = number.isMultiple(of: 2)
            let removed = table.removeStalest { _ in isOver }
            #expect(removed == (isOver && !naive.entries.isEmpty))
            if let stalest = naive.entries.first?.key, isOver { naive.remove(stalest) }
        }
    }

    @Test(arguments: Keys.allCases, 1...12 as ClosedRange<UInt64>)
    func agreesWithAPlainList(keys: Keys, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let capacity = [1, 2, 7, 40, 90][Int(seed % 5)]
        var table = RecencyTable<[Int]>(capacity: capacity)
        var naive = NaiveRecency(capacity: capacity)
        var copies: [(RecencyTable<[Int]>, NaiveRecency)] = []
        for number in 0..<400 {
            let place = "\(keys) seed \(seed) step \(number)"
            let key = keys.key(Int.random(in: 0..<100, using: &generator))
            if number % 3 == 0 { table.prefetch([key, keys.key(number), keys.key(5)]) }
            step(&table, &naive, key, Int.random(in: 0..<10, using: &generator), number)
            expectSame(table, naive, place)
            #expect(table[key] == naive[key], "\(place)")
            if number % 100 == 50 { copies.append((table, naive)) }
        }
        for (copy, naiveCopy) in copies + [(table, naive)] {
            expectSameOrder(copy, naiveCopy, "\(keys) seed \(seed), at the end")
        }
    }

    /// Past several segments and through every growth of the index, with copies that live on.
    @Test func keepsEveryEntryWhileItGrows() {
        let count = 5000
        var table = RecencyTable<Int>(capacity: count)
        var halfway: RecencyTable<Int>?
        for number in 0..<count {
            table.touch(Keys.hashed.key(number), inserting: number) { _ in }
            if number == count / 2 - 1 { halfway = table }
        }
        table.touch(Keys.hashed.key(count), inserting: count) { _ in }
        halfway?.touch(Keys.hashed.key(0), inserting: -1) { $0 = -2 }
        #expect(table.count == count && table.evictionCount == 1 && table[Keys.hashed.key(0)] == nil)
        #expect((1...count).allSatisfy { table[Keys.hashed.key($0)] == $0 })
        #expect(halfway?.count == count / 2 && halfway?[Keys.hashed.key(0)] == -2)
        #expect((1..<count / 2).allSatisfy { halfway?[Keys.hashed.key($0)] == $0 })
        #expect(halfway?[Keys.hashed.key(count / 2)] == nil)
    }

    @Test func slotsOfForgottenEntriesAreUsedAgain() {
        var table = RecencyTable<Int>(capacity: 50)
        for number in 0..<3000 {
            table.touch(Keys.hashed.key(number), inserting: number) { _ in }
            if number >= 10 { table.remove(Keys.hashed.key(number - 10)) }
        }
        #expect(table.count == 10 && table.evictionCount == 0)
        #expect((2990..<3000).allSatisfy { table[Keys.hashed.key($0)] == $0 })
        #expect(table.stalest?.value == 2990)
    }
}
