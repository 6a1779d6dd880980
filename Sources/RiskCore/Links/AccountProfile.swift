/// What an account's earlier events said of its sign-up and payments: the last value of each field.
///
/// A usage event seldom repeats the sign-up, so features read an event's own value or else this one. 92 bytes: words,
/// flags and small whole numbers take one each, other numbers are kept as Float32 (24 bits of precision).
public struct AccountProfile: Sendable, Equatable {
    /// The fields that are remembered. Not `account_age_s`, which grows by itself: see ``AccountFacts/bornAtMs``.
    public static let fields: [EventField] = codeFields + numberFields

    /// Fields whose values are whole and below ``noCode``.
    private static let codeFields: [EventField] = [
        .contractClass, .signupChannel, .pathway, .verificationLevel, .emailDomainClass, .phoneLineType, .ipType,
        .geoMismatchBits, .deviceIntegrity, .declaredUseCode, .instrumentKind, .fundingType, .isVirtualCard,
        .issuerMatchesBilling, .issuerMatchesIp, .avsResult, .cvcResult, .threeDsResult,
    ]

    private static let numberFields: [EventField] = [
        .verificationAttempts, .verificationEvidenceScore, .emailDomainAgeDays, .emailLocalpartEntropy,
        .proxyConfidence, .ipSharedUserEstimate, .clientVersionLagDays, .formFillMs, .captchaFailCount,
        .promoCreditUsd, .declines24h, .distinctInstruments30d, .signupToPaymentS, .disputes90d, .refunds90d,
        .paidUsd30d, .planPriceUsdMonth, .topupCadenceCv,
    ]

    private static let noCode = UInt8.max
    /// Slots of the remembered fields in an event, in the order of ``fields``.
    private static let eventSlots: [Int] = fields.map(\.slot)
    /// By field: its place in ``fields``; -1 if it is not remembered.
    private static let places: [Int] = EventField.allCases.map { fields.firstIndex(of: $0) ?? -1 }

    private var codes = InlineArray<18, UInt8>(repeating: Self.noCode)
    private var numbers = InlineArray<18, Float>(repeating: .nan)

    /// Nothing remembered.
    public init() {}

    /// The last value of a field; NaN if it never came or is not remembered.
    public subscript(field: EventField) -> Double {
        let place = Self.places[field.rawValue]
        return place < 0 ? .nan : value(at: place)
    }

    var isEmpty: Bool { self == AccountProfile() }

    /// Puts remembered values in place of missing ones.
    func complete(_ eventNumbers: inout [Double]) {
        for (place, slot) in Self.eventSlots.enumerated() where eventNumbers[slot].isNaN {
            eventNumbers[slot] = value(at: place)
        }
    }

    /// Takes over the values that an event has.
    public mutating func remember(_ event: AccountEvent) {
        for (place, slot) in Self.eventSlots.enumerated() {
            let value = event.numbers[slot]
            if value.isNaN { continue }
            if place < codes.count {
                codes[place] = UInt8(value)
            } else {
                numbers[place - codes.count] = Float(value)
            }
        }
    }

    private func value(at place: Int) -> Double {
        if place >= codes.count { return Double(numbers[place - codes.count]) }
        return codes[place] == Self.noCode ? .nan : Double(codes[place])
    }

    /// Whether two profiles agree in every value; missing equals missing.
    public static func == (left: Self, right: Self) -> Bool {
        left.codes.indices.allSatisfy { left.codes[$0] == right.codes[$0] }
            && left.numbers.indices.allSatisfy {
                left.numbers[$0] == right.numbers[$0] || (left.numbers[$0].isNaN && right.numbers[$0].isNaN)
            }
    }
}
