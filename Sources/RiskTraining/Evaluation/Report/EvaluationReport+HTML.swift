internal import RiskCore

extension EvaluationReport {
    /// The report as one page that needs nothing else: styles and drawings are inside, there are no scripts.
    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>\(escapeHTML(model.name)): evaluation</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        \(header)
        \(headline)
        \(forwardSection)
        \(chartSection)
        \(segmentSection)
        \(variantSection)
        \(foldSection)
        \(appendix)
        </body>
        </html>

        """
    }

    private var header: String {
        let badge = isSimulated ? "<span class=\"badge\">simulation</span>" : ""
        let facts = periodFacts + sourceFacts
        let list = facts.map { "<dt>\(escapeHTML($0.0))</dt><dd>\(escapeHTML($0.1))</dd>" }.joined(separator: "\n")
        let warnings = notes.map { "<p class=\"note\">\(escapeHTML($0))</p>" }.joined(separator: "\n")
        return """
            <header><h1>\(escapeHTML(model.name)): how much a campaign takes before it is caught \(badge)</h1>
            <p class="lead">\(escapeHTML(provenance))</p>
            <dl>\(list)</dl>
            \(warnings)
            </header>
            """
    }

    private var periodFacts: [(String, String)] {
        guard plan.split == .time else {
            return [("split", "random by account: 60 % learnt from, 20 % thresholds, 20 % judged")]
        }
        let labels = Figures.moment(plan.labelsUntilMs)
        let learning =
            plan.modelIsOfOtherData
            ? [("learnt from", "other data than this log"), ("own labels known before", labels)]
            : [("learnt from rows before", Figures.moment(plan.trainUntilMs)), ("and labels known before", labels)]
        return learning + [
            ("thresholds from", "\(Figures.moment(plan.validateFromMs)) to \(Figures.moment(plan.testFromMs))"),
            ("judged on", "\(Figures.moment(plan.testFromMs)) to \(Figures.moment(plan.testUntilMs))"),
        ]
    }

    private var sourceFacts: [(String, String)] {
        let events = "\(Figures.grouped(log.eventCount)) events"
        let times = "\(Figures.moment(log.firstMs)) to \(Figures.moment(log.lastMs)) UTC"
        let accounts =
            "\(Figures.grouped(log.honestCount)) honest, \(Figures.grouped(log.campaignCount)) of campaigns, "
            + "\(Figures.grouped(log.backgroundCount)) background abuse"
        let rows = "\(Figures.grouped(Int(model.training.rowCount))) rows"
        let positives = "\(Figures.grouped(Int(model.training.positiveCount))) positive"
        let origin = model.wasGiven ? "given" : "trained for this report"
        let campaigns = model.training.campaigns.joined(separator: ", ")
        return [
            ("log", "\(events), \(times)"), ("accounts", accounts),
            ("model", "\(model.kind), \(model.featureCount) features, \(rows), \(positives), \(origin)"),
            ("learnt of", campaigns.isEmpty ? "no campaign by name" : campaigns),
            ("digest", hexadecimal(model.digest)),
        ]
    }

    /// The figures to remember.
    private var headline: String {
        guard let table = tables.first, let outcome = table.outcome(.reserved, share: plan.primaryShare) else {
            return "<p class=\"note\">Too few accounts for a threshold at \(Figures.share(plan.primaryShare)).</p>"
        }
        let oracle = Figures.percent(table.outcome(.oracle, share: plan.primaryShare)?.total.leakedShare)
        let cards: [(String, String, String)] = [
            (
                "exchanges leaked", Figures.percent(outcome.total.leakedShare),
                "95 %: \(Figures.bracket(outcome.total.interval)); oracle \(oracle)"
            ),
            (
                "honest accounts flagged", Figures.percent(outcome.honest.value),
                "stated \(Figures.share(plan.primaryShare)); \(Self.ratio(outcome.honest))"
            ),
            (
                "campaign accounts caught", Figures.percent(outcome.total.accounts.value),
                Self.ratio(outcome.total.accounts)
            ),
            (
                "worst segment", Figures.percent(table.segments.first?.flagged.value),
                table.segments.first.map { "\($0.segment): \(Self.ratio($0.flagged))" } ?? ""
            ),
        ]
        return "<div class=\"cards\">"
            + cards.map {
                "<div><b>\(escapeHTML($0.1))</b><span>\(escapeHTML($0.0))</span>"
                    + "<small>\(escapeHTML($0.2))</small></div>"
            }.joined() + "</div>"
    }

    private static func ratio(_ share: Share) -> String {
        "\(Figures.grouped(share.hits)) of \(Figures.grouped(share.count))"
    }

    private var forwardSection: String {
        var parts = ["<h2>\(escapeHTML(mainTitle))</h2>"]
        parts.append(html(leakTable(tables, title: "Leak at a share of honest accounts ever flagged")))
        if let first = tables.first, let rules = policyTable(first) { parts.append(html(rules)) }
        parts.append(html(eventTable(tables)))
        if let first = tables.first, let campaigns = campaignTable(first) { parts.append(html(campaigns)) }
        return parts.joined(separator: "\n")
    }

    private var segmentSection: String {
        guard let first = tables.first else { return "" }
        var parts = ["<h2>Who is flagged</h2>"]
        if let chart = segmentChart(first) { parts.append(chart.html) }
        parts += [segmentTable(first), backgroundTable(first)].compactMap { $0 }.map { html($0) }
        return parts.joined(separator: "\n")
    }

    private var variantSection: String {
        guard let variantTable else { return "" }
        let charts = variantCharts.map(\.html).joined()
        return "<h2>The same campaign with fewer links</h2><div class=\"charts\">\(charts)</div>" + html(variantTable)
            + (variantDetailTable.map { html($0) } ?? "")
    }

    private var foldSection: String {
        guard let foldTable else { return "" }
        return "<h2>Campaigns it has never seen</h2>" + html(foldTable)
    }

    private var appendix: String {
        let separations = ReportTable(
            title: "What single features can do",
            caption: """
                The best at telling campaign from honest accounts at their first event of the test, alone. Above \
                \(SeparationAudit.aucMaximum) the evaluation refuses, unless the feature is accepted by name\
                \(audits.accepted.isEmpty ? "" : " (accepted: \(audits.accepted.joined(separator: ", ")))"). \
                \(audits.cutCount) events had, to the bit, the features that a log ending there gives.
                """,
            columns: ["feature", "ROC-AUC"],
            rows: audits.separations.map { [$0.feature, Figures.measure($0.auc)] })
        let options = model.training.options.map { "<code>\(escapeHTML($0))</code>" }.joined(separator: " ")
        return "<h2>Audits and training</h2>" + (audits.separations.isEmpty ? "" : html(separations))
            + "<p class=\"options\">\(options)</p>"
    }

    private func html(_ table: ReportTable) -> String {
        func cells(_ row: [String], _ tag: String) -> String {
            row.enumerated().map { column, cell in
                let kind = column < table.wordColumns ? "" : " class=\"n\""
                return "<\(tag)\(kind)>\(escapeHTML(cell))</\(tag)>"
            }.joined()
        }
        var body = ""
        for (index, row) in table.rows.enumerated() {
            let begins =
                index > 0 && row.first != table.rows[index - 1].first && table.wordColumns > 1
                && row.first?.isEmpty == false
            body += "<tr\(begins ? " class=\"begin\"" : "")>\(cells(row, "td"))</tr>\n"
        }
        let caption = table.caption.isEmpty ? "" : "<p class=\"caption\">\(escapeHTML(table.caption))</p>"
        return """
            <h3>\(escapeHTML(table.title))</h3>\(caption)
            <div class="scroll"><table><thead><tr>\(cells(table.columns, "th"))</tr></thead>
            <tbody>\(body)</tbody></table></div>
            """
    }

    private static let style = """
        body{font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;color:#1b1f24;background:#fff;\
        max-width:1120px;margin:0 auto;padding:24px 28px 60px}
        h1{font-size:25px;line-height:1.25;margin:8px 0}h2{font-size:20px;margin:40px 0 6px;border-bottom:2px solid \
        #1b1f24;padding-bottom:4px}h3{font-size:16px;margin:24px 0 4px}
        .badge{font-size:13px;font-weight:600;background:#fff3d6;border:1px solid #b57900;color:#6b4700;\
        border-radius:4px;padding:2px 8px;vertical-align:middle;white-space:nowrap}
        .lead{margin:4px 0 12px;font-weight:600}
        .note{background:#fff3d6;border-left:4px solid #e69f00;padding:6px 12px;margin:8px 0}
        .caption{color:#4a5360;font-size:13.5px;margin:0 0 6px;max-width:85ch}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0;font-size:14px}
        dt{color:#4a5360}dd{margin:0;overflow-wrap:anywhere}
        .cards{display:grid;grid-template-columns:repeat(4,1fr);gap:14px;margin:22px 0 4px}
        .cards div{border:1px solid #d5dae0;border-radius:6px;padding:12px 14px}
        .cards b{display:block;font-size:26px;line-height:1.2}.cards span{display:block;font-weight:600}
        .cards small{color:#4a5360}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;margin-bottom:8px}
        th{text-align:left;vertical-align:bottom;border-bottom:1.5px solid #1b1f24;padding:4px 10px 4px 0;\
        line-height:1.25}
        td{padding:3px 10px 3px 0;border-bottom:1px solid #e4e8ec;white-space:nowrap}
        th.n,td.n{text-align:right;padding-left:8px}tr.begin td{border-top:1.5px solid #8b95a1}
        .charts{display:grid;grid-template-columns:1fr 1fr;gap:18px 20px}
        figure{margin:12px 0 0}figcaption{font-weight:600;font-size:14.5px}
        figure.wide{grid-column:1/-1}svg{width:100%;height:auto;display:block}
        .legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;color:#2b323a;min-height:21px}
        .legend i{display:inline-block;width:18px;height:3px;margin-right:6px;vertical-align:middle}
        .legend i.dash{height:0;border-top:2px dashed}.legend i.area{height:10px}
        .legend i.mark{width:7px;height:7px;border:2px solid;border-radius:50%;background:#fff}
        svg text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#2b323a}
        svg text.title{font-size:12.5px;fill:#1b1f24}
        svg .grid{stroke:#d5dae0}svg .minor{stroke:#eef1f4}svg .axis{stroke:#1b1f24}
        .options code{font-size:12px;background:#f2f4f6;border-radius:3px;padding:1px 5px;margin-right:4px;\
        display:inline-block}
        """
}
