import Glibc
import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

@Suite struct TuningTests {
    /// Rows whose best settings are not the defaults: a steep step in noise.
    static func data(seed: UInt64, rowCount: Int = 500) -> TrainingData {
        var random = Randoms(seed: seed)
        let columns = (0..<3).map { _ in (0..<rowCount).map { _ in random.normal() } }
        let labels = columns[0].indices.map { row in
            random.uniform() < 1 / (1 + exp(-(columns[0][row] > 0.5 ? 2 : -1) - 0.3 * columns[1][row]))
        }
        return TrainingData(
            features: (0..<3).map { ModelFeature(name: "f\($0)") }, columns: columns, labels: labels)
    }

    static func options(
        _ kind: TrainingOptions.Kind, settings: Int = 9, fixed: Set<String> = ["depth"], threads: Int = 1
    ) -> TrainingOptions {
        var options = TrainingOptions(l2: 50, seed: 3, threads: threads)
        options.kind = kind
        options.trees.base = .none
        options.trees.treeLimit = 18
        options.trees.depth = 3
        options.trees.learningRate = 0.2
        options.trees.patience = 4
        options.tuning = TuningOptions(configurationCount: settings, fixed: fixed)
        return options
    }

    /// Trains and gives the log without what the clock says.
    static func train(
        _ data: TrainingData, _ options: TrainingOptions
    ) throws -> (document: ModelDocument, trials: [TuningTrial]) {
        var trials: [TuningTrial] = []
        let training = ModelTraining(
            options: options,
            trials: { trial in
                var trial = trial
                trial.seconds = 0
                trials.append(trial)
            })
        return (try training.train(data, name: "tuned"), trials)
    }

