/// How an account's rhythm compares with that of recently active accounts of other organisations, whatever else they
/// share. Similarities are of what is left after the ordinary rhythm is taken away, −1 to 1.
public struct RhythmFacts: Sendable, Equatable {
    /// Accounts that it was compared with.
    public var compared = 0.0
    /// Those of them that move as it does.
    public var twins = 0.0
    /// Those of ``twins`` that are labelled abusive.
    public var labelledTwins = 0.0
    /// Mean similarity of the eight nearest.
    public var nearest = 0.0
    /// Days of its own that the comparison rests on.
    public var days = 0.0

    /// Compared with nobody.
    public init() {}
}
