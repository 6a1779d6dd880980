import Glibc
import Testing

@testable import RiskTraining

@Suite struct MetricsTests {
    /// Scores with many ties, so that the handling of ties is what is tested.
    static func sample(_ seed: UInt64) -> (scores: [Double], labels: [Bool]) {
        var random = Randoms(seed: seed)
        let count = random.int(0..<60)
        let levels = 1 + random.int(0..<30)
        return (
            (0..<count).map { _ in Double(random.int(0..<levels)) / Double(levels) },
            (0..<count).map { _ in random.int(0..<3) == 0 }
        )
    }

    @Test func areaUnderTheCurveIsTheShareOfPairsInOrder() {
        for seed in 0..<300 as Range<UInt64> {
            let (scores, labels) = Self.sample(seed)
            var (ordered, pairs) = (0.0, 0)
            for i in scores.indices where labels[i] {
                for j in scores.indices where !labels[j] {
                    pairs += 1
                    ordered += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
                }
            }
            let found = Metrics.rocAUC(scores: scores, labels: labels)
            if pairs == 0 {
                #expect(found == nil, "seed \(seed)")
            } else {
                #expect(abs((found ?? -1) - ordered / Double(pairs)) < 1e-12, "seed \(seed)")
            }
        }
    }

    /// Recall, precision and false-positive share of flagging everything from a threshold on.
    static func rates(
        _ scores: [Double], _ labels: [Bool], _ threshold: Double
    ) -> (recall: Double, precision: Double, falsePositives: Double) {
        let flagged = scores.indices.filter { scores[$0] >= threshold }
        let hits = Double(flagged.count { labels[$0] })
        let positives = Double(labels.count { $0 })
        let negatives = Double(labels.count) - positives
        return (hits / positives, hits / Double(flagged.count), (Double(flagged.count) - hits) / negatives)
    }

    @Test func averagePrecisionSumsOverEveryThreshold() {
        for seed in 0..<300 as Range<UInt64> {
            let (scores, labels) = Self.sample(seed)
            let found = Metrics.averagePrecision(scores: scores, labels: labels)
            guard labels.contains(true) else {
                #expect(found == nil)
                continue
            }
            var (sum, previous) = (0.0, 0.0)
            for threshold in Set(scores).sorted(by: >) {
                let rates = Self.rates(scores, labels, threshold)
                sum += (rates.recall - previous) * rates.precision
                previous = rates.recall
            }
            #expect(abs((found ?? -1) - sum) < 1e-12, "seed \(seed)")
        }
    }

    @Test func recallIsTheLargestAtAnAttainedShare() {
        for seed in 0..<300 as Range<UInt64> {
            let (scores, labels) = Self.sample(seed)
            guard labels.contains(true), labels.contains(false) else {
                #expect(Metrics.recall(atFalsePositiveShare: 0.1, scores: scores, labels: labels) == nil)
                continue
            }
            for share in [0, 0.01, 0.05, 0.3, 1] {
                let rates = Set(scores).map { Self.rates(scores, labels, $0) }
                let best = rates.filter { $0.falsePositives <= share }.map(\.recall).max() ?? 0
                let found = Metrics.recall(atFalsePositiveShare: share, scores: scores, labels: labels)
                #expect(abs((found ?? -1) - best) < 1e-12, "seed \(seed), share \(share)")
            }
        }
    }

    @Test func losses() throws {
        let (p, labels) = ([0.9, 0.2, 0.5], [true, false, true])
        let logLoss = try #require(Metrics.logLoss(probabilities: p, labels: labels))
        #expect(abs(logLoss + (log(0.9) + log(0.8) + log(0.5)) / 3) < 1e-15)
        let brier = try #require(Metrics.brier(probabilities: p, labels: labels))
        #expect(abs(brier - (0.01 + 0.04 + 0.25) / 3) < 1e-15)
        #expect(try #require(Metrics.logLoss(probabilities: [0], labels: [true])) < 35)
        #expect(Metrics.brier(probabilities: [], labels: []) == nil)
    }
}
