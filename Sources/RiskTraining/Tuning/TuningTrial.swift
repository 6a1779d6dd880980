/// One entry in the log of a search: some settings, tried with so much work, and what they came to.
public struct TuningTrial: Sendable, Equatable {
    /// One parameter and its value as text.
    public struct Setting: Sendable, Equatable {
        /// The parameter, as in a model's statement of options.
        public var name: String
        /// Its value.
        public var value: String
    }

    /// Which settings, by number; 0 are those that were given.
    public var configuration: Int
    /// Which round of the search, from 1 on.
    public var rung: Int
    /// The rounds of the search.
    public var rungCount: Int
    /// What was searched; fixed parameters are not among it.
    public var settings: [Setting]
    /// Rows that were fitted to.
    public var rowCount: Int
    /// Trees at most; nil without trees.
    public var treeLimit: Int?
    /// Trees up to the lowest held-out loss; nil without trees.
    public var treeCount: Int?
    /// What the held-out rows are judged by: what stops trees, and the log loss for logistic regressions.
    public var metric: StoppingMetric
    /// What they came to, weighted as they are fitted to.
    public var score: Double
    /// How long it took.
    public var seconds: Double
    /// Whether nothing was fitted, since trees had stopped in the rung before and more of them would be the same.
    public var isCarriedOver: Bool
}

/// Hears of each trial as it ends, on the caller's thread.
public typealias TuningReport = (TuningTrial) -> Void
