internal import RiskCore

extension EvaluationReport {
    /// The report as JSON: everything the page shows, with stable keys.
    ///
    /// Top: `format` (this version: 2), `simulated`, `provenance`, `split`, `periods` (Unix milliseconds;
    /// `test_until_ms` null: the end of the log), `primary_share`, `reserve`, `confidence`, `log`, `model`, `audits`,
    /// `notes`, `forward` (one table a model, ours first; under a random split the key is `random`) and
    /// `leave_one_campaign_out` (`forward_in_time` false, one table a campaign) and `variants` (the test with fewer
    /// links: per variant and model what the reserved threshold for the primary share does, and the oracle's).
    ///
    /// A table: `model`, `accounts`, `events` (per decision point), `thresholds` (per share and `source`: reserved,
    /// validation, provider, oracle; `too_few` where there were too few accounts), `policy` (per decision of the rules
    /// in the file of the first model, empty for the others: as `thresholds` from `honest` on, where who got the
    /// decision or a stronger one is called flagged, be it `monitor`), `segments` (worst first),
    /// `campaigns` (delays, pools), `curves` (points `[x, y]`). Shares are 0 to 1, intervals `[lower, upper]` at
    /// 95 %, times milliseconds.
    public var json: String {
        let main = JSONText.list(tables.map { table($0) })
        var members: [(String, JSONText)] = [
            ("format", .whole(2)), ("simulated", .truth(isSimulated)), ("provenance", .text(provenance)),
            ("split", .text(plan.split.rawValue)), ("periods", periods),
            ("primary_share", .number(plan.primaryShare)), ("reserve", .number(plan.reserve.times)),
            ("confidence", .number(plan.reserve.confidence)), ("log", logObject),
            ("model", modelObject),
            ("audits", auditObject), ("notes", .list(notes.map { .text($0) })),
        ]
        members.append((plan.split == .time ? "forward" : "random", main))
        members.append(
            (
                "leave_one_campaign_out",
                .object([("forward_in_time", false), ("folds", .list(folds.map { fold($0) }))])
            ))
        members.append(("variants", .list(variants.map(variant))))
        return JSONText.object(members).written() + "\n"
    }

    private var periods: JSONText {
        .object([
            ("train_until_ms", .whole(Int(plan.trainUntilMs))), ("labels_until_ms", .whole(Int(plan.labelsUntilMs))),
            ("validate_from_ms", .whole(Int(plan.validateFromMs))), ("test_from_ms", .whole(Int(plan.testFromMs))),
            ("test_until_ms", .whole(plan.testUntilMs == .max ? nil : Int(plan.testUntilMs))),
        ])
    }

    private var logObject: JSONText {
        .object([
            ("events", .whole(log.eventCount)), ("first_ms", .whole(Int(log.firstMs))),
            ("last_ms", .whole(Int(log.lastMs))), ("honest_accounts", .whole(log.honestCount)),
            ("campaign_accounts", .whole(log.campaignCount)),
            ("background_abuse_accounts", .whole(log.backgroundCount)),
        ])
    }

    private var modelObject: JSONText {
        .object([
            ("name", .text(model.name)), ("kind", .text(model.kind)), ("digest", .text(hexadecimal(model.digest))),
            ("given", .truth(model.wasGiven)), ("features", .whole(model.featureCount)),
            ("rows", .whole(Int(model.training.rowCount))),
            ("positives", .whole(Int(model.training.positiveCount))),
            ("campaigns", .list(model.training.campaigns.map { .text($0) })),
            ("options", .list(model.training.options.map { .text($0) })),
            ("numeric_environment", .text(model.training.numericEnvironment)),
        ])
    }

    private var auditObject: JSONText {
        .object([
            ("look_ahead_events_compared", .whole(audits.cutCount)),
            ("accepted_features", .list(audits.accepted.map { .text($0) })),
            (
                "best_single_features",
                .list(
                    audits.separations.map {
                        .object([("feature", .text($0.feature)), ("roc_auc", .number($0.auc))])
                    })
            ),
        ])
    }

    private func fold(_ fold: FoldTable) -> JSONText {
        .object([
            ("campaign", .text(fold.campaign)), ("trained_on", .list(fold.trainedOn.map { .text($0) })),
            ("rows", .whole(Int(fold.rowCount))), ("positives", .whole(Int(fold.positiveCount))),
            ("table", table(fold.table)),
        ])
    }

    private func table(_ table: ModelTable) -> JSONText {
        .object([
            ("model", .text(table.name)),
            (
                "accounts",
                .object([
                    ("honest_validation", .whole(table.honestValidationCount)),
                    ("honest_test", .whole(table.honestTestCount)),
                    ("campaign_test", .whole(table.campaignTestCount)),
                ])
            ),
            ("events", .list(table.events.map { events($0) })),
            ("thresholds", .list(table.thresholds.map { threshold($0) })),
            (
                "policy",
                .list(
                    table.policy.map {
                        .object([("decision", .text($0.decision.word))] + members($0.outcome))
                    })
            ),
            (
                "segments",
                .list(
                    table.segments.map { .object([("segment", .text($0.segment))] + members($0.flagged, "flagged")) })
            ),
            ("campaigns", .list(table.campaigns.map { campaign($0) })),
            ("curves", curves(table.curves)),
        ])
    }

