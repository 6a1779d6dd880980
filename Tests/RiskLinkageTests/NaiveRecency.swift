/// A recency table as one would write it on a whiteboard: a list, the stalest entry first.
struct NaiveRecency {
    let capacity: Int
    private(set) var entries: [(key: UInt64, value: [Int])] = []
    private(set) var evictionCount = 0

    init(capacity: Int) { self.capacity = capacity }

    subscript(key: UInt64) -> [Int]? { entries.first { $0.key == key }?.value }

    mutating func touch(_ key: UInt64, adding number: Int) {
        var value: [Int] = []
        if let place = entries.firstIndex(where: { $0.key == key }) {
            value = entries.remove(at: place).value
        } else if entries.count == capacity {
            entries.removeFirst()
            evictionCount += 1
        }
        entries.append((key, value + [number]))
    }

    mutating func modify(_ key: UInt64, adding number: Int) {
        if let place = entries.firstIndex(where: { $0.key == key }) { entries[place].value.append(number) }
    }

    mutating func remove(_ key: UInt64) { entries.removeAll { $0.key == key } }
}
