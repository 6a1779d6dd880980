public import RiskCore

/// What the test is judged on once more: the same events, with less that accounts share.
///
/// Nothing else changes: the model and its thresholds are those of the unchanged log, and events before the test stay.
public enum Variant: Sendable, Hashable {
    /// Each class of a campaign account is with this probability a value of its own.
    case fresh(Double)
    /// A campaign account lacks each class at the rate at which honest accounts do.
    case absentAtHonestRate
    /// The service does not know a class, of any account.
    case without(IdentifierClass)
    /// Every class alone is unknown, one after another.
    case withoutEach
    /// The service knows no class.
    case withoutAll
    /// So many times, a random half of the classes is unknown.
    case random(Int)

    /// The most random sets.
    static let randomLimit = 1000

    /// Reads `fresh:0.8`, `absent:honest`, `without:device`, `without:each`, `without:all` or `random:20`.
    ///
    /// - Throws: ``TrainingError`` with code `badOption`.
    public static func parse(_ text: String) throws(TrainingError) -> Variant {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 {
            switch (parts[0], parts[1]) {
            case ("fresh", let word):
                if let probability = Double(word), probability > 0, probability <= 1 { return .fresh(probability) }
            case ("absent", "honest"): return .absentAtHonestRate
            case ("without", "each"): return .withoutEach
            case ("without", "all"): return .withoutAll
            case ("without", let word):
                if let identifierClass = IdentifierClass(word: word), Degradation.classes.contains(identifierClass) {
                    return .without(identifierClass)
                }
            case ("random", let word):
                if let count = Int(word), (1...randomLimit).contains(count) { return .random(count) }
            default: break
            }
        }
        throw TrainingError(
            .badOption,
            "variant: expected fresh:PROBABILITY, absent:honest, without:CLASS, without:each, without:all or "
                + "random:COUNT, found \"\(text)\"")
    }
}

extension Feature {
    /// Whether it speaks of the account alone: of no other accounts, no identifier's history and no partner.
    var speaksOfAccountAlone: Bool {
        linkClass == nil && !["link.", "intel.", "cluster.", "rhythm."].contains { name.hasPrefix($0) }
    }
}
