internal import Synchronization

/// A count that any thread can raise.
final class Counter: Sendable {
    private let value = Atomic<UInt64>(0)

    func add(_ amount: UInt64 = 1) { value.wrappingAdd(amount, ordering: .relaxed) }

    var current: UInt64 { value.load(ordering: .relaxed) }
}

/// Counts by a closed list of words, so that no caller can make a label.
final class LabelledCounter<Label: Hashable & Sendable>: Sendable {
    private let counters: [Label: Counter]
    private let order: [Label]

    init(_ labels: [Label]) {
        order = labels
        counters = Dictionary(uniqueKeysWithValues: labels.map { ($0, Counter()) })
    }

    subscript(label: Label) -> Counter {
        guard let counter = counters[label] else { preconditionFailure("no counter for \(label)") }
        return counter
    }

    var all: [(label: Label, value: UInt64)] { order.map { ($0, self[$0].current) } }
}
