import Glibc
import RiskCore

/// The link state as one would write it on a whiteboard: keeps every event and label, and counts from scratch.
struct NaiveLinks {
    private var events: [AccountEvent] = []
    private var labels: [(Label, afterEventCount: Int)] = []

    mutating func add(_ event: AccountEvent) { events.append(event) }

    mutating func add(_ label: Label) { labels.append((label, events.count)) }

    /// The identifier of a class an account has at an event: the event's own, or the last one it came with.
    private func identifier(_ identifierClass: IdentifierClass, of event: AccountEvent) -> Reference? {
        event.identifier(identifierClass)
            ?? events.last { $0.account == event.account && $0.identifier(identifierClass) != nil }?
            .identifier(identifierClass)
    }

    private func isAbusive(_ account: Reference) -> Bool {
        labels.last { $0.0.account == account }?.0.verdict == .abusive
    }

    func accounts(_ identifierClass: IdentifierClass, for event: AccountEvent) -> Double? {
        guard let identifier = identifier(identifierClass, of: event) else { return nil }
        return Double(others(identifierClass, identifier, event).count)
    }

    func labelledBad(_ identifierClass: IdentifierClass, for event: AccountEvent) -> Double? {
        guard let identifier = identifier(identifierClass, of: event) else { return nil }
        return Double(others(identifierClass, identifier, event).filter(isAbusive).count)
    }

    func organisations(_ identifierClass: IdentifierClass, for event: AccountEvent) -> Double? {
        guard let identifier = identifier(identifierClass, of: event) else { return nil }
        let seen = events.filter { $0.identifier(identifierClass) == identifier }.map(\.organisation)
        return Double(Set(seen).subtracting([event.organisation]).count)
    }

    func arrivals30d(_ identifierClass: IdentifierClass, for event: AccountEvent) -> Double? {
        guard let identifier = identifier(identifierClass, of: event) else { return nil }
        return others(identifierClass, identifier, event).reduce(0) { sum, account in
            let first = events.first { $0.account == account && $0.identifier(identifierClass) == identifier }
            return sum + exp(-Double(event.timeMs - (first?.timeMs ?? 0)) / 86_400_000 / 30)
        }
    }

    private func others(
        _ identifierClass: IdentifierClass, _ identifier: Reference, _ event: AccountEvent
    ) -> Set<Reference> {
        Set(events.filter { $0.identifier(identifierClass) == identifier }.map(\.account)).subtracting([event.account])
    }
}
