/// Scores of positives and negatives, sorted once, for every measure that hangs on their order alone. Ties are exact.
struct RankedScores: Sendable {
    /// The positives' scores, the highest first.
    let positives: [Double]
    /// The negatives' scores, the highest first.
    let negatives: [Double]

    /// Takes scores in any order; none may be NaN.
    ///
    /// - Complexity: O(n log n).
    init(positives: [Double], negatives: [Double]) {
        precondition(
            !positives.contains { $0.isNaN } && !negatives.contains { $0.isNaN }, "a score is not a number")
        self.positives = positives.sorted(by: >)
        self.negatives = negatives.sorted(by: >)
    }

    /// Whether there are both positives and negatives.
    var hasBothClasses: Bool { !positives.isEmpty && !negatives.isEmpty }

    /// How many scores are at or above a distinct score.
    struct Step: Equatable {
        var score: Double
        var positives: Int
        var negatives: Int
    }

    /// Goes through the distinct scores from the highest down.
    func forEachStep(_ body: (Step) -> Void) {
        var step = Step(score: .nan, positives: 0, negatives: 0)
        while step.positives < positives.count || step.negatives < negatives.count {
            let positive = step.positives < positives.count ? positives[step.positives] : -.infinity
            let negative = step.negatives < negatives.count ? negatives[step.negatives] : -.infinity
            step.score = max(positive, negative)
            while step.positives < positives.count, positives[step.positives] == step.score { step.positives += 1 }
            while step.negatives < negatives.count, negatives[step.negatives] == step.score { step.negatives += 1 }
            body(step)
        }
    }

    /// The chance that a positive scores above a negative, a tie counting half; nil without both classes.
    var rocAUC: Double? {
        guard hasBothClasses else { return nil }
        var pairs = 0.0
        var last = Step(score: .nan, positives: 0, negatives: 0)
        forEachStep { step in
            let ties = Double(step.negatives - last.negatives)
            pairs += Double(step.positives - last.positives) * (Double(negatives.count - step.negatives) + ties / 2)
            last = step
        }
        return pairs / (Double(positives.count) * Double(negatives.count))
    }

    /// Σ (recall gained × precision) over the distinct scores; nil without positives.
    var averagePrecision: Double? {
        guard !positives.isEmpty else { return nil }
        var sum = 0.0
        var seen = 0
        forEachStep { step in
            let gained = Double(step.positives - seen) / Double(positives.count)
            sum += gained * (Double(step.positives) / Double(step.positives + step.negatives))
            seen = step.positives
        }
        return sum
    }

    /// The smallest threshold that at most this share of the negatives reaches; nil where the share is less than one
    /// of them, since no threshold that was seen to do so could be told from a stricter one.
    func threshold(atShareOfNegatives share: Double) -> Double? {
        Self.threshold(descending: negatives, share: share)
    }

    /// The smallest threshold that at most a share of some scores reaches; nil where the share is less than one score.
    ///
    /// - Parameter reserve: Fewer reach it, be it none.
    static func threshold(descending scores: [Double], share: Double, reserve: Reserve = Reserve()) -> Double? {
        guard allowed(share, of: scores) >= 1 else { return nil }
        let allowed = reserve.allowed(share, of: scores.count)
        return allowed < scores.count ? scores[allowed].nextUp : -.infinity
    }

    /// How many of some scores may reach a threshold.
    static func allowed(_ share: Double, of scores: [Double]) -> Int {
        Reserve().allowed(share, of: scores.count)
    }

    /// How many of some scores, the highest first, are at or above a threshold.
    static func count(descending scores: [Double], atLeast threshold: Double) -> Int {
        var (low, high) = (0, scores.count)
        while low < high {
            let middle = (low + high) / 2
            if scores[middle] >= threshold { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
