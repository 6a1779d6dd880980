internal import Glibc

/// Measures of scores against truth. Exact, ties included; all need both classes unless they say otherwise.
public enum Metrics {
    /// The chance that a positive scores above a negative, a tie counting half; nil without both classes.
    ///
    /// - Complexity: O(n log n).
    public static func rocAUC(scores: [Double], labels: [Bool]) -> Double? {
        var pairs = 0.0
        var below = 0
        let steps = steps(scores, labels)
        // From the lowest score up.
        for step in steps.reversed() {
            pairs += Double(step.positives) * (Double(below) + Double(step.negatives) / 2)
            below += step.negatives
        }
        let total = totals(steps)
        guard total.positives > 0, total.negatives > 0 else { return nil }
        return pairs / (Double(total.positives) * Double(total.negatives))
    }

    /// Σ (recall gained × precision) over the distinct scores from the highest down; nil without positives.
    public static func averagePrecision(scores: [Double], labels: [Bool]) -> Double? {
        let steps = steps(scores, labels)
        let total = totals(steps).positives
        guard total > 0 else { return nil }
        var (positives, flagged, sum) = (0, 0, 0.0)
        for step in steps {
            positives += step.positives
            flagged += step.positives + step.negatives
            sum += Double(step.positives) / Double(total) * (Double(positives) / Double(flagged))
        }
        return sum
    }

    /// The largest recall at a threshold that flags at most this share of the negatives; nil without both classes.
    public static func recall(atFalsePositiveShare share: Double, scores: [Double], labels: [Bool]) -> Double? {
        let steps = steps(scores, labels)
        let total = totals(steps)
        guard total.positives > 0, total.negatives > 0 else { return nil }
        var (positives, negatives, best) = (0, 0, 0)
        for step in steps {
            positives += step.positives
            negatives += step.negatives
            if Double(negatives) / Double(total.negatives) <= share { best = positives }
        }
        return Double(best) / Double(total.positives)
    }

    /// The mean of −ln(probability of what happened), probabilities kept 1e-15 away from 0 and 1; nil without rows.
    public static func logLoss(probabilities: [Double], labels: [Bool]) -> Double? {
        mean(probabilities, labels) { -log(max(1e-15, $1 ? $0 : 1 - $0)) }
    }

    /// The mean squared difference of probability and truth; nil without rows.
    public static func brier(probabilities: [Double], labels: [Bool]) -> Double? {
        mean(probabilities, labels) { ($0 - ($1 ? 1 : 0)) * ($0 - ($1 ? 1 : 0)) }
    }

    /// How many rows of each class share a score.
    private struct Step {
        var positives = 0
        var negatives = 0
    }

    /// One step for each distinct score, the highest first.
    private static func steps(_ scores: [Double], _ labels: [Bool]) -> [Step] {
        check(scores, labels)
        var steps: [Step] = []
        var previous = Double.nan
        for row in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if scores[row] != previous { steps.append(Step()) }
            previous = scores[row]
            if labels[row] { steps[steps.count - 1].positives += 1 } else { steps[steps.count - 1].negatives += 1 }
        }
        return steps
    }

    private static func totals(_ steps: [Step]) -> Step {
        steps.reduce(into: Step()) {
            $0.positives += $1.positives
            $0.negatives += $1.negatives
        }
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
