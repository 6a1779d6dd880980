internal import Synchronization

/// A count that any thread can raise.
final class Counter: Sendable {
    private let value = Atomic<UInt64>(0)

    func add(_ amount: UInt64 = 1) { value.wrappingAdd(amount, ordering: .relaxed) }

    var current: UInt64 { value.load(ordering: .relaxed) }
}

/// A label out of a closed list whose members are numbered without gaps.
protocol CounterLabel: Sendable {
    /// All labels; the label at index i has the ``counterIndex`` i.
    static var counterLabels: [Self] { get }
    /// From 0.
    var counterIndex: Int { get }
}

/// Counts by a closed list of labels, so that no caller can make one. Raising a count costs no look-up.
final class LabelledCounter<Label: CounterLabel>: Sendable {
    private let counters: [Counter] = Label.counterLabels.map { _ in Counter() }

    subscript(label: Label) -> Counter { counters[label.counterIndex] }

    var all: [(label: Label, value: UInt64)] { Label.counterLabels.map { ($0, self[$0].current) } }
}