    static func value(_ document: ModelDocument, _ name: String) -> String? {
        document.training.options.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    static func ranked(_ trials: [TuningTrial]) -> [Int] {
        trials.sorted { ($0.score, $0.configuration) < ($1.score, $1.configuration) }.map(\.configuration)
    }

    @Test(arguments: TrainingOptions.Kind.allCases)
    func theLogIsWholeAndTheBestOfTheLastRungWins(kind: TrainingOptions.Kind) throws {
        for seed in 0..<2 as Range<UInt64> {
            let (document, trials) = try Self.train(Self.data(seed: seed), Self.options(kind, settings: 10))
            let rungs = Dictionary(grouping: trials, by: \.rung)
            #expect(rungs.count == 3 && trials.allSatisfy { $0.rungCount == 3 }, "seed \(seed): 10, 4 and 2 settings")
            #expect(rungs[1]?.map(\.configuration) == Array(0..<10), "seed \(seed)")
            // A third goes on, and what was given.
            for (rung, count) in [(1, 4), (2, 2)] {
                let before = Self.ranked(rungs[rung] ?? [])
                let best = Array(before.prefix(count))
                #expect(
                    rungs[rung + 1]?.map(\.configuration) == best + (best.contains(0) ? [] : [0]),
                    "seed \(seed), rung \(rung)")
            }
            let winner = try #require(Self.ranked(rungs[3] ?? []).first)
            #expect(Self.value(document, "tune_winner") == "\(winner)", "seed \(seed)")
            let last = try #require(trials.last { $0.configuration == winner })
            for setting in last.settings {
                #expect(Self.value(document, setting.name) == setting.value, "seed \(seed), \(setting.name)")
            }
            #expect(
                last.settings.map(\.name) == TuningOptions.parameterNames(Self.options(kind)).filter { $0 != "depth" })
            #expect(throws: Never.self, "seed \(seed)") { try LoadedModel(document, digest: []) }
        }
    }

    @Test func moreWorkEachRung() throws {
        let trees = try Self.train(Self.data(seed: 1), Self.options(.trees)).trials
        for trial in trees where trial.rung == trial.rungCount { #expect(trial.treeLimit == 18 || trial.isCarriedOver) }
        #expect(trees.filter { $0.configuration == 0 && !$0.isCarriedOver }.map(\.treeLimit).first == 6)
        let logistic = try Self.train(Self.data(seed: 1, rowCount: 3000), Self.options(.logistic, settings: 4)).trials
        let rows = logistic.filter { $0.configuration == 0 }.map(\.rowCount)
        #expect(rows.count == 2 && abs(rows[0] - 850) < 100 && rows[1] == 2550, "\(rows)")
    }

    @Test(arguments: TrainingOptions.Kind.allCases)
    func theResultDoesNotDependOnTheThreads(kind: TrainingOptions.Kind) throws {
        let data = Self.data(seed: 7)
        let one = try Self.train(data, Self.options(kind, threads: 1))
        let three = try Self.train(data, Self.options(kind, threads: 3))
        #expect(one.trials == three.trials && one.document == three.document)
        var other = Self.options(kind)
        other.seed = 4
        #expect(try Self.train(data, other).trials.map(\.settings) != one.trials.map(\.settings))
    }

    @Test func whatWasGivenStays() throws {
        let fixed: Set = ["learning_rate", "depth", "base"]
        let (document, trials) = try Self.train(Self.data(seed: 2), Self.options(.trees, fixed: fixed))
        for trial in trials { #expect(fixed.isDisjoint(with: trial.settings.map(\.name))) }
        #expect(Self.value(document, "learning_rate") == "0.2" && Self.value(document, "depth") == "3")
        #expect(Self.value(document, "base") == "none")
        // Nothing left to search is no error: there is one setting.
        let all = Set(TuningOptions.parameterNames(Self.options(.logistic)))
        let alone = try Self.train(Self.data(seed: 2), Self.options(.logistic, fixed: all))
        #expect(Set(alone.trials.map(\.configuration)) == [0] && Self.value(alone.document, "tune_winner") == "0")
    }

    @Test func whoStartsFromFewFeaturesStaysWithFew() {
        for (usual, range) in [(EventTraining.usualOptions, 0.0..<0.3), (TrainingOptions(), 0.3..<1.001)] {
            var options = usual
            options.kind = .trees
            let settings = TuningSpace.configurations(
                options, TuningOptions(configurationCount: 40), features: Self.data(seed: 1).features)
            #expect(Set(settings.map(\.trees.columnSample)).count > 20)
            #expect(settings.allSatisfy { range.contains($0.trees.columnSample) })
        }
    }

    @Test func searchingIsNeverWorseOnTheHeldOutRows() throws {
        var better = 0
        for seed in 0..<4 as Range<UInt64> {
            let (document, _) = try Self.train(Self.data(seed: seed), Self.options(.logistic))
            let tuned = try #require(Self.value(document, "tune_heldout_log_loss").flatMap(Double.init))
            let given = try #require(Self.value(document, "tune_heldout_log_loss_as_given").flatMap(Double.init))
            #expect(tuned <= given, "seed \(seed)")
            better += tuned < given ? 1 : 0
            // The model that is judged is the winner's.
            let metric = document.training.metrics.first { $0.name == "heldout_log_loss" }?.value
            #expect(abs(try #require(metric) - tuned) < 1e-9, "seed \(seed)")
        }
        #expect(better > 0)
    }

    @Test func treesThatStoppedAreNotGrownAgain() throws {
        let data = Self.data(seed: 5)
        var options = Self.options(.trees)
        options.trees.patience = 3
        options.trees.learningRate = 1
        options.trees.treeLimit = 60
        let split = HeldOutSplit(data, options: options)
        let bench = TuningBench(data, split, options: options)
        let early = try bench.trial(options, share: 1.0 / 3, last: nil)
        #expect((early.treeCount ?? 99) + 3 <= (early.treeLimit ?? 0), "stopped for want of progress")
        let carried = try bench.trial(options, share: 1, last: early)
        let again = try bench.trial(options, share: 1, last: nil)
        #expect(carried.isCarriedOver && !again.isCarriedOver)
        #expect(carried.score == again.score && carried.treeCount == again.treeCount)
    }

    @Test func leafWiseTreesAreSearchedByWhatStopsThem() throws {
        var options = Self.options(.trees, settings: 4)
        options.trees.shape = .leafWise
        options.trees.leaves = 6
        options.trees.stopMetric = .rocAUC
        let (document, trials) = try Self.train(Self.data(seed: 8), options)
        #expect(trials.allSatisfy { $0.metric == .rocAUC && $0.settings.contains { $0.name == "leaves" } })
        let last = trials.filter { $0.rung == $0.rungCount }
        #expect(Self.value(document, "tune_heldout_roc_auc") == last.map(\.score).max().map { "\($0)" })
        #expect(throws: Never.self) { try LoadedModel(document, digest: []) }
    }

    @Test func settingsUnderWhichNoTreeHelpsAreTrialsToo() throws {
        var random = Randoms(seed: 15)
        let column = (0..<400).map { _ in random.normal() }
        // What holds for the rows that are learnt from is upside down in the last ones.
        let labels = column.indices.map { ($0 < 340) == (column[$0] > 0) }
        let data = TrainingData(features: [ModelFeature(name: "x")], columns: [column], labels: labels)
        var options = Self.options(.trees, settings: 4, fixed: ["depth", "base"])
        options.timeOrdered = true
        let (document, trials) = try Self.train(data, options)
        #expect(trials.allSatisfy { $0.treeCount == 0 })
        #expect(throws: Never.self) { try LoadedModel(document, digest: []) }
    }

    @Test func aTimeLimitThatCutsIsSaid() throws {
        var options = Self.options(.logistic)
        options.tuning?.secondLimit = 1e-9
        let (document, trials) = try Self.train(Self.data(seed: 2), options)
        #expect(trials.map(\.configuration) == [0], "one trial always")
        #expect(Self.value(document, "tune_cut_short_by_time") == "true")
        #expect(Self.value(document, "tune_rungs") == "1_of_2")
        let whole = try Self.train(Self.data(seed: 2), Self.options(.logistic)).document
        #expect(Self.value(whole, "tune_cut_short_by_time") == "false")
    }

    @Test func withoutBothClassesHeldOutNothingIsSearched() throws {
        let data = TrainingData(
            features: [ModelFeature(name: "x")], columns: [[1, 2, 3, 4]], labels: [false, true, true, true])
        let (document, trials) = try Self.train(data, Self.options(.logistic))
        #expect(trials.isEmpty && Self.value(document, "tune_winner") == nil)
    }

    @Test(arguments: [
        TuningOptions(configurationCount: 1), TuningOptions(configurationCount: 10_001),
        TuningOptions(secondLimit: 0), TuningOptions(secondLimit: .nan),
    ])
    func impossibleSearchesAreErrors(tuning: TuningOptions) {
        var options = Self.options(.logistic)
        options.tuning = tuning
        #expect(trainingError { _ = try Self.train(Self.data(seed: 1), options) }?.code == .badOption)
    }
}
