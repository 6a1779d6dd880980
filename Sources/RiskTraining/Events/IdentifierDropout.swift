internal import RiskCore

/// What an account's rows would have been had it shared less: each class of identifier keeps its value, has one of the
/// account's own in its place, or none.
///
/// Drawn once for the account, honest or abusive alike, so that a missing link by itself says nothing of anybody: who
/// learns from both the row and its altered twin cannot take the absence of a link for innocence.
struct IdentifierDropout: Sendable {
    /// What happens to a class.
    enum Loss: Equatable, Sendable {
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

    /// The event as it would have looked.
    func altered(_ observation: Observation) -> Observation {
        let draws = AccountDraws(observation.event.account, seed: seed)
        let rate = Self.rates[Int(draws.whole("rate") % UInt64(Self.rates.count))]
        var (event, links) = (observation.event, observation.links)
        for (identifierClass, drawn) in Self.classes {
            guard let loss = loss(of: drawn, rate: rate, draws) else { continue }
            switch loss {
            case .fresh: links = links.refreshing(identifierClass, atMs: event.timeMs)
            case .absent: links = links.removing(identifierClass)
            }
            if !event.intelLinks.isEmpty { event = event.removingCounts(of: identifierClass) }
        }
        // Who keeps changing its hours moves like nobody.
        if draws.unit("rhythm") < rate { links.rhythm = nil }
        return Observation(event: event, links: links)
    }

    private func loss(of identifierClass: IdentifierClass, rate: Double, _ draws: AccountDraws) -> Loss? {
        guard draws.unit("lost", identifierClass) < rate else { return nil }
        return draws.unit("fresh", identifierClass) < 0.5 ? .fresh : .absent
    }
}

/// Numbers that look random, the same for the same account, seed and question.
struct AccountDraws {
    private let base: UInt64

    init(_ account: Reference, seed: UInt64) {
        base = AccountLedger.draw(account) ^ RowSampling.draw(seed &+ 0x5157)
    }

    /// A whole number of 64 bits.
    func whole(_ question: StaticString, _ identifierClass: IdentifierClass? = nil) -> UInt64 {
        let number = UInt8(identifierClass?.rawValue ?? 0)
        return RowSampling.draw(base ^ question.withUTF8Buffer { fowlerNollVo(Array($0) + [number]) })
    }

    /// A number from 0 to below 1.
    func unit(_ question: StaticString, _ identifierClass: IdentifierClass? = nil) -> Double {
        Double(whole(question, identifierClass) >> 11) / Double(UInt64(1) << 53)
    }
}
