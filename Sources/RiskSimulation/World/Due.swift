/// What is due next: an account's event, or a nursery's birth for a slot below 0.
struct Due: Comparable, Sendable {
    let timeMs: Int64
    let order: UInt64
    let slot: Int32

    static func < (left: Self, right: Self) -> Bool { (left.timeMs, left.order) < (right.timeMs, right.order) }
    static func == (left: Self, right: Self) -> Bool { (left.timeMs, left.order) == (right.timeMs, right.order) }
}
