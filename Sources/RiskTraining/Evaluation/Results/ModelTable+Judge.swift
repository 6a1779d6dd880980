internal import RiskCore
internal import RiskModels

extension ModelTable {
    /// Turns what a judge collected into figures.
    ///
    /// - Parameters:
    ///   - model: Gives probabilities; nil: a model of others, whose margins are all there is.
    init(_ judge: ModelJudge, plan: EvaluationPlan, model: LoadedModel?) {
        name = judge.name
        let validation = judge.peaks(.validation) { $0.kind == .honest }
        let provider = judge.peaks(.validation) { !$0.isLabelledAbusive }
        let test = judge.peaks(.test) { $0.kind == .honest }
        let traces = CampaignTraces(judge)
        honestValidationCount = validation.count
        honestTestCount = test.count
        campaignTestCount = traces.all.count
        strangerEventCount = judge.strangerCount

        events = EventType.allCases.map { type in
            EventFigures(
                point: type, events: judge.events[type.rawValue], honestAccountCount: test.count, model: model)
        }
        let all = Self.together(judge.events)
        events.insert(EventFigures(word: "all", events: all, honestAccountCount: test.count), at: 0)

        thresholds = []
        for share in plan.shares {
            for (source, basis, reserve) in [
                (ThresholdRow.Source.reserved, validation, plan.reserve), (.validation, validation, Reserve()),
                (.provider, provider, Reserve()), (.oracle, test, Reserve()),
            ] {
                var row = ThresholdRow(source: source, share: share, basisCount: basis.count)
                let tooFew = share < 0.001 && min(basis.count, test.count) < EventFigures.rareCountMinimum
                if !tooFew, let threshold = RankedScores.threshold(descending: basis, share: share, reserve: reserve) {
                    row.outcome = Self.outcome(threshold, judge, test: test, traces)
                }
                thresholds.append(row)
            }
        }
        segments = []
        campaigns = []
        let ranked = RankedScores(positives: all.campaign, negatives: all.honest)
        curves = Curves(
            roc: Curves.roc(ranked), precisionRecall: Curves.precisionRecall(ranked),
            leak: Curves.leak(peaks: test, traces: traces.all))
        if let model { curves.calibration = Self.calibration(judge, model) }
        guard let primary = outcome(.reserved, share: plan.primaryShare) else { return }
        segments = Self.segments(judge, primary.threshold)
        for (campaign, own) in traces.campaigns {
            campaigns.append(CampaignRow(campaign, own, judge, threshold: primary.threshold))
            curves.days.append(
                Curves.days(
                    campaign: judge.ledger.truth.campaigns[campaign], traces: own.map(\.trace),
                    threshold: primary.threshold))
        }
    }

    /// What a threshold does in the test with what a judge collected.
    static func outcome(of judge: ModelJudge, threshold: Double) -> ThresholdRow.Outcome {
        outcome(threshold, judge, test: judge.peaks(.test) { $0.kind == .honest }, CampaignTraces(judge))
    }

    /// The traces of a judge, all and by campaign, the campaigns in the order of their names.
    struct CampaignTraces {
        var all: [AccountTrace]
        var campaigns: [(campaign: Int, traces: [(account: Int, trace: AccountTrace)])]

        init(_ judge: ModelJudge) {
            let traces = judge.testTraces()
            all = traces.map(\.trace)
            let names = judge.ledger.truth.campaigns
            let grouped = Dictionary(grouping: traces) { judge.ledger.entries[$0.account].campaign }
            campaigns = grouped.sorted { names[$0.key] < names[$1.key] }.map { ($0.key, $0.value) }
        }
    }

    private static func together(_ events: [ModelJudge.Events]) -> ModelJudge.Events {
        events.reduce(into: ModelJudge.Events()) {
            $0.honest += $1.honest
            $0.campaign += $1.campaign
            $0.campaignAccounts += $1.campaignAccounts
        }
    }

