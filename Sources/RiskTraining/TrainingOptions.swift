/// How to train.
public struct TrainingOptions: Sendable, Equatable {
    /// What is trained.
    public enum Kind: String, CaseIterable, Sendable {
        /// Logistic regression.
        case logistic
        /// Gradient-boosted trees.
        case trees
    }

    /// What is trained.
    public var kind = Kind.logistic
    /// How trees are grown; ignored for a logistic model.
    public var trees = TreeOptions()
    /// Strength of a pull towards 0 that makes weights exactly 0, in a logistic model or the linear base of trees:
    /// l1 × Σ |weight| beside the summed log losses, the intercept left out. Weights belong to features scaled to
    /// standard deviation 1. glmnet's penalty is l1 = N λ α and l2 = N λ (1 − α) of N rows; scikit-learn's is
    /// l1 = l1_ratio ÷ C and l2 = (1 − l1_ratio) ÷ C.
    public var l1: Double
    /// Strength of the pull of all weights but the intercept towards 0, in a logistic model or the linear base of
    /// trees: l2 ÷ 2 × Σ weight² beside the summed log losses (scikit-learn's 1 ÷ C without L1).
    public var l2: Double
    /// Decides which rows are held out, unless the rows are in order of time, and which rows and features trees see.
    public var seed: UInt64
    /// Threads at most; the result is the same for any number.
    public var threads: Int
    /// Share of the rows that is held out to calibrate, to set thresholds and to measure; 0 to below 1.
    public var heldOutShare: Double
    /// Whether the rows are in order of time: then the last ones are held out, else random ones.
    public var timeOrdered: Bool
    /// What share of the honest may reach each decision; sets the thresholds of the model's policy. Mildest first.
    public var budgets: [FalsePositiveBudget]
    /// Thresholds are set where fewer than the budgets' shares reach them on the held-out rows.
    public var reserve: Reserve
    /// Whether better settings than these are searched for first, and how; nil: they are taken as they are.
    public var tuning: TuningOptions?

    /// Options.
    public init(
        l1: Double = 0, l2: Double = 1, seed: UInt64 = 1, threads: Int = 1, heldOutShare: Double = 0.15,
        timeOrdered: Bool = false,
        budgets: [FalsePositiveBudget] = FalsePositiveBudget.standard, reserve: Reserve = Reserve()
    ) {
        self.l1 = l1
        self.l2 = l2
        self.seed = seed
        self.threads = threads
        self.heldOutShare = heldOutShare
        self.timeOrdered = timeOrdered
        self.budgets = budgets
        self.reserve = reserve
    }

    /// - Throws: ``TrainingError`` with code `badOption` that names the option.
    func check() throws(TrainingError) {
        for (name, strength) in [("l1", l1), ("l2", l2)] where !(strength.isFinite && strength >= 0) {
            throw TrainingError(.badOption, "\(name): expected a finite number of at least 0, found \(strength)")
        }
        guard heldOutShare >= 0 && heldOutShare < 1 else {
            throw TrainingError(.badOption, "heldOutShare: expected 0 to below 1, found \(heldOutShare)")
        }
        guard threads >= 1 else {
            throw TrainingError(.badOption, "threads: expected at least 1, found \(threads)")
        }
        try reserve.check()
        if kind == .trees { try trees.check() }
        try tuning?.check()
        try FalsePositiveBudget.check(budgets)
    }

    /// What decides the result, one `name=value` each; the number of threads does not.
    var statement: [String] {
        [
            "kind=\(kind.rawValue)", "l1=\(l1)", "l2=\(l2)", "seed=\(seed)",
            "held_out_share=\(heldOutShare)", "time_ordered=\(timeOrdered)",
            "budgets=\(FalsePositiveBudget.text(budgets))",
        ] + reserve.statement + (kind == .trees ? trees.statement : [])
    }
}
