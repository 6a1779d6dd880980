internal import RiskCore

/// One event as it is written: rounding, and what is left out.
struct EventDraft {
    var builder = EventBuilder()
    let profile: AccountProfile
    let timeMs: Int64
    let missingness: WorldParameters.Missingness
    /// The event's own draws; a moment of an account always draws the same.
    var noise: RandomStream

    init(_ profile: AccountProfile, timeMs: Int64, missingness: WorldParameters.Missingness) {
        self.profile = profile
        self.timeMs = timeMs
        self.missingness = missingness
        noise = RandomStream(seed: mixed(profile.account, UInt64(timeMs)))
    }

    /// Whether the caller sends a field of this account this time.
    mutating func sends(_ field: OptionalField) -> Bool {
        !noise.chance(missingness.otherByEvent) && profile.absent & field.bit == 0
    }

    mutating func set(_ field: EventField, whole value: Int) throws(FieldError) {
        try builder.set(field, whole: UInt64(max(0, value)))
    }

    /// A number with so many decimals.
    mutating func set(_ field: EventField, _ value: Double, decimals: Double = 1_000) throws(FieldError) {
        try builder.set(field, number: (value * decimals).rounded() / decimals)
    }

    mutating func set(_ field: EventField, word: Int8) throws(FieldError) {
        if word >= 0 { try builder.set(field, wordIndex: Int(word)) }
    }

    mutating func set(_ field: EventField, reference: UInt64) throws(FieldError) {
        if reference != 0 { try builder.set(field, reference: Identifiers.reference(reference)) }
    }

    /// A share of requests, counted: what a rate comes to among so many.
    mutating func rate(_ count: Int, _ probability: Float) -> Double {
        Double(noise.binomial(count, Double(probability))) / Double(max(1, count))
    }

    mutating func setEnvelope(_ type: EventType, organisation: UInt64) throws(FieldError) {
        try builder.set(.eventType, wordIndex: type.rawValue)
        try builder.set(.eventTimeMs, whole: UInt64(timeMs))
        try set(.accountRef, reference: profile.account)
        try set(.orgRef, reference: organisation)
        if sends(.contract) { try set(.contractClass, word: profile.contract) }
        let context: DecisionContext =
            switch type {
            case .signup: .gateSignup
            case .payment: .gatePayment
            case .usage: .gateUsage
            }
        try builder.set(.decisionContext, wordIndex: context.rawValue)
    }
}