    private static func outcome(
        _ threshold: Double, _ judge: ModelJudge, test: [Double], _ traces: CampaignTraces
    ) -> ThresholdRow.Outcome {
        ThresholdRow.Outcome(
            threshold: threshold,
            honest: Share(hits: RankedScores.count(descending: test, atLeast: threshold), count: test.count),
            total: LeakFigures(campaign: "", traces: traces.all, threshold: threshold),
            campaigns: traces.campaigns.map { campaign, own in
                LeakFigures(
                    campaign: judge.ledger.truth.campaigns[campaign], traces: own.map(\.trace), threshold: threshold)
            },
            background: bySegment(judge, threshold, kind: .backgroundAbuse).map { ($0.segment, $0.flagged) })
    }

    /// Honest accounts by segment, the worst first.
    private static func segments(_ judge: ModelJudge, _ threshold: Double) -> [SegmentRow] {
        bySegment(judge, threshold, kind: .honest).sorted {
            let (left, right) = ($0.flagged.value ?? 0, $1.flagged.value ?? 0)
            return left == right ? $0.flagged.count > $1.flagged.count : left > right
        }
    }

    /// Accounts of one kind ever flagged in the test, by segment in order of the names.
    private static func bySegment(_ judge: ModelJudge, _ threshold: Double, kind: Truth.Kind) -> [SegmentRow] {
        let truth = judge.ledger.truth
        var shares: [Int: Share] = [:]
        for (account, peak) in judge.testPeaks.enumerated() where !peak.isNaN {
            let entry = judge.ledger.entries[account]
            guard entry.kind == kind else { continue }
            shares[entry.segment, default: Share(hits: 0, count: 0)].count += 1
            if peak >= threshold { shares[entry.segment]?.hits += 1 }
        }
        return shares.map { SegmentRow(segment: truth.segments[$0], flagged: $1) }.sorted { $0.segment < $1.segment }
    }

    private static func calibration(
        _ judge: ModelJudge, _ model: LoadedModel
    ) -> [(point: String, bins: [CalibrationMeasures.Bin])] {
        EventType.allCases.map { type in
            let events = judge.events[type.rawValue]
            let positives = events.campaign.map { model.probability(margin: $0, at: type) }
            let negatives = events.honest.map { model.probability(margin: $0, at: type) }
            return (type.word, CalibrationMeasures.logOddsBins(positives: positives, negatives: negatives))
        }
    }
}

extension CampaignRow {
    /// Figures of one campaign at a threshold.
    init(
        _ campaign: Int, _ traces: [(account: Int, trace: AccountTrace)], _ judge: ModelJudge, threshold: Double
    ) {
        self.campaign = judge.ledger.truth.campaigns[campaign]
        var shares: [Int: Share] = [:]
        var times: [Double] = []
        var taken: [Double] = []
        var firstFlagMs: Int64?
        for (account, trace) in traces {
            let fate = trace.fate(threshold: threshold)
            shares[judge.ledger.entries[account].segment, default: Share(hits: 0, count: 0)].count += 1
            if fate != .never { shares[judge.ledger.entries[account].segment]?.hits += 1 }
            guard case .at(let high) = fate, let firstMs = trace.firstMs else { continue }
            times.append(Double(max(0, high.timeMs - firstMs)))
            taken.append(high.exchanges)
            firstFlagMs = min(firstFlagMs ?? high.timeMs, high.timeMs)
        }
        pools = shares.map { Pool(segment: judge.ledger.truth.segments[$0], flagged: $1) }
            .sorted { $0.segment < $1.segment }
        flagged = Share(
            hits: pools.reduce(0) { $0 + $1.flagged.hits }, count: pools.reduce(0) { $0 + $1.flagged.count })
        timeMs = Self.delay(times)
        exchanges = Self.delay(taken)
        let firstMs = traces.compactMap(\.trace.firstMs).min()
        campaignMs = firstMs.flatMap { first in firstFlagMs.map { Double(max(0, $0 - first)) } }
    }

    private static func delay(_ values: [Double]) -> Delay? {
        let sorted = values.sorted()
        guard let median = nearestRank(sorted, 0.5), let ninetieth = nearestRank(sorted, 0.9) else { return nil }
        return Delay(median: median, ninetieth: ninetieth)
    }
}
