/// A hash table of bounded size that forgets what was touched longest ago.
///
/// Slots form a list in order of last touch, so that every operation is O(1) and what is forgotten depends only on the
/// order of touches, never on hash values: a replay forgets the same.
///
/// Slots lie in segments that never grow or move, and keys are found through small parts that grow one by one, so no
/// operation costs more than some tens of microseconds, however large the table. A copy shares all segments and parts;
/// the first change to a shared one copies that one alone. Keys have to be hashes already.
struct RecencyTable<Value: Sendable>: @unchecked Sendable {
    private struct Slot: Sendable {
        var key: UInt64
        var newer: Int32
        /// In a free slot, the next free one.
        var older: Int32
        var value: Value
    }

    private static var none: Int32 { -1 }
    private static var segmentShift: Int { 10 }
    private static var segmentSize: Int { 1 << segmentShift }

    let capacity: Int
    private var segments: [TableBlock<Slot>] = []
    /// The first slot of each segment.
    private var starts: [UnsafeMutablePointer<Slot>] = []
    private var index: SlotIndex
    private var slotCount = 0
    private var newest = RecencyTable.none
    private var oldest = RecencyTable.none
    private var firstFree = RecencyTable.none
    /// Entries forgotten because the table was full.
    private(set) var evictionCount = 0

    init(capacity: Int) {
        precondition((1...Int(Int32.max)).contains(capacity), "a table holds 1 to \(Int32.max), asked for \(capacity)")
        self.capacity = capacity
        index = SlotIndex(capacity: capacity)
        // Room that is not used takes no memory.
        segments.reserveCapacity((capacity + Self.segmentSize - 1) >> Self.segmentShift)
        starts.reserveCapacity((capacity + Self.segmentSize - 1) >> Self.segmentShift)
    }

    var count: Int { index.count }

    /// The value under a key, without touching it.
    subscript(key: UInt64) -> Value? {
        read(key) { copy $0 }
    }

    /// Whether a key is in, without touching or copying it.
    func contains(_ key: UInt64) -> Bool { find(key) != nil }

    /// What is wanted of the value under a key, without touching or copying it; nil if there is none.
    func read<Result>(_ key: UInt64, _ body: (borrowing Value) -> Result) -> Result? {
        find(key).map { read(slot: $0, body) }
    }

    @inline(__always)
    private func read<Result>(slot: Int, _ body: (borrowing Value) -> Result) -> Result {
        withExtendedLifetime(segments) { body(pointer(slot).pointee.value) }
    }

    /// Where a slot lies; it has to be one of those in use, and whoever writes there has to ``own(_:)`` it.
    @inline(__always)
    private func pointer(_ slot: Int) -> UnsafeMutablePointer<Slot> {
        starts[slot >> Self.segmentShift] + (slot & (Self.segmentSize - 1))
    }

    /// Before a slot is changed: its segment must be nobody else's.
    @inline(__always)
    private mutating func own(_ slot: Int) {
        let segment = slot >> Self.segmentShift
        if isKnownUniquelyReferenced(&segments[segment]) { return }
        segments[segment] = segments[segment].copy()
        starts[segment] = segments[segment].start
    }

    /// The key and value that were touched longest ago.
    var stalest: (key: UInt64, value: Value)? {
        oldest == Self.none ? nil : (self[slot: oldest].key, self[slot: oldest].value)
    }

    /// The key that goes when this one is touched; nil if none has to.
    func evicted(byTouching key: UInt64) -> UInt64? { count < capacity || contains(key) ? nil : stalestKey }

    /// The key that was touched longest ago.
    var stalestKey: UInt64? { oldest == Self.none ? nil : self[slot: oldest].key }

    /// Forgets the entry that was touched longest ago if it is over; whether there was one to forget.
    @discardableResult
    mutating func removeStalest(if isOver: (borrowing Value) -> Bool) -> Bool {
        guard oldest != Self.none, read(slot: Int(oldest), isOver) else { return false }
        remove(self[slot: oldest].key)
        return true
    }

    /// All keys, the one touched longest ago first.
    var keysFromOldest: [UInt64] {
        var keys: [UInt64] = []
        var slot = oldest
        while slot != Self.none {
            keys.append(self[slot: slot].key)
            slot = self[slot: slot].newer
        }
        return keys
    }

    /// Asks for the memory of these keys' entries and of their neighbours in the list, so that the waits overlap.
    ///
    /// Changes nothing. Worth it for several keys at a time, before the first of them is read.
    func prefetch(_ keys: some Sequence<UInt64>) {
        for key in keys { index.prefetch(key) }
        let lines = Prefetch.lines(of: Slot.self)
        for key in keys {
            if let slot = index.likelySlot(of: key) { prefetch(Int32(slot), lines: lines) }
        }
        for key in keys { prefetchNeighbours(key) }
    }

