internal import RiskModels

/// Looks for better settings by successive halving (Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and
/// Hyperparameter Optimization", AISTATS 2016): all settings are tried with little work, the best third of them with
/// three times as much, and so on, until the last few get all of it. The settings that were given go along to the end,
/// so that the log says what the search brought.
///
/// Work is counted, not timed: trees grant a part of their rounds, so many more as a setting's steps are smaller;
/// logistic regressions a part of the rows, whole accounts. Judged by the held-out rows that early stopping,
/// calibration and thresholds look at too, the last ones if the rows are in order of time, and by what stops trees
/// there. The rows of a later test are none of the data here.
struct Tuner {
    let options: TrainingOptions
    let tuning: TuningOptions
    let report: TuningReport

    /// What came of a search.
    struct Outcome {
        var options: TrainingOptions
        var trials: [TuningTrial]
        var isCutShort: Bool

        /// The last trial of the settings that won.
        let winner: TuningTrial

        /// What decides the result, one `name=value` each.
        var statement: [String] {
            let given = trials.last { $0.configuration == 0 && $0.rung == winner.rung }
            let configurations = Set(trials.map(\.configuration)).count
            return [
                "tune_configurations=\(configurations)", "tune_rungs=\(winner.rung)_of_\(winner.rungCount)",
                "tune_winner=\(winner.configuration)", "tune_heldout_\(winner.metric.rawValue)=\(winner.score)",
                "tune_heldout_\(winner.metric.rawValue)_as_given=\(given.map { "\($0.score)" } ?? "none")",
                "tune_cut_short_by_time=\(isCutShort)",
            ]
        }
    }

    /// - Parameters:
    ///   - data: The rows as they are fitted to.
    ///   - split: Rows of both classes on both sides.
    /// - Throws: ``TrainingError``.
    func run(
        _ data: TrainingData, _ split: HeldOutSplit, progress: (Double) -> Void = { _ in }
    ) throws(TrainingError) -> Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        let configurations = TuningSpace.configurations(options, tuning, features: data.features)
        let bench = TuningBench(data, split, options: options)
        let shares = tuning.rungShares
        var standing = Array(configurations.indices)
        var trials: [TuningTrial] = []
        var isCutShort = false
        for (rung, share) in shares.enumerated() where !isCutShort {
            var results: [TuningTrial] = []
            for configuration in standing where !isCutShort {
                let last = trials.last { $0.configuration == configuration }
                let before = clock.now
                var trial = try bench.trial(configurations[configuration], share: share, last: last)
                trial.seconds = (clock.now - before) / .seconds(1)
                (trial.configuration, trial.rung, trial.rungCount) = (configuration, rung + 1, shares.count)
                trial.settings = settings(configurations[configuration])
                report(trial)
                results.append(trial)
                progress((Double(rung) + Double(results.count) / Double(standing.count)) / Double(shares.count))
                let isLast = rung == shares.count - 1 && results.count == standing.count
                isCutShort = !isLast && (clock.now - start) / .seconds(1) > tuning.secondLimit ?? .infinity
            }
            trials += results
            standing = Self.best(results)
        }
        let winner = Self.winner(trials)
        return Outcome(
            options: configurations[winner.configuration], trials: trials, isCutShort: isCutShort, winner: winner)
    }

    /// The best third of a rung, best first, and the settings that were given.
    private static func best(_ results: [TuningTrial]) -> [Int] {
        let count = (results.count + TuningOptions.reduction - 1) / TuningOptions.reduction
        let order = ranked(results).map(\.configuration)
        return order.prefix(count) + (order.prefix(count).contains(0) ? [] : [0])
    }

    /// By score; of equals, the ones that were drawn first.
    private static func ranked(_ results: [TuningTrial]) -> [TuningTrial] {
        results.sorted { one, other in
            one.score == other.score
                ? one.configuration < other.configuration : one.metric.isBetter(one.score, than: other.score)
        }
    }

    /// The best of the last rung that was begun.
    private static func winner(_ trials: [TuningTrial]) -> TuningTrial {
        let last = trials.map(\.rung).max() ?? 1
        guard let winner = ranked(trials.filter { $0.rung == last }).first else {
            preconditionFailure("a search without a trial")
        }
        return winner
    }

    private func settings(_ configuration: TrainingOptions) -> [TuningTrial.Setting] {
        TuningSpace.parameters(options).filter { !tuning.fixed.contains($0.name) }.map {
            TuningTrial.Setting(name: $0.name, value: $0.text(configuration))
        }
    }
}
