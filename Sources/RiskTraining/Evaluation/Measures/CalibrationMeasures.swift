internal import Glibc

/// How well probabilities hold what they promise.
enum CalibrationMeasures {
    /// A bin of predictions that lie next to each other.
    struct Bin: Equatable, Sendable {
        var count: Int
        var meanPrediction: Double
        var positiveShare: Double
    }

    /// 1 − Brier score ÷ the Brier score of always saying the share of positives; nil without both classes. 1 is
    /// perfect, 0 is no better than the share alone.
    static func brierSkill(positives: [Double], negatives: [Double]) -> Double? {
        guard !positives.isEmpty, !negatives.isEmpty else { return nil }
        let count = Double(positives.count + negatives.count)
        let share = Double(positives.count) / count
        let squares =
            positives.reduce(0) { $0 + (1 - $1) * (1 - $1) } + negatives.reduce(0) { $0 + $1 * $1 }
        return 1 - squares / count / (share * (1 - share))
    }

    /// Bins of about equal count in order of the prediction; equal predictions stay together.
    static func bins(positives: [Double], negatives: [Double], count binCount: Int) -> [Bin] {
        var all = positives.map { ($0, 1.0) } + negatives.map { ($0, 0.0) }
        all.sort { $0.0 < $1.0 }
        let size = max(1, (all.count + binCount - 1) / binCount)
        var bins: [Bin] = []
        var start = 0
        while start < all.count {
            var end = min(all.count, start + size)
            while end < all.count, all[end].0 == all[end - 1].0 { end += 1 }
            let members = all[start..<end]
            bins.append(
                Bin(
                    count: members.count,
                    meanPrediction: members.reduce(0) { $0 + $1.0 } / Double(members.count),
                    positiveShare: members.reduce(0) { $0 + $1.1 } / Double(members.count)))
            start = end
        }
        return bins
    }

    /// The mean distance of prediction and truth over ten bins, weighted by their counts; nil without predictions.
    static func expectedError(positives: [Double], negatives: [Double]) -> Double? {
        let bins = bins(positives: positives, negatives: negatives, count: 10)
        guard !bins.isEmpty else { return nil }
        let count = Double(positives.count + negatives.count)
        return bins.reduce(0) { $0 + abs($1.meanPrediction - $1.positiveShare) * Double($1.count) } / count
    }

    /// Bins of one unit of log-odds each, for drawing; those with fewer than 20 predictions are left out.
    static func logOddsBins(positives: [Double], negatives: [Double]) -> [Bin] {
        var sums: [Int: (count: Int, predictions: Double, positives: Int)] = [:]
        for (predictions, positive) in [(positives, 1), (negatives, 0)] {
            for prediction in predictions {
                let inside = min(max(prediction, 1e-9), 1 - 1e-9)
                let bin = Int(log(inside / (1 - inside)).rounded(.down))
                let sum = sums[bin] ?? (0, 0, 0)
                sums[bin] = (sum.count + 1, sum.predictions + prediction, sum.positives + positive)
            }
        }
        return sums.sorted { $0.key < $1.key }.filter { $0.value.count >= 20 }.map { _, sum in
            Bin(
                count: sum.count, meanPrediction: sum.predictions / Double(sum.count),
                positiveShare: Double(sum.positives) / Double(sum.count))
        }
    }
}
