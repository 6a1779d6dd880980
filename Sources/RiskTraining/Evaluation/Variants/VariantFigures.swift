/// What models make of a variant of the test.
struct VariantFigures: Sendable {
    /// One model, ours first, then ours of accounts alone.
    struct Model: Sendable {
        var name: String
        /// What the threshold set on the unchanged validation, with the reserve, does; nil: too few accounts for one.
        var outcome: ThresholdRow.Outcome?
        /// What the threshold does that gives the share exactly in this variant.
        var oracle: ThresholdRow.Outcome?
        var campaigns: [CampaignRow]

        init(_ table: ModelTable, plan: EvaluationPlan) {
            name = table.name
            outcome = table.outcome(.reserved, share: plan.primaryShare)
            oracle = table.outcome(.oracle, share: plan.primaryShare)
            campaigns = table.campaigns
        }

        /// The share of campaign accounts caught.
        var recall: Share? { outcome?.total.accounts }
    }

    var name: String
    /// What the name does not say; may be empty.
    var detail = ""
    var models: [Model]

    /// Whether ours catches no fewer accounts than the model of accounts alone, up to that one's 95 % interval; nil
    /// without both.
    var holds: Bool? {
        guard models.count == 2, let ours = models[0].recall?.value, let own = models[1].recall else { return nil }
        return ours >= own.interval.lower
    }
}