    private func events(_ figures: EventFigures) -> JSONText {
        .object([
            ("decision_point", .text(figures.point)), ("honest", .whole(figures.honestCount)),
            ("campaign", .whole(figures.campaignCount)), ("roc_auc", .number(figures.rocAUC)),
            ("average_precision", .number(figures.averagePrecision)),
            (
                "recall",
                .list(
                    figures.recalls.map {
                        .object([
                            ("false_positive_share", .number($0.share)), ("recall", .number($0.recall)),
                            ("interval", interval($0.interval)),
                        ])
                    })
            ),
            ("brier_skill", .number(figures.brierSkill)),
            ("calibration_error_above_step_up", .number(figures.calibrationError)),
            ("events_above_step_up", .whole(figures.countAboveThreshold)),
        ])
    }

    private func threshold(_ row: ThresholdRow) -> JSONText {
        var members: [(String, JSONText)] = [
            ("source", .text(row.source.rawValue)), ("share", .number(row.share)),
            ("set_on_accounts", .whole(row.basisCount)), ("too_few", .truth(row.outcome == nil)),
        ]
        guard let outcome = row.outcome else { return .object(members) }
        members.append(("threshold", .number(outcome.threshold)))
        return .object(members + self.members(outcome))
    }

    private func members(_ outcome: ThresholdRow.Outcome) -> [(String, JSONText)] {
        [
            ("honest", .object(members(outcome.honest, "flagged"))), ("leak", leak(outcome.total)),
            ("campaigns", .list(outcome.campaigns.map { leak($0) })),
            (
                "background_abuse",
                .list(
                    outcome.background.map {
                        .object([("kind", .text($0.kind))] + members($0.share, "flagged"))
                    })
            ),
        ]
    }

    private func leak(_ figures: LeakFigures) -> JSONText {
        .object([
            ("campaign", .text(figures.campaign)), ("exchanges", .number(figures.exchanges)),
            ("leaked", .number(figures.leaked)), ("leaked_share", .number(figures.leakedShare)),
            ("interval", interval(figures.interval)),
            ("accounts", .object(members(figures.accounts, "flagged"))),
            ("flagged_before", .whole(figures.flaggedBefore)),
        ])
    }

    private func campaign(_ row: CampaignRow) -> JSONText {
        .object([
            ("campaign", .text(row.campaign)), ("accounts", .object(members(row.flagged, "flagged"))),
            (
                "pools",
                .list(row.pools.map { .object([("segment", .text($0.segment))] + members($0.flagged, "flagged")) })
            ),
            ("delay_ms", delay(row.timeMs)), ("delay_exchanges", delay(row.exchanges)),
            ("first_flag_after_ms", .number(row.campaignMs)),
        ])
    }

    private func delay(_ delay: CampaignRow.Delay?) -> JSONText {
        .object([("median", .number(delay?.median)), ("p90", .number(delay?.ninetieth))])
    }

    private func curves(_ curves: Curves) -> JSONText {
        .object([
            ("roc", points(curves.roc)), ("precision_recall", points(curves.precisionRecall)),
            ("leak_by_flagged_share", points(curves.leak)),
            (
                "calibration",
                .list(
                    curves.calibration.map { point, bins in
                        .object([
                            ("decision_point", .text(point)),
                            (
                                "bins",
                                .list(
                                    bins.map {
                                        .list([
                                            .number($0.meanPrediction), .number($0.positiveShare), .whole($0.count),
                                        ])
                                    })
                            ),
                        ])
                    })
            ),
            (
                "leak_by_day",
                .list(
                    curves.days.map { campaign in
                        .object([
                            ("campaign", .text(campaign.campaign)),
                            (
                                "days",
                                .list(
                                    campaign.days.map {
                                        .list([
                                            .text(Figures.date($0.day)), .number($0.exchanges), .number($0.leaked),
                                        ])
                                    })
                            ),
                        ])
                    })
            ),
        ])
    }

    private func points(_ points: [Curves.Point]) -> JSONText {
        .list(points.map { .list([.number($0.x), .number($0.y)]) })
    }

    func members(_ share: Share, _ name: String) -> [(String, JSONText)] {
        [
            ("count", .whole(share.count)), (name, .whole(share.hits)), ("share", .number(share.value)),
            ("interval", interval(share.count > 0 ? share.interval : nil)),
        ]
    }

    func interval(_ interval: Interval?) -> JSONText {
        guard let interval else { return .number(nil) }
        return .list([.number(interval.lower), .number(interval.upper)])
    }
}
