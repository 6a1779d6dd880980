extension EvaluationReport {
    /// The unchanged test, then the variants; empty without variants.
    private var allVariants: [VariantFigures] {
        guard let first = variants.first else { return [] }
        let unchanged = tables.prefix(first.models.count).map { VariantFigures.Model($0, plan: plan) }
        return [VariantFigures(name: "unchanged", models: unchanged)] + variants
    }

    /// Variants in which ours catches less than the model of accounts alone, beyond its interval.
    private var failures: [String] { allVariants.filter { $0.holds == false }.map(\.name) }

    /// One row a variant and model.
    var variantTable: ReportTable? {
        guard !variants.isEmpty else { return nil }
        let rows = allVariants.flatMap { variant in
            variant.models.enumerated().map { index, model -> [String] in
                let outcome = model.outcome
                return [
                    index == 0 ? variant.name : "", model.name,
                    Figures.percent(outcome?.total.accounts.value, outcome?.total.accounts.interval),
                    Figures.percent(outcome?.total.leakedShare, outcome?.total.interval),
                    Figures.percent(outcome?.honest.value, outcome?.honest.interval),
                    Figures.percent(model.oracle?.total.accounts.value),
                    Figures.percent(model.oracle?.total.leakedShare),
                    index > 0 ? "" : variant.holds.map { $0 ? "yes" : "no" } ?? "–",
                ]
            }
        }
        let share = Figures.share(plan.primaryShare)
        let verdict =
            failures.isEmpty
            ? "In none of them does it catch fewer than the model of accounts alone, up to that one's interval."
            : "In \(failures.count) of \(allVariants.count) it catches fewer than the model of accounts alone: "
                + failures.joined(separator: "; ") + "."
        return ReportTable(
            title: "The same test with fewer links, at the unchanged, reserved threshold for \(share)",
            caption: """
                fresh: each class of a campaign account is, with this probability, a value of its own (template and \
                prefixes together). absent: a campaign account lacks a class as often as honest accounts do. without: \
                the class is unknown, of any account. "holds": no fewer accounts caught than a model learnt by the \
                same options that reads of accounts alone, up to that one's 95 % interval. \(verdict)
                """,
            columns: [
                "variant", "model", "accounts caught", "exchanges leaked", "honest flagged", "caught, oracle",
                "leaked, oracle", "holds",
            ], rows: rows, wordColumns: 2)
    }

    /// What the names of variants do not say; nil if they say all.
    var variantDetailTable: ReportTable? {
        let rows = variants.filter { !$0.detail.isEmpty }.map { [$0.name, $0.detail] }
        guard !rows.isEmpty else { return nil }
        return ReportTable(
            title: "Classes that are unknown in a random variant", caption: "", columns: ["variant", "without"],
            rows: rows, wordColumns: 2)
    }

    /// What is caught and what leaks by variant.
    var variantCharts: [DotChart] {
        let share = Figures.share(plan.primaryShare)
        func chart(_ title: String, _ axis: String, _ value: (ThresholdRow.Outcome) -> (Double?, Interval)) -> DotChart
        {
            DotChart(
                title: title, axis: .share(axis),
                rows: allVariants.map { variant in
                    DotChart.Row(
                        name: variant.name,
                        dots: variant.models.map { model in
                            model.outcome.map(value).flatMap { value, interval in value.map { ($0, interval) } }
                        })
                },
                names: tables.prefix(variants.first?.models.count ?? 0).map(\.name))
        }
        return [
            chart("Campaign accounts caught, by variant", "accounts caught, reserved threshold for \(share)") {
                ($0.total.accounts.value, $0.total.accounts.interval)
            },
            chart("Exchanges leaked, by variant", "exchanges leaked, reserved threshold for \(share)") {
                ($0.total.leakedShare, $0.total.interval)
            },
        ]
    }

    func variant(_ figures: VariantFigures) -> JSONText {
        .object([
            ("variant", .text(figures.name)), ("detail", .text(figures.detail)),
            ("holds", figures.holds.map { .truth($0) } ?? .number(nil)),
            (
                "models",
                .list(
                    figures.models.map { model in
                        .object([
                            ("model", .text(model.name)), ("reserved", outcome(model.outcome)),
                            ("oracle", outcome(model.oracle)),
                            (
                                "pools",
                                .list(
                                    model.campaigns.flatMap { campaign in
                                        campaign.pools.map {
                                            .object(
                                                [
                                                    ("campaign", .text(campaign.campaign)),
                                                    ("segment", .text($0.segment)),
                                                ] + members($0.flagged, "caught"))
                                        }
                                    })
                            ),
                        ])
                    })
            ),
        ])
    }

    private func outcome(_ outcome: ThresholdRow.Outcome?) -> JSONText {
        guard let outcome else { return .number(nil) }
        return .object([
            ("threshold", .number(outcome.threshold)),
            ("honest", .object(members(outcome.honest, "flagged"))),
            ("accounts", .object(members(outcome.total.accounts, "caught"))),
            ("leaked_share", .number(outcome.total.leakedShare)),
            ("leaked_interval", interval(outcome.total.interval)),
            (
                "campaigns",
                .list(
                    outcome.campaigns.map {
                        .object([
                            ("campaign", .text($0.campaign)), ("leaked_share", .number($0.leakedShare)),
                            ("interval", interval($0.interval)),
                        ])
                    })
            ),
        ])
    }
}
