/// The friction ladder, mildest first. The raw value is the wire's number. "Flagged" means ``stepUp`` or stronger.
public enum Decision: Int, CaseIterable, Sendable, Comparable {
    case allow = 1
    case monitor, stepUp, cap, review, suspend

    /// The word as the contract writes it, such as `step_up`.
    public var word: String { Self.words[rawValue - 1] }

    private static let words = allCases.map { snakeCase("\($0)") }

    /// The decision that a word names.
    public init?(word: String) {
        guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }

    /// Milder first.
    public static func < (left: Decision, right: Decision) -> Bool { left.rawValue < right.rawValue }
}
