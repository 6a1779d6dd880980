internal import RiskCore

/// What the log would have been had accounts shared less: each class of identifier keeps its value, has one of the
/// account's own in its place, or none.
///
/// Drawn once for the account, honest or abusive, so that a missing link by itself says nothing of anybody: who learns
/// from both the row and its altered twin cannot take the absence of a link for innocence. A mail domain that is the
/// account's organisation stays: without it the seats of a company would be strangers who share an office.
struct IdentifierDropout: EventAlteration {
    /// What happens to a class.
    private enum Loss {
        case fresh, absent
    }

    /// The shares of classes that accounts lose, one of them to each account.
    static let rates = [0.3, 0.6, 0.9, 1.0]

    /// Classes that are lost, and the prompt's two together: they are of one text.
    private static let classes: [(lost: IdentifierClass, with: IdentifierClass)] =
        (IdentifierClass.linked + (IdentifierClass.linked.contains(.prefix) ? [] : [.prefix]))
        .map { ($0, $0 == .prefix ? .template : $0) }

    /// Decides the draws.
    let seed: UInt64

    func altered(_ event: AccountEvent) -> AccountEvent {
        let draws = AccountDraws(event.account, seed: seed)
        let rate = Self.rate(draws)
        return Self.classes.reduce(event) { event, place in
            if place.lost == .emailDomain, event.organisationByDomain != nil { return event }
            return switch Self.loss(of: place.with, rate: rate, draws) {
            case .fresh: event.replacing(place.lost, with: draws.own(place.lost))
            case .absent: event.replacing(place.lost, with: nil)
            case nil: event
            }
        }
    }

    /// Who keeps changing its hours moves like nobody; those it moved with still find it, since its events stay.
    func altered(_ facts: LinkSnapshot, of event: AccountEvent) -> LinkSnapshot {
        let draws = AccountDraws(event.account, seed: seed)
        guard draws.unit("rhythm") < Self.rate(draws) else { return facts }
        var facts = facts
        facts.rhythm = nil
        return facts
    }

    /// What is ordinary among others, as far as the account's own TLS fingerprint leaves it to compare.
    func altered(_ population: PopulationFacts, of event: AccountEvent) -> PopulationFacts {
        let draws = AccountDraws(event.account, seed: seed)
        var population = population
        if let loss = Self.loss(of: .tlsClient, rate: Self.rate(draws), draws) {
            population.forgetFingerprint(claimStands: loss == .fresh)
        }
        return population
    }

    private static func rate(_ draws: AccountDraws) -> Double { rates[Int(draws.whole("rate") % UInt64(rates.count))] }

    private static func loss(of identifierClass: IdentifierClass, rate: Double, _ draws: AccountDraws) -> Loss? {
        guard draws.unit("lost", identifierClass) < rate else { return nil }
        return draws.unit("fresh", identifierClass) < 0.5 ? .fresh : .absent
    }
}
