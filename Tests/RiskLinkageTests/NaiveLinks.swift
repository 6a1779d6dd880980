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

    /// Tenants that were named while on the identifier, or by an account that was on it before; and accounts that never
    /// named one.
    func organisations(_ identifierClass: IdentifierClass, for event: AccountEvent) -> Double? {
        guard let identifier = identifier(identifierClass, of: event) else { return nil }
        var seen: Set<Reference> = []
        var current: [Reference: Reference] = [:]
        var onIt: Set<Reference> = []
        for past in events {
            let named = past.reference(.orgRef)
            if let named {
                if current[past.account] == nil, onIt.contains(past.account) { seen.insert(named) }
                current[past.account] = named
            }
            if past.identifier(identifierClass) == identifier {
                onIt.insert(past.account)
                if let tenant = current[past.account] { seen.insert(tenant) }
            }
        }
        let alone = onIt.subtracting([event.account]).filter { current[$0] == nil }.count
        let own = event.reference(.orgRef) ?? current[event.account]
        return Double(seen.subtracting(own.map { [$0] } ?? []).count + alone)
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
