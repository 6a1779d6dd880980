/// A hash table of bounded size that forgets what was touched longest ago.
///
/// Slots live in one array and form a list in order of last touch, so that every operation is O(1) and what is
/// forgotten depends only on the order of touches, never on hash values: a replay forgets the same.
struct RecencyTable<Value: Sendable>: Sendable {
    private struct Slot: Sendable {
        var key: UInt64
        var value: Value
        var newer: Int32
        var older: Int32
    }

    private static var none: Int32 { -1 }

    let capacity: Int
    private var slots: [Slot] = []
    private var free: [Int32] = []
    private var index: [UInt64: Int32] = [:]
    private var newest = RecencyTable.none
    private var oldest = RecencyTable.none
    /// Entries forgotten because the table was full.
    private(set) var evictionCount = 0

    init(capacity: Int) {
        precondition((1...Int(Int32.max)).contains(capacity), "a table holds 1 to \(Int32.max), asked for \(capacity)")
        self.capacity = capacity
    }

    var count: Int { index.count }

    /// The value under a key, without touching it.
    subscript(key: UInt64) -> Value? {
        index[key].map { slots[Int($0)].value }
    }

    /// The key and value that were touched longest ago.
    var stalest: (key: UInt64, value: Value)? {
        oldest == Self.none ? nil : (slots[Int(oldest)].key, slots[Int(oldest)].value)
    }

    /// All keys, the one touched longest ago first.
    var keysFromOldest: [UInt64] {
        var keys: [UInt64] = []
        var slot = oldest
        while slot != Self.none {
            keys.append(slots[Int(slot)].key)
            slot = slots[Int(slot)].newer
        }
        return keys
    }

    /// Changes the value under a key without touching it; does nothing if there is none.
    mutating func modify(_ key: UInt64, _ body: (inout Value) -> Void) {
        guard let slot = index[key] else { return }
        body(&slots[Int(slot)].value)
    }

    /// Touches a key, inserting a value if there is none, and changes it. A full table forgets its stalest entry first.
    @discardableResult
    mutating func touch<Result>(
        _ key: UInt64, inserting initial: @autoclosure () -> Value, _ body: (inout Value) -> Result
    ) -> Result {
        if let slot = index[key] {
            unlink(slot)
            linkAsNewest(slot)
            return body(&slots[Int(slot)].value)
        }
        if index.count == capacity, let stalest {
            remove(stalest.key)
            evictionCount += 1
        }
        let entry = Slot(key: key, value: initial(), newer: Self.none, older: Self.none)
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            slots[Int(slot)] = entry
        } else {
            slot = Int32(slots.count)
            slots.append(entry)
        }
        index[key] = slot
        linkAsNewest(slot)
        return body(&slots[Int(slot)].value)
    }

    /// Forgets a key.
    mutating func remove(_ key: UInt64) {
        guard let slot = index.removeValue(forKey: key) else { return }
        unlink(slot)
        free.append(slot)
    }

    private mutating func unlink(_ slot: Int32) {
        let (newer, older) = (slots[Int(slot)].newer, slots[Int(slot)].older)
        if newer == Self.none { newest = older } else { slots[Int(newer)].older = older }
        if older == Self.none { oldest = newer } else { slots[Int(older)].newer = newer }
    }

    private mutating func linkAsNewest(_ slot: Int32) {
        slots[Int(slot)].newer = Self.none
        slots[Int(slot)].older = newest
        if newest == Self.none { oldest = slot } else { slots[Int(newest)].newer = slot }
        newest = slot
    }
}
