public import RiskModels

/// Which events are learnt from, which set thresholds, and which are judged on.
public struct EvaluationPlan: Sendable, Equatable {
    /// How events come into the parts.
    public enum Split: String, CaseIterable, Sendable {
        /// By the time of the event: forward in time.
        case time
        /// By account, at random: flattering wherever accounts of a campaign know each other.
        case random
    }

    /// What a part is for.
    public enum Part: Sendable {
        case training, validation, test
    }

    /// How events come into the parts.
    public var split = Split.time
    /// Rows before this time are learnt from, Unix milliseconds.
    public var trainUntilMs: Int64
    /// Labels known before this time are learnt from.
    public var labelsUntilMs: Int64
    /// Thresholds come from events from this time on.
    public var validateFromMs: Int64
    /// Figures come from events from this time on.
    public var testFromMs: Int64
    /// Figures come from events before this time.
    public var testUntilMs: Int64
    /// Shares of honest accounts ever flagged for which thresholds are set, the largest first.
    public var shares = [0.01, 0.001, 0.0001]
    /// The share that the pages' headlines, segments and delays are about.
    public var primaryShare = 0.001
    /// The training's ``TrainingOptions/reserve``: of the validation's honest accounts, fewer than stated reach the
    /// thresholds that the pages are about.
    public internal(set) var reserve = EventTraining.usualReserve
    /// Whether a random split is let through although campaigns are labelled; the tables then say so.
    public var allowsRandomSplit = false
    /// Whether a given model's period may overlap with the test because it learnt from other data than this log: what
    /// it saw then is another population.
    public var modelIsOfOtherData = false
    /// Features that stay although they tell the classes apart almost perfectly on their own.
    public var acceptedFeatures: Set<String> = []
    /// The most campaigns that are left out one by one; 0 for no such table.
    public var foldLimit = 8

    /// A plan forward in time.
    ///
    /// - Parameters:
    ///   - labelsUntilMs: nil: as `trainUntilMs`.
    ///   - validateFromMs: nil: as `trainUntilMs`.
    ///   - testUntilMs: nil: to the end of the log.
    public init(
        trainUntilMs: Int64, labelsUntilMs: Int64? = nil, validateFromMs: Int64? = nil, testFromMs: Int64,
        testUntilMs: Int64? = nil
    ) {
        self.trainUntilMs = trainUntilMs
        self.labelsUntilMs = labelsUntilMs ?? trainUntilMs
        self.validateFromMs = validateFromMs ?? trainUntilMs
        self.testFromMs = testFromMs
        self.testUntilMs = testUntilMs ?? .max
    }

    /// The part that an event of this time belongs to; nil if to none.
    func part(ofMs timeMs: Int64) -> Part? {
        if timeMs < trainUntilMs { return .training }
        if timeMs >= validateFromMs, timeMs < testFromMs { return .validation }
        return timeMs >= testFromMs && timeMs < testUntilMs ? .test : nil
    }

    /// Refuses periods that would let the model or its thresholds know what they are judged on.
    ///
    /// - Parameter campaignsAreLabelled: Whether any label names a campaign.
    func check(campaignsAreLabelled: Bool) throws(EvaluationError) {
        guard shares.allSatisfy({ $0 > 0 && $0 < 1 }), shares.contains(primaryShare) else {
            throw EvaluationError(.badPlan, "shares: expected shares above 0 and below 1, found \(shares)")
        }
        guard split == .time else {
            guard !campaignsAreLabelled || allowsRandomSplit else {
                throw EvaluationError(
                    .leakySplit,
                    "a random split puts accounts of one campaign on both sides, and labels name campaigns: evaluate "
                        + "forward in time, or allow the random split by name")
            }
            return
        }
        guard testFromMs >= trainUntilMs else {
            throw EvaluationError(
                .leakySplit,
                "the test period must not begin before training ends: test from \(testFromMs), train until "
                    + "\(trainUntilMs)")
        }
        guard labelsUntilMs <= testFromMs else {
            throw EvaluationError(
                .leakySplit,
                "labels of the test period must not be learnt from: labels until \(labelsUntilMs), test from "
                    + "\(testFromMs)")
        }
        guard validateFromMs >= trainUntilMs else {
            throw EvaluationError(
                .leakySplit,
                "thresholds must not come from rows that were learnt from: validate from \(validateFromMs), train "
                    + "until \(trainUntilMs)")
        }
        guard validateFromMs < testFromMs, testFromMs < testUntilMs else {
            throw EvaluationError(
                .badPlan,
                "expected a validation period before a test period, found validation from \(validateFromMs), test "
                    + "from \(testFromMs) until \(testUntilMs)")
        }
    }

    /// Refuses a model whose training may have seen what it would be judged on.
    ///
    /// - Parameter digests: SHA-256 of the files that it would be judged on.
    func check(_ statement: TrainingStatement, digests: [[UInt8]] = []) throws(EvaluationError) {
        if modelIsOfOtherData {
            guard !statement.dataDigests.isEmpty, !digests.isEmpty, Set(statement.dataDigests).isDisjoint(with: digests)
            else {
                throw EvaluationError(
                    .leakySplit,
                    "expected a model that states other data than these files, found one that states "
                        + (statement.dataDigests.isEmpty ? "none" : "them: it learnt from this log"))
            }
            return
        }
        let rowsUntilMs = try Self.moment("until_ms", statement)
        let labelsUntilMs = try Self.moment("labels_until_ms", statement)
        guard rowsUntilMs <= validateFromMs else {
            throw EvaluationError(
                .leakySplit,
                "the model learnt from rows until \(rowsUntilMs), validation begins at \(validateFromMs)")
        }
        guard labelsUntilMs <= testFromMs else {
            throw EvaluationError(
                .leakySplit, "the model learnt from labels until \(labelsUntilMs), the test begins at \(testFromMs)")
        }
    }

    /// When a model's training ended, by its own statement.
    public static func trainUntilMs(of statement: TrainingStatement) throws(EvaluationError) -> Int64 {
        try moment("until_ms", statement)
    }

    private static func moment(_ name: String, _ statement: TrainingStatement) throws(EvaluationError) -> Int64 {
        let option = statement.options.first { $0.hasPrefix(name + "=") }
        guard let text = option?.dropFirst(name.utf8.count + 1), let moment = Int64(text) else {
            throw EvaluationError(
                .unknownTraining,
                "the model's training statement must say \(name)=MILLISECONDS, found \(option ?? "nothing"): nobody "
                    + "can tell whether it has seen the test period")
        }
        return moment
    }
}
