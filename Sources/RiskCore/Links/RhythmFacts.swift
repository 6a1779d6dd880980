/// How an account's rhythm compares with that of recently active accounts of other organisations, whatever else they
/// share. Similarities are of what is left after the ordinary rhythm is taken away, −1 to 1.
///
/// What comes about by chance is measured, not assumed: the account's own weeks in another order are compared with the
/// same accounts, so that its habits stay and only the coincidence goes.
public struct RhythmFacts: Sendable, Equatable {
    /// Accounts that it was compared with; at most 65,535, as all counts here.
    public var compared = 0.0
    /// Those of them that move as it does.
    public var twins = 0.0
    /// How many would move as it does had its weeks come in another order.
    public var twinsByChance = 0.0
    /// Those of ``twins`` that are labelled abusive: when they were compared, and by what was said of them since.
    public var labelledTwins = 0.0
    /// Mean similarity of the eight nearest.
    public var nearest = 0.0
    /// The same had its weeks come in another order.
    public var nearestByChance = 0.0
    /// Days of its own that the comparison rests on, 1 to 28.
    public var days = 0.0

    /// Compared with nobody.
    public init() {}
}
