internal import RiskCore

/// One way in which the accounts of the test share less.
struct Degradation: EventAlteration {
    /// Whom it befalls and how.
    enum Kind: Sendable {
        /// Members of campaigns have values of their own with this probability.
        case fresh(Double)
        /// Members of campaigns lack a class with its probability, by raw value.
        case absent([Double])
        /// Nobody's identifiers of these classes are known.
        case unknown([IdentifierClass])
    }

    /// What it is called in the tables.
    let name: String
    /// What the name does not say; may be empty.
    var detail = ""
    let kind: Kind
    /// Accounts of campaigns.
    let truth: Truth
    /// Decides the draws.
    let seed: UInt64

    /// The classes that can be lost.
    static let classes =
        IdentifierClass.linked + (IdentifierClass.linked.contains(.prefix) ? [] : [IdentifierClass.prefix])

    func altered(_ event: AccountEvent) -> AccountEvent {
        if case .unknown(let classes) = kind {
            return classes.reduce(event) { $0.replacing($1, with: nil) }
        }
        guard truth.accounts[event.account]?.kind == .campaign else { return event }
        let draws = AccountDraws(event.account, seed: seed)
        return Self.classes.reduce(event) { event, identifierClass in
            // Template and prefixes are of one prompt.
            let drawn = draws.unit("variant", identifierClass == .prefix ? .template : identifierClass)
            switch kind {
            case .fresh(let probability) where drawn < probability:
                return event.replacing(identifierClass, with: draws.own(identifierClass))
            case .absent(let probabilities) where drawn < probabilities[identifierClass.rawValue]:
                return event.replacing(identifierClass, with: nil)
            default: return event
            }
        }
    }

    func altered(_ facts: LinkSnapshot, of event: AccountEvent) -> LinkSnapshot {
        guard case .unknown(let classes) = kind else { return facts }
        // What the state remembers of earlier events is unknown, too.
        return classes.reduce(facts) { $0[$1] == nil ? $0 : $0.removing($1) }
    }
}

/// Which classes accounts came with.
struct IdentifierPresence: Sendable {
    /// By account number: a bit for each class, and above them for each decision point.
    private var seen: [UInt32] = []

    private static let pointShift = 24

    mutating func note(_ event: AccountEvent, account: Int) {
        while seen.count <= account { seen.append(0) }
        seen[account] |= 1 << UInt32(Self.pointShift + event.type.rawValue)
        for identifierClass in Degradation.classes where Self.has(event, identifierClass) {
            seen[account] |= 1 << UInt32(identifierClass.rawValue)
        }
    }

    private static func has(_ event: AccountEvent, _ identifierClass: IdentifierClass) -> Bool {
        identifierClass == .prefix ? !event.prefixMinhash.isEmpty : event.identifier(identifierClass) != nil
    }

    /// The classes that any account came with.
    var classes: [IdentifierClass] {
        let all = seen.reduce(0, |)
        return Degradation.classes.filter { all & (1 << UInt32($0.rawValue)) != 0 }
    }

    /// By raw value of the class: the share of accounts without it, of those that came by where it is told.
    func absentShares(where belongs: (Int) -> Bool) -> [Double] {
        var shares = Array(repeating: 0.0, count: IdentifierClass.slotCount)
        for identifierClass in Degradation.classes {
            let point = UInt32(1) << UInt32(Self.pointShift + Self.point(of: identifierClass).rawValue)
            let asked = seen.indices.filter { seen[$0] & point != 0 && belongs($0) }
            let absent = asked.count { seen[$0] & (1 << UInt32(identifierClass.rawValue)) == 0 }
            if !asked.isEmpty { shares[identifierClass.rawValue] = Double(absent) / Double(asked.count) }
        }
        return shares
    }

    private static func point(of identifierClass: IdentifierClass) -> EventType {
        switch identifierClass {
        case .instrument, .billingAddr, .issuerProgramme: .payment
        case .template, .prefix: .usage
        default: .signup
        }
    }
}