    /// Asks for the memory of an entry's neighbours in the list, which is read for it.
    @inline(__always)
    func prefetchNeighbours(_ key: UInt64) {
        guard let slot = index.likelySlot(of: key) else { return }
        let (newer, older) = (pointer(slot).pointee.newer, pointer(slot).pointee.older)
        if newer != Self.none { prefetch(newer, lines: 1) }
        if older != Self.none { prefetch(older, lines: 1) }
    }

    /// The first of two steps for other memory than ``prefetch(_:)`` is for: where the key would be found.
    @inline(__always)
    func prefetchIndex(_ key: UInt64) { index.prefetch(key) }

    /// The second step, some time later: the entry itself.
    @inline(__always)
    func prefetchEntry(_ key: UInt64) {
        if let slot = index.likelySlot(of: key) { prefetch(Int32(slot), lines: Prefetch.lines(of: Slot.self)) }
    }

    /// Changes the value under a key without touching it; does nothing if there is none.
    mutating func modify(_ key: UInt64, _ body: (inout Value) -> Void) {
        guard let slot = find(key) else { return }
        body(&self[slot: Int32(slot)].value)
    }

    /// Touches a key that is in; else does nothing.
    mutating func renew(_ key: UInt64) {
        guard let found = find(key), newest != Int32(found) else { return }
        unlink(Int32(found))
        linkAsNewest(Int32(found))
    }

    /// Touches a key, inserting a value if there is none, and changes it. A full table forgets its stalest entry first.
    @discardableResult
    mutating func touch<Result>(
        _ key: UInt64, inserting initial: @autoclosure () -> Value, _ body: (inout Value) -> Result
    ) -> Result {
        if let found = find(key) {
            let slot = Int32(found)
            if slot != newest {
                unlink(slot)
                linkAsNewest(slot)
            }
            return body(&self[slot: slot].value)
        }
        if count == capacity { evict() }
        let slot = store(Slot(key: key, newer: Self.none, older: Self.none, value: initial()))
        index.insert(key, slot: Int(slot))
        linkAsNewest(slot)
        return body(&self[slot: slot].value)
    }

    /// Forgets the entry that was touched longest ago, and asks for the memory that the next eviction will need.
    private mutating func evict() {
        remove(self[slot: oldest].key)
        evictionCount += 1
        guard oldest != Self.none else { return }
        let next = pointer(Int(oldest))
        index.prefetch(next.pointee.key)
        if next.pointee.newer != Self.none { prefetch(next.pointee.newer, lines: 1) }
    }

    /// Forgets a key.
    mutating func remove(_ key: UInt64) {
        guard let found = find(key) else { return }
        let slot = Int32(found)
        index.remove(key, slot: found)
        unlink(slot)
        self[slot: slot].older = firstFree
        firstFree = slot
    }

    @inline(__always)
    private func find(_ key: UInt64) -> Int? {
        withExtendedLifetime(segments) { index.slot(of: key) { pointer($0).pointee.key == key } }
    }

    private subscript(slot slot: Int32) -> Slot {
        @inline(__always)
        get { withExtendedLifetime(segments) { pointer(Int(slot)).pointee } }
        @inline(__always)
        _modify {
            own(Int(slot))
            yield &pointer(Int(slot)).pointee
        }
    }

    @inline(__always)
    private func prefetch(_ slot: Int32, lines: Int) {
        Prefetch.lines(at: pointer(Int(slot)), count: lines)
    }

    /// Puts an entry into a free slot, or into a new one behind the last.
    private mutating func store(_ entry: Slot) -> Int32 {
        if firstFree != Self.none {
            let slot = firstFree
            firstFree = self[slot: slot].older
            self[slot: slot] = entry
            return slot
        }
        let slot = slotCount
        if slot & (Self.segmentSize - 1) == 0 {
            // All at once, for a segment never to move.
            let segment = TableBlock<Slot>(capacity: Self.segmentSize)
            segments.append(segment)
            starts.append(segment.start)
        }
        own(slot)
        segments[slot >> Self.segmentShift].append(entry)
        slotCount += 1
        return Int32(slot)
    }

    private mutating func unlink(_ slot: Int32) {
        let (newer, older) = (self[slot: slot].newer, self[slot: slot].older)
        if newer == Self.none { newest = older } else { self[slot: newer].older = older }
        if older == Self.none { oldest = newer } else { self[slot: older].newer = newer }
    }

    private mutating func linkAsNewest(_ slot: Int32) {
        self[slot: slot].newer = Self.none
        self[slot: slot].older = newest
        if newest == Self.none { oldest = slot } else { self[slot: newest].newer = slot }
        newest = slot
    }
}
