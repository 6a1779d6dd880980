import Glibc
import RiskModels
import Testing

@testable import RiskTraining

@Suite struct StoppingMetricTests {
    @Test func withoutWeightsFiguresAreThoseThatAreReported() throws {
        for seed in 0..<30 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let margins = (0..<200).map { _ in (3 * random.normal()).rounded() }
            let labels = margins.map { random.uniform() < 1 / (1 + exp(-$0)) }
            let probabilities = margins.map { 1 / (1 + exp(-$0)) }
            let figures = StoppingFigures(margins: margins, labels: labels, weights: nil)
            let expected: [StoppingMetric: Double?] = [
                .logLoss: Metrics.logLoss(probabilities: probabilities, labels: labels),
                .brier: Metrics.brier(probabilities: probabilities, labels: labels),
                .rocAUC: Metrics.rocAUC(scores: margins, labels: labels),
                .averagePrecision: Metrics.averagePrecision(scores: margins, labels: labels),
                .recallAt5Percent: Metrics.recall(atFalsePositiveShare: 0.05, scores: margins, labels: labels),
                .recallAt1Percent: Metrics.recall(atFalsePositiveShare: 0.01, scores: margins, labels: labels),
                .recallAt01Percent: Metrics.recall(atFalsePositiveShare: 0.001, scores: margins, labels: labels),
            ]
            for metric in StoppingMetric.allCases {
                let value = try #require(expected[metric] ?? nil)
                #expect(abs(figures.value(metric) - value) < 1e-9, "seed \(seed), \(metric)")
            }
        }
    }

    /// Blocks of rows are summed up one by one, however many threads there are.
    @Test func figuresHaveTheSameBitsForAnyNumberOfThreads() {
        var random = Randoms(seed: 6)
        let margins = (0..<50_000).map { _ in 3 * random.normal() }
        let labels = margins.map { _ in random.int(0..<3) == 0 }
        let figures = StoppingFigures(margins: margins, labels: labels, weights: margins.map { _ in random.uniform() })
        for metric in StoppingMetric.allCases {
            let (one, two) = (figures.value(metric), figures.value(metric, WorkerTeam(threads: 2)))
            #expect(one.bitPattern == two.bitPattern, "\(metric)")
        }
    }

    @Test func aWeightOfTwoIsTheRowTwice() {
        var random = Randoms(seed: 5)
        let margins = (0..<100).map { _ in (3 * random.normal()).rounded() }
        let labels = margins.map { _ in random.int(0..<3) == 0 }
        let weights = margins.map { _ in Double(random.int(0..<3)) }
        let rows = margins.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        let weighted = StoppingFigures(margins: margins, labels: labels, weights: weights)
        let repeated = StoppingFigures(margins: rows.map { margins[$0] }, labels: rows.map { labels[$0] }, weights: nil)
        for metric in StoppingMetric.allCases {
            #expect(abs(weighted.value(metric) - repeated.value(metric)) < 1e-12, "\(metric)")
        }
    }

    @Test(arguments: StoppingMetric.allCases)
    func theTreesThatAreKeptAreThoseOfTheBestFigure(metric: StoppingMetric) {
        var random = Randoms(seed: 4)
        let columns = (0..<4).map { _ in (0..<700).map { _ in random.normal() } }
        let data = TrainingData(
            features: (0..<4).map { ModelFeature(name: "f\($0)") }, columns: columns,
            labels: columns[0].map { random.uniform() < 1 / (1 + exp(-1.5 * $0)) })
        var options = TreeOptions()
        options.stopMetric = metric
        options.depth = 3
        options.learningRate = 0.3
        options.patience = 8
        let table = BinnedTable(data, threads: 1)
        let boosting = Boosting(data: data, table: table, options: options, seed: 1, threads: 1)
        let (fitted, heldOut) = (Array(0..<500), Array(500..<700))
        let start = Array(repeating: 0.0, count: 700)
        let result = boosting.run(start: start, fitted: fitted, heldOut: heldOut, treeLimit: 200) { _ in }
        #expect(result.curve.count == result.trees.count + 1 + options.patience)
        let best = metric.isLoss ? result.curve.min() : result.curve.max()
        #expect(result.curve.firstIndex(of: best ?? .nan) == result.trees.count)
        // The margins are those of the kept trees.
        let figures = StoppingFigures(
            margins: heldOut.map { result.margins[$0] }, labels: heldOut.map { data.labels[$0] }, weights: nil)
        #expect(abs(figures.value(metric) - (best ?? .nan)) < 1e-12)
    }
}
