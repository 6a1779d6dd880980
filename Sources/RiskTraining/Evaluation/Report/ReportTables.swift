/// A table of the report, for the terminal and the page alike.
struct ReportTable: Sendable {
    /// What it shows.
    var title: String
    /// What to know when reading it; may be empty.
    var caption: String
    var columns: [String]
    var rows: [[String]]
    /// How many columns from the left hold words; the others hold numbers.
    var wordColumns = 1

    /// The table in columns of equal width.
    var text: String {
        let widths = columns.indices.map { column in ([columns] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            var parts: [String] = []
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                parts.append(column < wordColumns ? cell + padding : padding + cell)
            }
            var text = parts.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        return ([title, line(columns)] + rows.map(line)).joined(separator: "\n") + "\n"
    }
}

extension EvaluationReport {
    /// Leak and false positives by account, one row for each model, share and source of the threshold.
    func leakTable(_ tables: [ModelTable], title: String) -> ReportTable {
        let names = Self.campaignNames(tables)
        var rows: [[String]] = []
        for table in tables {
            for row in table.thresholds {
                var cells = [table.name, Figures.share(row.share), word(row.source)]
                if let outcome = row.outcome {
                    cells.append(Figures.fixed(outcome.threshold, 3))
                    cells += self.cells(outcome, campaigns: names)
                } else {
                    cells.append("too few accounts")
                    cells += Array(repeating: "–", count: 4 + names.count)
                }
                rows.append(cells)
            }
        }
        return ReportTable(
            title: title,
            caption: """
                Leak: of a campaign's exchanges in the test, those up to and including the record at which an account \
                is first flagged, and all of accounts never flagged; what an account had used before the log began \
                does not count. Intervals: 95 %, by account. With a reserve, so many times fewer than stated reach the \
                threshold in the validation, since a campaign that runs draws honest accounts with it, and still fewer \
                where they are few, so that chance alone does not break the budget. The oracle's threshold gives the \
                share exactly in the test: nobody can know it beforehand.
                """,
            columns: [
                "model", "share", "threshold from", "margin", "honest flagged", "accounts", "exchanges leaked",
                "accounts caught",
            ] + names.map { "leak \($0)" }, rows: rows, wordColumns: 3)
    }

    /// What the rules in the model's file do, one row for each decision; nil without rules.
    func policyTable(_ table: ModelTable) -> ReportTable? {
        guard !table.policy.isEmpty else { return nil }
        let names = table.policy.first?.outcome.campaigns.map(\.campaign) ?? []
        return ReportTable(
            title: "What the model's own rules do",
            caption: """
                The rules in the model's file, which its own held-out rows set and not this report's validation. An \
                account counts from the first judged record at which the decision or a stronger one holds, be it in \
                the validation.
                """,
            columns: ["decision", "honest reached", "accounts", "exchanges leaked", "accounts reached"]
                + names.map { "leak \($0)" },
            rows: table.policy.map { row in
                [row.decision.word] + cells(row.outcome, campaigns: names)
            })
    }

    private func cells(_ outcome: ThresholdRow.Outcome, campaigns names: [String]) -> [String] {
        [
            Figures.percent(outcome.honest.value, outcome.honest.interval),
            "\(Figures.grouped(outcome.honest.hits)) of \(Figures.grouped(outcome.honest.count))",
            Figures.percent(outcome.total.leakedShare, outcome.total.interval),
            Figures.percent(outcome.total.accounts.value),
        ]
            + names.map { name in
                Figures.percent(outcome.campaigns.first { $0.campaign == name }?.leakedShare)
            }
    }

    /// The campaigns that any of the tables has figures of, in order of their names.
    static func campaignNames(_ tables: [ModelTable]) -> [String] {
        Set(tables.flatMap(\.thresholds).compactMap(\.outcome).flatMap { $0.campaigns.map(\.campaign) }).sorted()
    }

    private func word(_ source: ThresholdRow.Source) -> String {
        switch source {
        case .reserved:
            "validation, reserve of \(Figures.short(plan.reserve.times)), \(Figures.share(plan.reserve.confidence))"
        case .validation: "validation, truth"
        case .provider: "validation, own labels"
        case .oracle: "oracle"
        }
    }

    /// How well events are told apart, one row for each model and decision point.
    func eventTable(_ tables: [ModelTable]) -> ReportTable {
        var rows: [[String]] = []
        for table in tables {
            for figures in table.events where figures.honestCount + figures.campaignCount > 0 {
                var cells = [
                    table.name, figures.point, Figures.grouped(figures.honestCount),
                    Figures.grouped(figures.campaignCount), Figures.measure(figures.rocAUC),
                    Figures.measure(figures.averagePrecision),
                ]
                cells += figures.recalls.map { recall in
                    guard let value = recall.recall else { return "too few" }
                    return Figures.percent(value, recall.interval)
                }
                cells.append(Figures.measure(figures.brierSkill, 3))
                cells.append(Figures.measure(figures.calibrationError, 3))
                rows.append(cells)
            }
        }
        return ReportTable(
            title: "Events of the test, by decision point",
            caption: """
                Campaign against honest events; background abuse is left out. Recall intervals go by account. \
                Calibration error: mean distance of probability and truth above the policy's step_up threshold.
                """,
            columns: ["model", "decision point", "honest", "campaign", "ROC-AUC", "PR-AUC"]
                + EventFigures.shares.map { "recall at \(Figures.share($0))" } + ["Brier skill", "calibration error"],
            rows: rows, wordColumns: 2)
    }

