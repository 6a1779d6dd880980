internal import Glibc

extension EvaluationReport {
    /// All curves of the main table.
    var chartSection: String {
        guard let first = tables.first else { return "" }
        var charts = [leakChart, rocChart, precisionRecallChart, calibrationChart(first)].compactMap { $0?.html }
        charts += first.curves.days.filter { !$0.days.isEmpty }.map { dayChart($0, first).html }
        return "<h2>Curves</h2><div class=\"charts\">\n" + charts.joined() + "</div>"
    }

    /// A line a model, where it has points.
    private func lines(_ points: (ModelTable) -> [Curves.Point]) -> [LineChart.Series] {
        tables.enumerated().compactMap { index, table in
            let own = points(table)
            guard !own.isEmpty else { return nil }
            return LineChart.Series(name: table.name, colour: LineChart.colour(index), style: .line, points: own)
        }
    }

    private var leakChart: LineChart? {
        var series = lines { $0.curves.leak }
        guard !series.isEmpty else { return nil }
        for (index, table) in tables.enumerated() {
            let marks = plan.shares.compactMap { share -> Curves.Point? in
                guard let outcome = table.outcome(.reserved, share: share), let x = outcome.honest.value,
                    let y = outcome.total.leakedShare
                else { return nil }
                return Curves.Point(x: x, y: y)
            }
            let name = index == 0 ? "thresholds from the validation, with the reserve" : ""
            series.append(
                LineChart.Series(name: name, colour: LineChart.colour(index), style: .marks, points: marks))
        }
        let count = tables.first?.honestTestCount ?? 1
        return LineChart(
            title: "Leak against honest accounts ever flagged",
            x: .logarithmicShare("honest accounts ever flagged in the test", floor: Self.floor(count), ceiling: 0),
            y: .logarithmicShare("exchanges leaked", floor: -3), series: series)
    }

    /// The power of ten just below one of so many, at least -5.
    private static func floor(_ count: Int) -> Int {
        max(-5, Int((-log10(Double(max(10, count)))).rounded(.down)))
    }

    private var rocChart: LineChart? {
        let series = lines { $0.curves.roc }
        guard !series.isEmpty else { return nil }
        let count = tables.first?.events.first?.honestCount ?? 1
        return LineChart(
            title: "Recall of events near the origin (ROC, logarithmic)",
            x: .logarithmicShare("honest events flagged", floor: Self.floor(count)),
            y: .share("campaign events flagged"), series: series)
    }

    private var precisionRecallChart: LineChart? {
        let series = lines { $0.curves.precisionRecall }
        guard !series.isEmpty else { return nil }
        return LineChart(
            title: "Precision and recall of events", x: .share("recall"), y: .share("precision"), series: series)
    }

    private func calibrationChart(_ table: ModelTable) -> LineChart? {
        let floor = 1e-4
        var series = [
            LineChart.Series(
                name: "as promised", colour: "#6b7682", style: .dashed,
                points: [Curves.Point(x: floor, y: floor), Curves.Point(x: 1, y: 1)])
        ]
        for (index, point) in table.curves.calibration.enumerated() where !point.bins.isEmpty {
            let points = point.bins.map { Curves.Point(x: $0.meanPrediction, y: $0.positiveShare) }
            series.append(
                LineChart.Series(name: point.point, colour: LineChart.colour(index), style: .line, points: points))
            series.append(
                LineChart.Series(name: "", colour: LineChart.colour(index), style: .marks, points: points))
        }
        guard series.count > 1 else { return nil }
        return LineChart(
            title: "Calibration: probability against truth",
            x: .logarithmicShare("probability, mean of events", floor: -4),
            y: .logarithmicShare("campaign events among them (none: on the floor)", floor: -4), series: series)
    }

    private func dayChart(_ campaign: Curves.CampaignDays, _ table: ModelTable) -> LineChart {
        let first = campaign.days.first?.day ?? 0
        let last = campaign.days.last?.day ?? first
        let exchanges = campaign.days.reduce(0) { $0 + $1.exchanges }
        let leaked = campaign.days.reduce(0) { $0 + $1.leaked }
        // Days without records lie between those with some.
        let byDay = Dictionary(uniqueKeysWithValues: campaign.days.map { ($0.day, $0) })
        func points(_ value: (Curves.CampaignDays.Day) -> Double) -> [Curves.Point] {
            (first...last).map { Curves.Point(x: Double($0), y: byDay[$0].map(value) ?? 0) }
        }
        return LineChart(
            title: "\(campaign.campaign): \(ChartAxis.short(exchanges)) exchanges, "
                + "\(Figures.percent(exchanges > 0 ? leaked / exchanges : nil)) leaked",
            x: .days(first...max(last, first + 1)),
            y: .amount("exchanges a day", to: campaign.days.map(\.exchanges).max() ?? 1),
            series: [
                LineChart.Series(name: "taken", colour: "#c3d4e3", style: .area, points: points(\.exchanges)),
                LineChart.Series(
                    name: "leaked at \(Figures.share(plan.primaryShare)) of honest accounts", colour: "#d55e00",
                    style: .area, points: points(\.leaked)),
            ])
    }

    /// Honest accounts flagged by segment; nil without any.
    func segmentChart(_ table: ModelTable) -> BarChart? {
        guard !table.segments.isEmpty else { return nil }
        let bars = table.segments.prefix(16).map { row in
            BarChart.Bar(
                name: row.segment.isEmpty ? "(none)" : row.segment, value: row.flagged.value ?? 0,
                interval: row.flagged.interval,
                note: "\(Figures.grouped(row.flagged.hits)) of \(Figures.grouped(row.flagged.count)) "
                    + "(\(Figures.percent(row.flagged.value)))")
        }
        let highest = bars.map { max($0.value, min($0.interval.upper, 4 * max($0.value, plan.primaryShare))) }.max()
        return BarChart(
            title: "Honest accounts ever flagged, by segment (dashed: the stated \(Figures.share(plan.primaryShare)))",
            axis: .smallShare(
                "share of the segment's accounts ever flagged, with 95 % interval",
                to: max(highest ?? 0, 2 * plan.primaryShare)),
            colour: LineChart.colour(0), bars: Array(bars), reference: (plan.primaryShare, "stated share"))
    }
}
