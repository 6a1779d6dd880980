/// What a caller knows of one account at one moment, checked and without raw identifiers.
///
/// Made by ``EventBuilder`` only, so that every value obeys the contract. A value type without shared state.
public struct AccountEvent: Sendable, Equatable {
    /// How far the sum of a histogram's shares may be from 1.
    public static let histogramSumTolerance = 0.02
    /// The most custom values.
    public static let customLimit = 64
    /// The most intel links.
    public static let linkLimit = 32
    /// The most partner hits.
    public static let partnerHitLimit = 8

    /// All numbers by ``FieldSpec/slot``; missing is NaN. Words are their indices, flags 0 or 1.
    var numbers: [Double]
    /// All single references by ``FieldSpec/slot``.
    var references: [Reference?]

    /// Up to 8 MinHash values of request prefixes.
    public internal(set) var prefixMinhash: [Reference]
    /// Values the loaded model declares beyond the contract, in the order they came.
    public internal(set) var custom: [CustomValue]
    /// Link counts the caller already has.
    public internal(set) var intelLinks: [IntelLink]
    /// Partners' indicators that matched.
    public internal(set) var partnerHits: [PartnerHit]
    /// The server-keyed whole e-mail address; comes from `raw.email` only.
    public internal(set) var emailReference: Reference?
    /// The server-keyed phone number; comes from `raw.phone` only.
    public internal(set) var phoneReference: Reference?

    init() {
        numbers = Array(repeating: .nan, count: FieldSpec.numberCount)
        references = Array(repeating: nil, count: FieldSpec.referenceCount)
        prefixMinhash = []
        custom = []
        intelLinks = []
        partnerHits = []
    }

    /// What happened.
    public var type: EventType { EventType(rawValue: Int(numbers[EventField.eventType.slot]))! }

    /// When it happened, Unix milliseconds.
    public var timeMs: Int64 { Int64(numbers[EventField.eventTimeMs.slot]) }

    /// The account.
    public var account: Reference { references[EventField.accountRef.slot]! }

    /// The tenant; the account itself if none was given.
    public var organisation: Reference { references[EventField.orgRef.slot] ?? account }

    /// A number, flag (0 or 1) or word (its index); NaN if missing. Not for references and histograms.
    public func number(_ field: EventField) -> Double { numbers[field.slot] }

    /// A word of a closed list; nil if missing.
    public func word<Word: EventWord>(_ field: EventField, as: Word.Type = Word.self) -> Word? {
        let value = numbers[field.slot]
        return value.isNaN ? nil : Word(rawValue: Int(value))
    }

    /// A single reference; nil if missing.
    public func reference(_ field: EventField) -> Reference? { references[field.slot] }

    /// A histogram's shares; empty if missing.
    public func histogram(_ field: EventField) -> ArraySlice<Double> {
        guard case .histogram(let count) = field.spec.kind, !numbers[field.slot].isNaN else { return [] }
        return numbers[field.slot..<field.slot + count]
    }

    /// The identifier of a class through which this event can link its account; nil if it has none.
    public func identifier(_ identifierClass: IdentifierClass) -> Reference? {
        switch identifierClass {
        case .email: return emailReference
        case .phone: return phoneReference
        case .org: return organisation
        default:
            let slot = Self.identifierSlots[identifierClass.rawValue]
            return slot < 0 ? nil : references[slot]
        }
    }

    /// Whether two events agree in every value; missing equals missing.
    public static func == (left: Self, right: Self) -> Bool {
        left.numbers.elementsEqual(right.numbers) { $0 == $1 || ($0.isNaN && $1.isNaN) }
            && left.references == right.references && left.prefixMinhash == right.prefixMinhash
            && left.custom == right.custom && left.intelLinks == right.intelLinks
            && left.partnerHits == right.partnerHits && left.emailReference == right.emailReference
            && left.phoneReference == right.phoneReference
    }

    /// Reference slots by identifier class; -1 for a class no single field gives.
    static let identifierSlots: [Int] = {
        var slots = Array(repeating: -1, count: IdentifierClass.slotCount)
        for field in EventField.allCases {
            if case .reference(let identifierClass?) = field.spec.kind {
                slots[identifierClass.rawValue] = field.slot
            }
        }
        return slots
    }()
}

/// A value of a feature that a model declares beyond the contract.
public struct CustomValue: Sendable, Equatable {
    /// A number or a text.
    public enum Value: Sendable, Equatable {
        case number(Double)
        case text(String)
    }

    /// The name, without `custom.`.
    public let name: String
    /// The value.
    public let value: Value

    /// Wraps a name and value; ``EventBuilder`` checks them.
    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

/// Counts of accounts that share one identifier with this account, as the caller knows them.
public struct IntelLink: Sendable, Equatable {
    /// The class of identifier.
    public let identifierClass: IdentifierClass
    /// Accounts in one day; nil if not given. All counts are at most ``FieldSpec/wholeMaximum``.
    public var accounts1d: UInt64?
    /// Accounts in seven days.
    public var accounts7d: UInt64?
    /// Accounts in thirty days.
    public var accounts30d: UInt64?
    /// Banned accounts among them.
    public var banned: UInt64?
    /// Verified accounts among them.
    public var verified: UInt64?
    /// How many would be ordinary; at least 0.
    public var expectedDegree: Double?
    /// Who counted.
    public var source: IntelSource?

    /// A link without counts.
    public init(_ identifierClass: IdentifierClass) {
        self.identifierClass = identifierClass
    }
}

/// A partner's indicator that matched this account.
public struct PartnerHit: Sendable, Equatable {
    /// The class of identifier that matched.
    public let identifierClass: IdentifierClass
    /// Confidence, 0 to 1.
    public var confidence: Double?
    /// Age of the indicator in days.
    public var ageDays: UInt64?

    /// A hit without details.
    public init(_ identifierClass: IdentifierClass) {
        self.identifierClass = identifierClass
    }
}

extension AccountEvent {
    /// The event with what another says of its account's sign-up and payments: as though that account had been taken
    /// over and used like this one. Identifiers stay.
    public func withIdentity(of other: AccountEvent) -> AccountEvent {
        var result = self
        for field in AccountProfile.fields + [.accountAgeS] { result.numbers[field.slot] = other.numbers[field.slot] }
        return result
    }

    /// The event with all that another says of its account, at this one's time. Identifiers stay, and what others
    /// counted of them.
    public func withLooks(of other: AccountEvent) -> AccountEvent {
        var result = self
        result.numbers = other.numbers
        result.custom = other.custom
        for field in [EventField.eventType, .eventTimeMs] { result.numbers[field.slot] = numbers[field.slot] }
        return result
    }
}
