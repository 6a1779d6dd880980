/// An event and what the link state knew at that moment: all that a feature may look at.
///
/// Time comes in through the event; nothing here knows a clock. Facts are as of just before the event was applied.
public struct Observation: Sendable {
    /// Behind one reference: hundreds of features get the same kilobyte, which must not be copied for each.
    private final class Content: Sendable {
        let event: AccountEvent
        let links: LinkSnapshot
        /// The event's numbers by ``FieldSpec/slot``, completed by what the account said before.
        let numbers: [Double]

        init(event: AccountEvent, links: LinkSnapshot) {
            self.event = event
            self.links = links
            numbers = links.account.completed(event.numbers, atMs: event.timeMs)
        }

        /// The same with other facts, of an account with the same past.
        init(_ other: Content, links: LinkSnapshot) {
            event = other.event
            numbers = other.numbers
            self.links = links
        }
    }

    private let content: Content

    /// Puts an event and its facts together.
    public init(event: AccountEvent, links: LinkSnapshot) {
        content = Content(event: event, links: links)
    }

    private init(_ content: Content) {
        self.content = content
    }

    /// The same observation had the account never had an identifier of a class, neither now nor earlier. No feature
    /// looks at an event's own references, so they may stay.
    public func removing(_ identifierClass: IdentifierClass) -> Observation {
        Observation(Content(content, links: links.removing(identifierClass)))
    }

    /// The same observation of an account in no cluster, of whose rhythm nothing is known.
    public func removingCluster() -> Observation {
        Observation(Content(content, links: links.removingCluster()))
    }

    /// The event.
    public var event: AccountEvent { content.event }

    /// What its account's identifiers are connected to, and the account's past.
    public var links: LinkSnapshot { content.links }

    /// When the event happened, Unix milliseconds.
    var timeMs: Int64 { content.event.timeMs }

    /// What the account's earlier events said.
    var account: AccountFacts { content.links.account }

    /// What other accounts make ordinary.
    var population: PopulationFacts { content.links.population }

    /// What its identifier of a class is connected to; nil if it has none.
    func facts(_ identifierClass: IdentifierClass) -> LinkFacts? { content.links.facts[identifierClass.rawValue] }

    /// The cluster that the account belongs to; nil if none.
    var cluster: ClusterFacts? { content.links.cluster }

    /// A number field: the event's own value, or else the account's last one if that is remembered; NaN if missing.
    func number(_ field: EventField) -> Double { content.numbers[field.slot] }

    /// A word of a closed list, the event's own or else the remembered one; nil if missing.
    func word<Word: EventWord>(_ field: EventField, as: Word.Type = Word.self) -> Word? {
        let value = number(field)
        return value.isNaN ? nil : Word(rawValue: Int(value))
    }

    /// 1 if the word is one of these, 0 if it is another, NaN if missing.
    func flag<Word: EventWord & Equatable>(_ field: EventField, isOneOf words: Word...) -> Double {
        guard let word = word(field, as: Word.self) else { return .nan }
        return words.contains(word) ? 1 : 0
    }

    /// A histogram's shares; empty if missing.
    func histogram(_ field: EventField) -> ArraySlice<Double> { content.event.histogram(field) }

    /// The same event of an account without a past.
    var withoutAccountFacts: Observation {
        var links = links
        links.account = AccountFacts()
        links.population = PopulationFacts()
        return Observation(event: event, links: links)
    }
}
