/// An event and what the link state knew at that moment: all that a feature may look at.
///
/// Time comes in through the event; nothing here knows a clock. Facts are as of just before the event was applied.
public struct Observation: Sendable {
    /// The event.
    public let event: AccountEvent
    /// What its account's identifiers are connected to.
    public let links: LinkSnapshot

    /// Puts an event and its facts together.
    public init(event: AccountEvent, links: LinkSnapshot) {
        self.event = event
        self.links = links
    }

    /// A number field: the event's own value, or else the account's last one if that is remembered; NaN if missing.
    func number(_ field: EventField) -> Double {
        let value = event.number(field)
        return value.isNaN ? links.account.value(of: field, atMs: event.timeMs) : value
    }

    /// 1 if the word is one of these, 0 if it is another, NaN if missing.
    func flag<Word: EventWord & Equatable>(_ field: EventField, isOneOf words: Word...) -> Double {
        guard let word = word(field, as: Word.self) else { return .nan }
        return words.contains(word) ? 1 : 0
    }

    /// A word of a closed list, the event's own or else the remembered one; nil if missing.
    func word<Word: EventWord>(_ field: EventField, as: Word.Type = Word.self) -> Word? {
        let value = number(field)
        return value.isNaN ? nil : Word(rawValue: Int(value))
    }

    /// The same event of an account without a past.
    var withoutAccountFacts: Observation {
        var links = links
        links.account = AccountFacts()
        links.population = PopulationFacts()
        return Observation(event: event, links: links)
    }
}
