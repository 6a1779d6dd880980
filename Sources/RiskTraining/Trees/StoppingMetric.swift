internal import Glibc

/// What held-out rows are looked at for to say when growing trees should stop.
public enum StoppingMetric: String, CaseIterable, Sendable {
    /// Mean of −ln(probability of what happened).
    case logLoss = "log_loss"
    /// Mean squared difference of probability and truth.
    case brier
    /// The chance that a positive scores above a negative.
    case rocAUC = "roc_auc"
    /// Area under precision over recall, by steps.
    case averagePrecision = "average_precision"
    /// Recall where at most 5 % of the negatives are flagged.
    case recallAt5Percent = "recall_at_5pct_fpr"
    /// Recall where at most 1 % of the negatives are flagged.
    case recallAt1Percent = "recall_at_1pct_fpr"
    /// Recall where at most 0.1 % of the negatives are flagged.
    case recallAt01Percent = "recall_at_0.1pct_fpr"

    /// Whether less of it is better.
    var isLoss: Bool { self == .logLoss || self == .brier }

    /// Whether a figure is better than another.
    func isBetter(_ one: Double, than other: Double) -> Bool { isLoss ? one < other : one > other }
}

/// The figures of weighted rows. With weights of 1 they are those of ``Metrics``.
struct StoppingFigures {
    let margins: [Double]
    let labels: [Bool]
    /// nil: each counts 1.
    let weights: [Double]?

    /// The figure of a metric; the worst possible one where it is not defined. The same bits for any team.
    func value(_ metric: StoppingMetric, _ team: WorkerTeam = WorkerTeam(threads: 1)) -> Double {
        switch metric {
        case .logLoss: mean(team, logLoss)
        case .brier:
            mean(team) { margin, isPositive in
                let wrong = 1 / (1 + exp(isPositive ? margin : -margin))
                return wrong * wrong
            }
        case .rocAUC: areaUnderCurve
        case .averagePrecision: averagePrecision
        case .recallAt5Percent: recall(atFalsePositiveShare: 0.05)
        case .recallAt1Percent: recall(atFalsePositiveShare: 0.01)
        case .recallAt01Percent: recall(atFalsePositiveShare: 0.001)
        }
    }

    private func weight(_ row: Int) -> Double { weights?[row] ?? 1 }

    private func mean(_ team: WorkerTeam, _ loss: @Sendable (Double, Bool) -> Double) -> Double {
        let sum = team.blocks(of: margins.count) { block in
            block.reduce(into: SIMD2<Double>.zero) { sum, row in
                sum += weight(row) * SIMD2(loss(margins[row], labels[row]), 1)
            }
        }.reduce(SIMD2.zero, +)
        return sum.y > 0 ? sum.x / sum.y : 0
    }

    // MARK: - By rank

    /// The weights of positives (x) and negatives (y) at each distinct margin, from the highest down.
    private var steps: [SIMD2<Double>] {
        let order = margins.indices.sorted { (-margins[$0], $0) < (-margins[$1], $1) }
        var steps: [SIMD2<Double>] = []
        var last = Double.nan
        for row in order {
            if margins[row] != last { steps.append(.zero) }
            last = margins[row]
            steps[steps.count - 1] += labels[row] ? SIMD2(weight(row), 0) : SIMD2(0, weight(row))
        }
        return steps
    }

    private var areaUnderCurve: Double {
        var (above, area) = (SIMD2<Double>.zero, 0.0)
        for step in steps {
            area += step.y * (above.x + step.x / 2)
            above += step
        }
        return above.x > 0 && above.y > 0 ? area / above.x / above.y : 0
    }

    private var averagePrecision: Double {
        var (flagged, area) = (SIMD2<Double>.zero, 0.0)
        for step in steps {
            flagged += step
            if flagged.x > 0 { area += step.x * flagged.x / (flagged.x + flagged.y) }
        }
        return flagged.x > 0 ? area / flagged.x : 0
    }

    private func recall(atFalsePositiveShare share: Double) -> Double {
        let steps = steps
        let total = steps.reduce(.zero, +)
        var (flagged, best) = (SIMD2<Double>.zero, 0.0)
        for step in steps {
            flagged += step
            if flagged.y / total.y <= share { best = flagged.x }
        }
        return total.x > 0 && total.y > 0 ? best / total.x : 0
    }
}

/// −ln(probability of what happened), exact for margins of any size.
func logLoss(margin: Double, isPositive: Bool) -> Double {
    let wrong = isPositive ? -margin : margin
    return max(wrong, 0) + log1p(exp(-abs(wrong)))
}
