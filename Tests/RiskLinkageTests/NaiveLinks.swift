import Glibc
import RiskCore

/// The link state as one would write it on a whiteboard: keeps every event and label, and counts from scratch.
struct NaiveLinks {
    private var events: [AccountEvent] = []
    private var labels: [(Label, afterEventCount: Int)] = []

    mutating func add(_ event: AccountEvent) { events.append(event) }

    mutating func add(_ label: Label) { labels.append((label, events.count)) }

    /// The identifier of a class an account has at an event: the event's own, or the last one it came with. Of what is
    /// one person's one of the two before, if more labelled accounts and no fewer strangers have it.
    private func identifier(_ identifierClass: IdentifierClass, of event: AccountEvent) -> Reference? {
        var latestFirst: [Reference] = []
        for past in [event] + events.reversed().filter({ $0.account == event.account }) {
            guard let identifier = past.identifier(identifierClass), !latestFirst.contains(identifier) else { continue }
            latestFirst.append(identifier)
        }
        guard var best = latestFirst.first else { return nil }
        guard [.device, .instrument, .email, .phone].contains(identifierClass) else { return best }
        func says(_ identifier: Reference) -> (labelled: Int, strangers: Double) {
            let others = others(identifierClass, identifier, event)
            let related = company(identifierClass, identifier, for: event).related
            return (others.filter(isAbusive).count, Double(others.count) - related)
        }
        for other in latestFirst.prefix(3) {
            let (new, known) = (says(other), says(best))
            if new.labelled > known.labelled, new.strangers >= known.strangers { best = other }
        }
        return best
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
        identifier(identifierClass, of: event).map { company(identifierClass, $0, for: event).organisations }
    }

    func related(_ identifierClass: IdentifierClass, for event: AccountEvent) -> Double? {
        identifier(identifierClass, of: event).map { company(identifierClass, $0, for: event).related }
    }

    /// On the identifier: other organisations than the account's, and other accounts of its own.
    ///
    /// A tenant or mail domain counts while accounts are on it that belong to it by what they named last; so do
    /// accounts that belong to nobody.
    private func company(
        _ identifierClass: IdentifierClass, _ identifier: Reference, for event: AccountEvent
    ) -> (organisations: Double, related: Double) {
        var seats = NaiveSeats()
        var onIt: Set<Reference> = []
        var members: [NaiveSeats.Organisation: Set<Reference>] = [:]
        /// The account leaves its organisation, or its being alone, for another.
        func move(_ account: Reference, _ before: NaiveSeats.Seat, _ after: NaiveSeats.Seat) {
            guard onIt.contains(account), let organisation = after.organisation,
                organisation != before.organisation
            else { return }
            if let left = before.organisation {
                members[left]?.remove(account)
                if members[left]?.isEmpty == true { members[left] = nil }
            }
            members[organisation, default: []].insert(account)
        }
        for past in events {
            let before = seats[past.account]
            seats.add(past)
            let after = seats[past.account]
            move(past.account, before, after)
            guard past.identifier(identifierClass) == identifier else { continue }
            let isNew = onIt.insert(past.account).inserted
            guard let organisation = after.organisation else { continue }
            members[organisation, default: []].formUnion(isNew ? [past.account] : [])
        }
        let before = seats[event.account]
        seats.add(event)
        move(event.account, before, seats[event.account])
        onIt.remove(event.account)
        let alone = onIt.count { seats[$0].organisation == nil }
        guard let own = seats[event.account].organisation else { return (Double(members.count + alone), 0) }
        let related = (members[own] ?? []).subtracting([event.account]).count
        return (Double(members.count - (members[own] == nil ? 0 : 1) + alone), Double(related))
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

/// Whom accounts belong to, from the beginning on.
struct NaiveSeats {
    enum Organisation: Hashable {
        case tenant(Reference), domain(Reference)
    }

    struct Seat {
        var tenant: Reference?
        var organisation: Organisation?
    }

    private var seats: [Reference: Seat] = [:]
    private var organisationOfTenant: [Reference: Organisation] = [:]

    subscript(account: Reference) -> Seat { seats[account] ?? Seat() }

    mutating func add(_ event: AccountEvent) {
        var seat = self[event.account]
        if seat.organisation == nil { seat.organisation = Self.domain(of: event) }
        if let tenant = event.reference(.orgRef), tenant != seat.tenant {
            let isDomainsSeat = seat.tenant == nil && seat.organisation != nil
            if organisationOfTenant[tenant] == nil {
                let domain = isDomainsSeat ? seat.organisation : nil
                let isTaken = domain.map { organisationOfTenant.values.contains($0) } ?? true
                organisationOfTenant[tenant] = isTaken ? .tenant(tenant) : domain
            }
            seat = Seat(tenant: tenant, organisation: organisationOfTenant[tenant])
        }
        seats[event.account] = seat
    }

    private static func domain(of event: AccountEvent) -> Organisation? {
        let domainClass = event.word(.emailDomainClass, as: EmailDomainClass.self)
        guard let domain = event.reference(.emailDomainRef), domainClass == .corporate || domainClass == .custom,
            event.number(.emailDomainAgeDays) >= 180
        else { return nil }
        return .domain(domain)
    }
}
