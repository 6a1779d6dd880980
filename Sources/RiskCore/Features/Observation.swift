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

    /// A number field; NaN if missing.
    func number(_ field: EventField) -> Double { event.number(field) }

    /// 1 if the word is one of these, 0 if it is another, NaN if missing.
    func flag<Word: EventWord & Equatable>(_ field: EventField, isOneOf words: Word...) -> Double {
        guard let word = event.word(field, as: Word.self) else { return .nan }
        return words.contains(word) ? 1 : 0
    }
}
