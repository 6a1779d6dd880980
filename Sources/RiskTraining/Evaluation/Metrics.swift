internal import Glibc

/// Measures of scores against truth. Exact, ties included; all need both classes unless they say otherwise.
public enum Metrics {
    /// The chance that a positive scores above a negative, a tie counting half; nil without both classes.
    ///
    /// - Complexity: O(n log n).
    public static func rocAUC(scores: [Double], labels: [Bool]) -> Double? {
        ranked(scores, labels).rocAUC
    }

    /// Σ (recall gained × precision) over the distinct scores from the highest down; nil without positives.
    public static func averagePrecision(scores: [Double], labels: [Bool]) -> Double? {
        ranked(scores, labels).averagePrecision
    }

    /// The largest recall at a threshold that flags at most this share of the negatives; nil without both classes.
    public static func recall(atFalsePositiveShare share: Double, scores: [Double], labels: [Bool]) -> Double? {
        let ranked = ranked(scores, labels)
        guard ranked.hasBothClasses else { return nil }
        var best = 0
        ranked.forEachStep { step in
            if Double(step.negatives) / Double(ranked.negatives.count) <= share { best = step.positives }
        }
        return Double(best) / Double(ranked.positives.count)
    }

    /// The mean of −ln(probability of what happened), probabilities kept 1e-15 away from 0 and 1; nil without rows.
    public static func logLoss(probabilities: [Double], labels: [Bool]) -> Double? {
        mean(probabilities, labels) { -log(max(1e-15, $1 ? $0 : 1 - $0)) }
    }

    /// The mean squared difference of probability and truth; nil without rows.
    public static func brier(probabilities: [Double], labels: [Bool]) -> Double? {
        mean(probabilities, labels) { ($0 - ($1 ? 1 : 0)) * ($0 - ($1 ? 1 : 0)) }
    }

    private static func ranked(_ scores: [Double], _ labels: [Bool]) -> RankedScores {
        check(scores, labels)
        let pairs = zip(scores, labels)
        return RankedScores(positives: pairs.filter(\.1).map(\.0), negatives: pairs.filter { !$0.1 }.map(\.0))
    }

    private static func mean(_ values: [Double], _ labels: [Bool], _ loss: (Double, Bool) -> Double) -> Double? {
        check(values, labels)
        guard !values.isEmpty else { return nil }
        return zip(values, labels).reduce(0) { $0 + loss($1.0, $1.1) } / Double(values.count)
    }

    private static func check(_ scores: [Double], _ labels: [Bool]) {
        precondition(scores.count == labels.count, "\(scores.count) scores for \(labels.count) labels")
        precondition(!scores.contains { $0.isNaN }, "a score is not a number")
    }
}
