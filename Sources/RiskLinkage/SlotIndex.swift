/// Finds slot numbers by 64-bit keys that are hashes already.
///
/// Many small open-addressed tables, the key's upper bits choosing one. Their number is fixed by the capacity, and each
/// grows by itself from nothing to a few hundred entries: no operation ever moves more than one small table, a
/// microsecond or two, where one big table would stand still for seconds. An entry holds 32 bits of the key beside its
/// slot, so growing and removing never look at the slots. 12 to 23 bytes a key once more than a few are in. A copy
/// shares the parts, and the first change to a shared one copies that one alone.
struct SlotIndex: @unchecked Sendable {
    /// One of the small tables. An entry is the key's lower 32 bits and, below, its slot + 1; 0 is an empty place.
    private struct Part {
        /// Belongs to the block of the same number; nil before the first entry.
        var places: UnsafeMutablePointer<UInt64>?
        /// Its places less 1.
        var mask: Int32 = -1
        var count: UInt32 = 0
    }

    /// So many keys a part when full. Parts of 512 places then never need to double: that is 5 deviations below 7/8.
    private static let keysPerPart = 352
    private static let smallestPart = 8

    private var parts: [Part]
    private var blocks: [TableBlock<UInt64>?]
    /// How many keys are in.
    private(set) var count = 0

    /// - Parameter capacity: For how many keys it is meant. More fit in, at a growing cost.
    init(capacity: Int) {
        let partCount = max(1, (capacity + Self.keysPerPart - 1) / Self.keysPerPart)
        parts = Array(repeating: Part(), count: partCount)
        blocks = Array(repeating: nil, count: partCount)
    }

    /// The slot of a key: the first with matching bits that `isItsSlot` accepts.
    @inline(__always)
    func slot(of key: UInt64, where isItsSlot: (Int) -> Bool) -> Int? {
        withExtendedLifetime(blocks) {
            let part = parts[number(of: key)]
            guard let places = part.places else { return nil }
            let (tag, mask) = (UInt32(truncatingIfNeeded: key), Int(part.mask))
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
        let part = parts[number(of: key)]
        guard let places = part.places else { return }
        Prefetch.lines(at: places + (Int(UInt32(truncatingIfNeeded: key)) & Int(part.mask)), count: 1)
    }

    /// Adds a key that is not in.
    mutating func insert(_ key: UInt64, slot: Int) {
        precondition((0..<Int(UInt32.max)).contains(slot), "slot \(slot) is beyond 32 bits")
        let part = number(of: key)
        if (Int(parts[part].count) + 1) * 8 > (Int(parts[part].mask) + 1) * 7 { grow(part) } else { own(part) }
        Self.put(UInt64(UInt32(truncatingIfNeeded: key)) << 32 | UInt64(slot + 1), into: parts[part])
        parts[part].count += 1
        count += 1
    }

    /// Takes out a key that is in, under its slot. The entries behind it close up, so that nothing is left to clean.
    mutating func remove(_ key: UInt64, slot: Int) {
        let part = number(of: key)
        own(part)
        guard let places = parts[part].places else { preconditionFailure("slot \(slot) is in no part of the index") }
        let (tag, mask) = (UInt32(truncatingIfNeeded: key), Int(parts[part].mask))
        let entry = UInt64(tag) << 32 | UInt64(slot + 1)
        var hole = Int(tag) & mask
        while places[hole] != entry {
            precondition(places[hole] != 0, "slot \(slot) is not in the index")
            hole = (hole + 1) & mask
        }
        var place = hole
        while true {
            place = (place + 1) & mask
            let next = places[place]
            if next == 0 { break }
            // An entry may move to the hole unless that lies before where it belongs.
            let home = Int(Self.tag(next)) & mask
            if (place - home) & mask >= (place - hole) & mask {
                places[hole] = next
                hole = place
            }
        }
        places[hole] = 0
        parts[part].count -= 1
        count -= 1
    }

    @inline(__always)
    private func number(of key: UInt64) -> Int {
        Int(key.multipliedFullWidth(by: UInt64(parts.count)).high)
    }

    /// Before a part is changed: it must be nobody else's.
    private mutating func own(_ part: Int) {
        guard !isKnownUniquelyReferenced(&blocks[part]), let copy = blocks[part]?.copy() else { return }
        blocks[part] = copy
        parts[part].places = copy.start
    }

    private mutating func grow(_ part: Int) {
        let old = parts[part]
        let block = TableBlock<UInt64>(repeating: 0, count: max(Self.smallestPart, 2 * (Int(old.mask) + 1)))
        parts[part].places = block.start
        parts[part].mask = Int32(block.capacity - 1)
        if let places = old.places {
            for place in 0...Int(old.mask) where places[place] != 0 { Self.put(places[place], into: parts[part]) }
        }
        // Frees the old places.
        blocks[part] = block
    }

    private static func put(_ entry: UInt64, into part: Part) {
        guard let places = part.places else { preconditionFailure("an entry needs a part with places") }
        let mask = Int(part.mask)
        var place = Int(tag(entry)) & mask
        while places[place] != 0 { place = (place + 1) & mask }
        places[place] = entry
    }

    @inline(__always)
    private static func tag(_ entry: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: entry >> 32) }

    @inline(__always)
    private static func slot(_ entry: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: entry)) - 1 }
}
