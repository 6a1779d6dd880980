/// How many different members there are, once they are too many to remember each: a whole number that never falls.
///
/// Those counted before it began are not in the sketch. One of them that was forgotten and returns is taken for
/// another, once: the count can be too high by `before` at most, beyond the sketch's own error.
struct DistinctCount: Sendable {
    private let before: Int
    private var sketch = HyperLogLog()

    /// - Parameter before: How many were counted, each once, before any is added here.
    init(before: Int) {
        self.before = before
    }

    /// How many there are; at least as many as ever before.
    var count: Int { before + Int(sketch.estimate.rounded()) }

    /// ``count``, and remembers it.
    mutating func rememberedCount() -> Int {
        sketch.rememberEstimate()
        return count
    }

    /// Adds a member by its ``StableHash``. Adding it again changes nothing.
    mutating func add(_ hash: UInt64) { sketch.add(hash) }

    /// Whether a member may be among those added: true for each of them, and for more and more others.
    func mayContain(_ hash: UInt64) -> Bool { sketch.mayContain(hash) }
}
