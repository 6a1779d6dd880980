internal import RiskCore
internal import RiskEventLog

/// A campaign that a model never learns of, to see what it makes of a stranger. Not forward in time.
struct Fold: Sendable {
    /// Its name.
    var campaign: String
    /// Its index in the truth.
    var number: Int
    /// The other labelled campaigns, in order of their names.
    var others: [String]

    /// Six, two and two tenths.
    static func part(draw: UInt64) -> EvaluationPlan.Part {
        switch draw >> 32 {
        case ..<0x9999_9999: .training
        case ..<0xCCCC_CCCC: .validation
        default: .test
        }
    }

    /// The part that an account's events belong to; nil if to none.
    ///
    /// The campaign is the test; labelled abusive accounts of others are learnt from; everybody else goes by the
    /// organisation.
    func part(of entry: AccountLedger.Entry, isLabelledAbusive: Bool) -> EvaluationPlan.Part? {
        if entry.kind == .campaign, entry.campaign == number { return .test }
        if isLabelledAbusive { return .training }
        return Self.part(draw: entry.organisationDraw)
    }

    /// The campaigns with enough labelled accounts, the largest first, and what to say about the choice.
    static func choose(
        _ evaluation: Evaluation, labels: [LabelRow], truth: Truth
    ) -> (folds: [Fold], notes: [String]) {
        let plan = evaluation.plan
        guard plan.split == .time, plan.foldLimit > 0 else { return ([], []) }
        guard evaluation.model == nil else {
            return ([], ["A given model is judged: no campaign is left out, since that takes training."])
        }
        let known = KnownLabels(labels, untilMs: plan.testUntilMs == .max ? nil : plan.testUntilMs)
        var counts: [String: Int] = [:]
        for row in known.rows where row.isAbusive && !row.campaign.isEmpty { counts[row.campaign, default: 0] += 1 }
        let numbers = Dictionary(uniqueKeysWithValues: truth.campaigns.enumerated().map { ($1, $0) })
        let candidates = counts.filter { $0.value >= Evaluation.foldAccountMinimum && numbers[$0.key] != nil }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        guard candidates.count >= 2 else {
            return (
                [],
                [
                    "Leaving campaigns out takes two with \(Evaluation.foldAccountMinimum) labelled accounts each; the "
                        + "labels have \(candidates.count)."
                ]
            )
        }
        let chosen = candidates.prefix(plan.foldLimit)
        let notes =
            chosen.count < candidates.count
            ? ["Of \(candidates.count) labelled campaigns the \(chosen.count) largest are left out one by one."] : []
        let folds = chosen.map { name in
            Fold(
                campaign: name, number: numbers[name] ?? 0, others: known.campaigns.filter { $0 != name })
        }
        return (folds, notes)
    }
}
