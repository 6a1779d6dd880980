import TestSupport
import Testing

@testable import RiskTraining

/// The measures of sorted scores agree with the plain ones, and the intervals with their definitions.
@Suite struct RankedScoresTests {
    @Test func measuresAgreeWithThePlainOnes() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let count = Int.random(in: 2...60, using: &generator)
            var labels = (0..<count).map { _ in Bool.random(using: &generator) }
            labels[0] = true
            labels[1] = false
            let scores = labels.map { Double(Int.random(in: 0...9, using: &generator) + ($0 ? 2 : 0)) }
            let ranked = RankedScores(
                positives: zip(scores, labels).filter(\.1).map(\.0),
                negatives: zip(scores, labels).filter { !$0.1 }.map(\.0))
            let auc = try #require(ranked.rocAUC)
            #expect(abs(auc - (Metrics.rocAUC(scores: scores, labels: labels) ?? -1)) < 1e-12, "seed \(seed)")
            let precision = try #require(ranked.averagePrecision)
            #expect(
                abs(precision - (Metrics.averagePrecision(scores: scores, labels: labels) ?? -1)) < 1e-12,
                "seed \(seed)")
            for share in [0.1, 0.25, 0.5] {
                guard let threshold = ranked.threshold(atShareOfNegatives: share) else { continue }
                let hits = RankedScores.count(descending: ranked.positives, atLeast: threshold)
                #expect(hits == ranked.positives.count { $0 >= threshold }, "seed \(seed)")
                let plain = Metrics.recall(atFalsePositiveShare: share, scores: scores, labels: labels)
                #expect(abs(Double(hits) / Double(ranked.positives.count) - (plain ?? -1)) < 1e-12, "seed \(seed)")
            }
        }
    }

    @Test func wilsonsIntervalHasKnownValues() {
        // Newcombe (1998), table I: 15 of 148 and 1 of 29.
        let common = Interval.wilson(hits: 15, of: 148)
        #expect(abs(common.lower - 0.0624) < 5e-5 && abs(common.upper - 0.1605) < 5e-5)
        let rare = Interval.wilson(hits: 1, of: 29)
        #expect(abs(rare.lower - 0.0061) < 5e-5 && abs(rare.upper - 0.1718) < 5e-5)
        #expect(Interval.wilson(hits: 0, of: 0) == Interval(lower: 0, upper: 1))
    }

    /// A hundred events of one account say as much as one.
    @Test func alikeEventsOfAnAccountWidenTheInterval() {
        let single = Interval.clustered((0..<40).map { (count: 1, hits: $0 % 2) })
        let copied = Interval.clustered((0..<40).map { (count: 100, hits: $0 % 2 * 100) })
        #expect(abs(single.lower - copied.lower) < 1e-9 && abs(single.upper - copied.upper) < 1e-9)
        #expect(single == .wilson(hits: 20, of: 40))
        let all = Interval.clustered((0..<40).map { _ in (count: 100, hits: 100) })
        #expect(all == .wilson(hits: 40, of: 40))
    }

    @Test func theBootstrapCoversTheTruthAboutAsOftenAsItSays() {
        var covered = 0
        for seed in 1...60 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let members = (0..<80).map { _ -> (part: Double, whole: Double) in
                let whole = Double.random(in: 1...9, using: &generator)
                return (Double.random(in: 0...1, using: &generator) < 0.3 ? whole : 0, whole)
            }
            let interval = Interval.bootstrap(members, draws: 100, seed: seed)
            covered += interval.lower <= 0.3 && interval.upper >= 0.3 ? 1 : 0
        }
        #expect(covered >= 50, "\(covered) of 60")
    }

    @Test func calibrationMeasuresHoldTheirDefinitions() throws {
        let positives = [0.9, 0.8, 0.4]
        let negatives = [0.1, 0.2, 0.4, 0.1, 0.3]
        let skill = try #require(CalibrationMeasures.brierSkill(positives: positives, negatives: negatives))
        let brier = (0.01 + 0.04 + 0.36 + 0.01 + 0.04 + 0.16 + 0.01 + 0.09) / 8
        #expect(abs(skill - (1 - brier / (3.0 / 8 * 5 / 8))) < 1e-12)
        #expect(CalibrationMeasures.expectedError(positives: [0.7, 0.7, 0.7], negatives: [0.7]) ?? 1 < 0.0501)
        let bins = CalibrationMeasures.bins(positives: positives, negatives: negatives, count: 3)
        #expect(bins.reduce(0) { $0 + $1.count } == 8)
        #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.meanPrediction < $1.meanPrediction })
    }

    @Test func ranksCorrelate() {
        #expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 1000]) == 1)
        #expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1]) == -1)
        #expect(rankCorrelation([1, 1, 1], [1, 2, 3]) == 0)
        // Ties at their middle rank: by hand 2.5 / sqrt(3 × 5) …
        #expect(abs(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4]) - 4.5 / (4.5 * 5).squareRoot()) < 1e-12)
    }
}
