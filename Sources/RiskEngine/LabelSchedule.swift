public import RiskCore

/// Labels from a file, released in a replay when they became known and never before.
public struct LabelSchedule: Sendable {
    private let labels: [Label]
    private var next = 0

    /// Takes labels in any order; those known at the same moment keep their order.
    public init(_ labels: [Label]) {
        self.labels = labels.enumerated().sorted {
            ($0.element.knownAtMs, $0.offset) < ($1.element.knownAtMs, $1.offset)
        }
        .map(\.element)
    }

    /// The labels that became known up to a moment and were not released yet.
    public mutating func due(atMs timeMs: Int64) -> ArraySlice<Label> {
        let start = next
        while next < labels.count, labels[next].knownAtMs <= timeMs { next += 1 }
        return labels[start..<next]
    }
}
