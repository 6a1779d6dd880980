/// Finds slot numbers by 64-bit keys that are hashes already.
///
/// Many small open-addressed tables, the key's upper bits choosing one. Their number is fixed by the capacity, and each
/// grows by itself from nothing to a few hundred entries: no operation ever moves more than one small table, a
/// microsecond or two, where one big table would stand still for seconds. An entry holds 32 bits of the key beside its
/// slot, so growing and removing never look at the slots. 12 to 23 bytes a key once more than a few are in.
struct SlotIndex: Sendable {
    /// So many keys a part when full. Parts of 512 places then never need to double: that is 5 deviations below 7/8.
    private static let keysPerPart = 352
    private static let smallestPart = 8

    /// What is needed of a part besides its places, kept apart: a part's own header would be one more line of memory to
    /// wait for.
    private struct PartState: Sendable {
        /// Its places less 1; -1 without any.
        var mask: Int32 = -1
        var count: UInt32 = 0
    }

    /// An entry is the key's lower 32 bits and, below, its slot + 1; 0 is an empty place.
    private var parts: [[UInt64]]
    private var states: [PartState]
    /// How many keys are in.
    private(set) var count = 0

    /// - Parameter capacity: For how many keys it is meant. More fit in, at a growing cost.
    init(capacity: Int) {
        let partCount = max(1, (capacity + Self.keysPerPart - 1) / Self.keysPerPart)
        parts = Array(repeating: [], count: partCount)
        states = Array(repeating: PartState(), count: partCount)
    }

    /// The slot of a key: the first with matching bits that `isItsSlot` accepts.
    @inline(__always)
    func slot(of key: UInt64, where isItsSlot: (Int) -> Bool) -> Int? {
        let part = part(of: key)
        let mask = Int(states[part].mask)
        guard mask >= 0 else { return nil }
        let tag = UInt32(truncatingIfNeeded: key)
        return parts[part].withUnsafeBufferPointer { places in
            // Places are as many as the state says, and the mask keeps within them: no need to read the header.
            guard let places = places.baseAddress else { return nil }
            var place = Int(tag) & mask
            while true {
                let entry = places[place]
                if entry == 0 { return nil }
                if Self.tag(entry) == tag, isItsSlot(Self.slot(entry)) { return Self.slot(entry) }
                place = (place + 1) & mask
            }
        }
    }

    /// The first slot with matching bits: almost always the key's, if it is in.
    @inline(__always)
    func likelySlot(of key: UInt64) -> Int? { slot(of: key) { _ in true } }

    /// Asks for the memory where the key would be.
    @inline(__always)
    func prefetch(_ key: UInt64) {
        let part = part(of: key)
        let mask = Int(states[part].mask)
        if mask >= 0 { Prefetch.element(Int(UInt32(truncatingIfNeeded: key)) & mask, in: parts[part]) }
    }

    /// Adds a key that is not in.
    mutating func insert(_ key: UInt64, slot: Int) {
        precondition((0..<Int(UInt32.max)).contains(slot), "slot \(slot) is beyond 32 bits")
        let part = part(of: key)
        if (Int(states[part].count) + 1) * 8 > (Int(states[part].mask) + 1) * 7 {
            Self.grow(&parts[part])
            states[part].mask = Int32(parts[part].count - 1)
        }
        Self.put(UInt64(UInt32(truncatingIfNeeded: key)) << 32 | UInt64(slot + 1), into: &parts[part])
        states[part].count += 1
        count += 1
    }

    /// Takes out a key that is in, under its slot. The entries behind it close up, so that nothing is left to clean.
    mutating func remove(_ key: UInt64, slot: Int) {
        let part = part(of: key)
        let mask = parts[part].count - 1
        let tag = UInt32(truncatingIfNeeded: key)
        let entry = UInt64(tag) << 32 | UInt64(slot + 1)
        var hole = Int(tag) & mask
        while parts[part][hole] != entry {
            precondition(parts[part][hole] != 0, "slot \(slot) is not in the index")
            hole = (hole + 1) & mask
        }
        var place = hole
        while true {
            place = (place + 1) & mask
            let next = parts[part][place]
            if next == 0 { break }
            // An entry may move to the hole unless that lies before where it belongs.
            let home = Int(Self.tag(next)) & mask
            if (place - home) & mask >= (place - hole) & mask {
                parts[part][hole] = next
                hole = place
            }
        }
        parts[part][hole] = 0
        states[part].count -= 1
        count -= 1
    }

    @inline(__always)
    private func part(of key: UInt64) -> Int {
        Int(key.multipliedFullWidth(by: UInt64(parts.count)).high)
    }

    private static func grow(_ part: inout [UInt64]) {
        var larger = [UInt64](repeating: 0, count: max(smallestPart, 2 * part.count))
        for entry in part where entry != 0 { put(entry, into: &larger) }
        part = larger
    }

    private static func put(_ entry: UInt64, into part: inout [UInt64]) {
        let mask = part.count - 1
        var place = Int(tag(entry)) & mask
        while part[place] != 0 { place = (place + 1) & mask }
        part[place] = entry
    }

    @inline(__always)
    private static func tag(_ entry: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: entry >> 32) }

    @inline(__always)
    private static func slot(_ entry: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: entry)) - 1 }
}