    /// Leave-one-campaign-out: a row for each campaign, share and source.
    var foldTable: ReportTable? {
        guard !folds.isEmpty else { return nil }
        var rows: [[String]] = []
        for fold in folds {
            let all = fold.table.events.first
            for row in fold.table.thresholds where row.source != .provider {
                var cells = [fold.campaign, Figures.share(row.share), word(row.source)]
                if let outcome = row.outcome {
                    cells += [
                        Figures.fixed(outcome.threshold, 3),
                        Figures.percent(outcome.honest.value, outcome.honest.interval),
                        Figures.percent(outcome.total.leakedShare, outcome.total.interval),
                        Figures.percent(outcome.total.accounts.value),
                    ]
                } else {
                    cells += ["too few accounts", "–", "–", "–"]
                }
                cells += [Figures.measure(all?.rocAUC), Figures.measure(all?.averagePrecision)]
                rows.append(cells)
            }
        }
        return ReportTable(
            title: "Leave one campaign out (not forward in time)",
            caption: """
                For each campaign a model that learnt from the others only, later ones included. Honest accounts are \
                split by organisation: 60 % learnt from, 20 % set the threshold, 20 % are judged on.
                """,
            columns: [
                "campaign left out", "share", "threshold from", "margin", "honest flagged", "exchanges leaked",
                "accounts caught", "ROC-AUC", "PR-AUC",
            ], rows: rows, wordColumns: 3)
    }

    /// Honest accounts by segment, the worst first.
    func segmentTable(_ table: ModelTable) -> ReportTable? {
        guard !table.segments.isEmpty else { return nil }
        return ReportTable(
            title: "Honest accounts ever flagged, by segment, the worst first",
            caption: "At the reserved threshold for \(Figures.share(plan.primaryShare)). Wilson's 95 % interval.",
            columns: ["segment", "accounts", "flagged", "share", "interval, %"],
            rows: table.segments.map {
                [
                    $0.segment.isEmpty ? "(none)" : $0.segment, Figures.grouped($0.flagged.count),
                    Figures.grouped($0.flagged.hits), Figures.percent($0.flagged.value),
                    Figures.bracket($0.flagged.interval),
                ]
            })
    }

    /// Delays and recall by campaign and pool.
    func campaignTable(_ table: ModelTable) -> ReportTable? {
        guard !table.campaigns.isEmpty else { return nil }
        var rows: [[String]] = []
        for row in table.campaigns {
            rows.append([
                row.campaign, "all", Figures.grouped(row.flagged.count),
                Figures.percent(row.flagged.value, row.flagged.interval), Figures.duration(ms: row.campaignMs),
                Figures.duration(ms: row.timeMs?.median), Figures.duration(ms: row.timeMs?.ninetieth),
                row.exchanges.map { Figures.fixed($0.median, 0) } ?? "–",
                row.exchanges.map { Figures.fixed($0.ninetieth, 0) } ?? "–",
            ])
            for pool in row.pools where row.pools.count > 1 {
                rows.append(
                    [
                        "", pool.segment, Figures.grouped(pool.flagged.count),
                        Figures.percent(pool.flagged.value, pool.flagged.interval),
                    ] + Array(repeating: "", count: 5))
            }
        }
        return ReportTable(
            title: "How soon campaigns are caught",
            caption: """
                At the reserved threshold for \(Figures.share(plan.primaryShare)). Delays of the accounts first \
                flagged in the test, from their first record there to the one that flags them.
                """,
            columns: [
                "campaign", "part", "accounts", "caught", "first account after", "delay, median", "delay, 90 %",
                "exchanges, median", "exchanges, 90 %",
            ], rows: rows, wordColumns: 2)
    }

    /// Background abuse: its own row, neither hit nor false positive.
    func backgroundTable(_ table: ModelTable) -> ReportTable? {
        guard let outcome = table.outcome(.reserved, share: plan.primaryShare), !outcome.background.isEmpty
        else { return nil }
        return ReportTable(
            title: "Background abuse (neither hit nor false positive)",
            caption: "Accounts ever flagged at the reserved threshold for \(Figures.share(plan.primaryShare)).",
            columns: ["kind", "accounts", "flagged", "share"],
            rows: outcome.background.map {
                [
                    $0.kind.isEmpty ? "(none)" : $0.kind, Figures.grouped($0.share.count),
                    Figures.grouped($0.share.hits), Figures.percent($0.share.value, $0.share.interval),
                ]
            })
    }

    /// For a terminal: what it is worth, then the tables.
    public var text: String {
        var parts = [provenance + "\n"]
        parts.append(leakTable(tables, title: "\(mainTitle): leak at a share of honest accounts ever flagged").text)
        parts.append(eventTable(tables).text)
        if let first = tables.first {
            parts += [policyTable(first), segmentTable(first), campaignTable(first), backgroundTable(first)]
                .compactMap { $0?.text }
        }
        parts += [variantTable, variantDetailTable].compactMap { $0?.text }
        if let foldTable { parts.append(foldTable.text) }
        if !notes.isEmpty { parts.append(notes.map { "note: \($0)" }.joined(separator: "\n") + "\n") }
        return parts.joined(separator: "\n")
    }
}
